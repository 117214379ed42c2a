/**
 * Symbols of an ELF image that is loaded in memory, by name, without its file.
 *
 * It does what `dlsym` does: PT_DYNAMIC leads to a hash table, that to a
 * symbol and its name. All of it stays in memory as long as the image does, so
 * this also works for a file that was deleted, replaced, stripped or is in
 * another container. gABI chapter 5, "Dynamic Section" and "Hash Table";
 * DT_GNU_HASH as glibc elf/dl-lookup.c do_lookup_x reads it.
 */

import { MAX_DYNAMIC_ENTRIES, MAX_HASH_CHAIN } from "../limits.ts";
import { type ByteSource, viewOf } from "./byte_source.ts";
import { type ElfFormat, type ElfImage, SegmentType } from "./elf.ts";
import { isNameAt, symbolAddress } from "./elf_symbols.ts";

/** `d_tag`. */
const Tag = {
  end: 0,
  hash: 4,
  strings: 5,
  symbols: 6,
  gnuHash: 0x6ffffef5,
} as const;

/** Finds the symbols that one loaded image exports. */
export interface DynamicSymbols {
  /** @returns the address in the process, or null when the image does not define it. */
  find(name: string): number | null;
}

/** What the dynamic section says, as addresses in the process; 0 where it says nothing. */
interface DynamicTables {
  readonly format: ElfFormat;
  readonly bias: number;
  readonly strings: number;
  readonly symbols: number;
  readonly hash: number;
  readonly gnuHash: number;
}

/**
 * @param memory the process's memory by address.
 * @param bias what to add to the linker's addresses.
 * @returns null when the image has no dynamic symbols, as when it is linked statically.
 */
export function dynamicSymbols(
  memory: ByteSource,
  image: ElfImage,
  bias: number,
): DynamicSymbols | null {
  const tables = readTables(memory, image, bias);
  if (tables === null || tables.symbols === 0 || tables.strings === 0) {
    return null;
  }
  if (tables.gnuHash !== 0) {
    return { find: (name) => findByGnuHash(memory, tables, name) };
  }
  if (tables.hash !== 0) {
    return { find: (name) => findByHash(memory, tables, name) };
  }
  return null;
}

function readTables(
  memory: ByteSource,
  image: ElfImage,
  bias: number,
): DynamicTables | null {
  const { format } = image;
  const segment = image.segments.find((s) => s.type === SegmentType.dynamic);
  if (segment === undefined) return null;
  const address = addressResolver(image, bias);
  const values = readEntries(
    memory,
    format,
    bias + segment.address,
    segment.memorySize,
  );
  return {
    format,
    bias,
    strings: address(values.get(Tag.strings)),
    symbols: address(values.get(Tag.symbols)),
    hash: address(values.get(Tag.hash)),
    gnuHash: address(values.get(Tag.gnuHash)),
  };
}

/** Reads `Elf_Dyn` entries, each a tag and a value, up to the last. */
function readEntries(
  memory: ByteSource,
  format: ElfFormat,
  address: number,
  size: number,
): Map<number, number> {
  const values = new Map<number, number>();
  const width = format.bits / 8;
  const count = Math.min(Math.floor(size / width / 2), MAX_DYNAMIC_ENTRIES);
  const view = viewOf(memory, address, count * width * 2);
  for (let i = 0; view !== null && i < count; i++) {
    const tag = format.word(view, i * width * 2);
    if (tag === Tag.end) break;
    values.set(tag, format.word(view, i * width * 2 + width));
  }
  return values;
}

/**
 * Pointers in the dynamic section are the linker's, but glibc adds the load
 * bias to them in place on most machines. One that lies inside the loaded
 * image has been relocated.
 */
function addressResolver(
  image: ElfImage,
  bias: number,
): (pointer: number | undefined) => number {
  const loads = image.segments.filter((s) => s.type === SegmentType.load);
  const start = Math.min(...loads.map((s) => s.address)) + bias;
  const end = Math.max(...loads.map((s) => s.address + s.memorySize)) + bias;
  return (pointer = 0) =>
    pointer === 0 || (pointer >= start && pointer < end)
      ? pointer
      : pointer + bias;
}

/** Header: nbuckets, symoffset, bloom_size, bloom_shift; then bloom words, buckets, and hashes of symbols from symoffset on. */
function findByGnuHash(
  memory: ByteSource,
  tables: DynamicTables,
  name: string,
): number | null {
  const header = viewOf(memory, tables.gnuHash, 16);
  if (header === null) return null;
  const bucketCount = header.getUint32(0, true);
  const firstHashed = header.getUint32(4, true);
  const bloomSize = header.getUint32(8, true) * tables.format.bits / 8;
  if (bucketCount === 0) return null;
  const hash = gnuHash(name);
  const buckets = tables.gnuHash + 16 + bloomSize;
  const hashes = buckets + bucketCount * 4;
  let symbol = u32At(memory, buckets + (hash % bucketCount) * 4);
  if (symbol === null || symbol < firstHashed) return null;
  for (let steps = 0; steps < MAX_HASH_CHAIN; steps++, symbol++) {
    const entry = u32At(memory, hashes + (symbol - firstHashed) * 4);
    if (entry === null) return null;
    // The lowest bit says that this is the last of the bucket.
    if ((entry | 1) === (hash | 1)) {
      const address = symbolNamed(memory, tables, symbol, name);
      if (address !== null) return address;
    }
    if ((entry & 1) === 1) return null;
  }
  return null;
}

/** Header: nbucket, nchain; then buckets and chains, both of symbol indices. */
function findByHash(
  memory: ByteSource,
  tables: DynamicTables,
  name: string,
): number | null {
  const header = viewOf(memory, tables.hash, 8);
  if (header === null) return null;
  const bucketCount = header.getUint32(0, true);
  if (bucketCount === 0) return null;
  const chains = tables.hash + 8 + bucketCount * 4;
  let symbol = u32At(
    memory,
    tables.hash + 8 + (elfHash(name) % bucketCount) * 4,
  );
  for (let steps = 0; steps < MAX_HASH_CHAIN; steps++) {
    if (symbol === null || symbol === 0) return null;
    const address = symbolNamed(memory, tables, symbol, name);
    if (address !== null) return address;
    symbol = u32At(memory, chains + symbol * 4);
  }
  return null;
}

/** @returns the address of symbol `index` if it is defined and has that name. */
function symbolNamed(
  memory: ByteSource,
  { format, bias, strings, symbols }: DynamicTables,
  index: number,
  name: string,
): number | null {
  const { size } = format.symbol;
  const view = viewOf(memory, symbols + index * size, size);
  if (view === null) return null;
  // The view is read out before the next read takes its place.
  const nameOffset = view.getUint32(0, true);
  const address = symbolAddress(format, view, 0);
  if (address === null) return null;
  return isNameAt(memory, strings + nameOffset, name) ? bias + address : null;
}

function u32At(memory: ByteSource, address: number): number | null {
  return viewOf(memory, address, 4)?.getUint32(0, true) ?? null;
}

/** glibc elf/dl-new-hash.h _dl_new_hash. */
function gnuHash(name: string): number {
  let hash = 5381;
  for (let i = 0; i < name.length; i++) {
    hash = (Math.imul(hash, 33) + name.charCodeAt(i)) >>> 0;
  }
  return hash;
}

/** gABI chapter 5, "Hash Table": elf_hash. */
function elfHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = ((hash << 4) + name.charCodeAt(i)) >>> 0;
    const high = hash & 0xf0000000;
    hash = (hash ^ (high >>> 24)) & ~high;
  }
  return hash >>> 0;
}
