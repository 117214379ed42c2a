/**
 * Which function of an ELF file an address belongs to, from `.symtab` or
 * `.dynsym`.
 *
 * The table of addresses is sorted once; names stay bytes until somebody asks
 * for one. gABI chapter 4, "Symbol Table" and "String Table".
 */

import { MAX_SYMBOL_TABLE_SIZE } from "../limits.ts";
import type { ByteSource } from "./byte_source.ts";
import {
  type ElfFormat,
  type ElfImage,
  readSections,
  type Section,
  SectionType,
} from "./elf.ts";
import { symbolAddress } from "./elf_symbols.ts";

/** A function and a place in it. */
export interface SymbolPlace {
  /** As the file has it, mangled. */
  readonly name: string;
  /** Bytes from the start of the function. */
  readonly offset: number;
}

/** `st_info & 15` of a function, of one that is chosen when the program starts, and of a label without a type. */
const FUNCTIONS = [2, 10, 0];

/** A label without a size reaches to the next symbol, but not further than this. */
const MAX_UNSIZED = 64 * 1024;

/** Symbols before an address that may lie within the function that holds it. */
const MAX_NESTED = 8;

const latin1 = new TextDecoder("latin1");

/** Names of an image's functions by their linker's addresses. */
export class SymbolNames {
  /** Sorted. */
  readonly #starts: Float64Array;
  /** In the order of `#starts`; 0 where it is not known. */
  readonly #sizes: Float64Array;
  readonly #nameOffsets: Uint32Array;
  readonly #strings: Uint8Array;

  private constructor(found: FoundSymbols, strings: Uint8Array) {
    this.#starts = found.starts;
    this.#sizes = found.sizes;
    this.#nameOffsets = found.nameOffsets;
    this.#strings = strings;
  }

  /** @param kind a `SectionType` that holds symbols. @returns the names in such a section; null when there are none. */
  static read(
    source: ByteSource,
    image: ElfImage,
    kind: number,
  ): SymbolNames | null {
    const sections = readSections(source, image);
    const table = sections.find(({ type }) => type === kind);
    const strings = table === undefined ? undefined : sections[table.link];
    if (table === undefined || strings === undefined) return null;
    const entries = readSection(source, table);
    const found = entries && collect(image.format, entries);
    const names = found && readSection(source, strings);
    return found && names ? new SymbolNames(found, names) : null;
  }

  /** @param address as the linker gave it. @returns the function there; null when there is none. */
  find(address: number): SymbolPlace | null {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    const last = Math.max(low - MAX_NESTED, 0);
    for (let i = low - 1; i >= last; i--) {
      const offset = address - starts[i]!;
      if (offset >= (this.#sizes[i]! || MAX_UNSIZED)) continue;
      const name = this.#nameAt(this.#nameOffsets[i]!);
      if (name !== "") return { name, offset };
    }
    return null;
  }

  #nameAt(offset: number): string {
    const end = this.#strings.indexOf(0, offset);
    return end < 0 ? "" : latin1.decode(this.#strings.subarray(offset, end));
  }
}

/** Columns of the sorted table. */
interface FoundSymbols {
  readonly starts: Float64Array;
  readonly sizes: Float64Array;
  readonly nameOffsets: Uint32Array;
}

function readSection(source: ByteSource, section: Section): Uint8Array | null {
  if (section.type === SectionType.noBits) return null;
  if (section.size > MAX_SYMBOL_TABLE_SIZE) return null;
  return source.read(section.offset, section.size)?.slice() ?? null;
}

/** @returns null when there are no functions, as in what is left of a stripped file. */
function collect(format: ElfFormat, entries: Uint8Array): FoundSymbols | null {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
  const { size, info, length } = format.symbol;
  const count = Math.floor(entries.length / size);
  const places: number[] = [];
  const addresses = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * size;
    if (!FUNCTIONS.includes(view.getUint8(at + info) & 15)) continue;
    const address = symbolAddress(format, view, at);
    if (address === null || address === 0) continue;
    addresses[i] = address;
    places.push(i);
  }
  if (places.length === 0) return null;
  const sizeOf = (i: number) => format.word(view, i * size + length);
  // Of several names for a place the one with a size comes last, and so is found.
  places.sort((a, b) =>
    addresses[a]! - addresses[b]! || sizeOf(a) - sizeOf(b) || b - a
  );
  return {
    starts: Float64Array.from(places, (i) => addresses[i]!),
    sizes: Float64Array.from(places, sizeOf),
    nameOffsets: Uint32Array.from(
      places,
      (i) => view.getUint32(i * size, true),
    ),
  };
}
