/**
 * Mach-O images: slices of universal files, segments, sections, symbols.
 *
 * Pure: bytes come from a `ByteSource`, by their offsets in the file. An image
 * in memory can be read as well, since all that is parsed here is loaded; see
 * `loadedBytes`. Nothing in it is trusted: what is too short, too large or
 * inconsistent reads as null or as an empty list. 64-bit little-endian only,
 * as macOS has them since 10.15. Follows XNU EXTERNAL_HEADERS/mach-o/loader.h,
 * fat.h and nlist.h.
 */

import {
  MAX_MACHO_COMMANDS_SIZE,
  MAX_MACHO_SLICES,
  MAX_SYMBOL_TABLE_SIZE,
} from "../limits.ts";
import { type ByteSource, viewOf } from "./byte_source.ts";

/** `mach_header_64.cputype` of the machines that we know. */
export const MachoCpu = { x86_64: 0x0100_0007, aarch64: 0x0100_000c } as const;

/** `vm_prot_t`, a set of bits. */
export const MachoProtection = { read: 1, write: 2, execute: 4 } as const;

/** What the load commands of an image say. */
export interface MachoImage {
  readonly cpu: number;
  /** In hexadecimal digits; empty when there is none. */
  readonly uuid: string;
  readonly segments: readonly MachoSegment[];
  readonly sections: readonly MachoSection[];
  readonly symbols: MachoSymbols | null;
  /** Paths of the libraries that it needs. */
  readonly libraries: readonly string[];
  /** Whether there is a code signature, without which Apple silicon runs nothing. */
  readonly isSigned: boolean;
}

/** A part of the file that is mapped. Addresses are the linker's. */
export interface MachoSegment {
  readonly name: string;
  readonly address: number;
  readonly memorySize: number;
  readonly offset: number;
  readonly fileSize: number;
  readonly protection: number;
}

/** A part of a segment. */
export interface MachoSection {
  readonly segment: string;
  readonly name: string;
  readonly address: number;
  readonly size: number;
  /** Whether it begins as zero, and is not in the file. */
  readonly isZeroed: boolean;
}

/** Where the symbol table is in the file. */
export interface MachoSymbols {
  readonly offset: number;
  readonly count: number;
  readonly stringsOffset: number;
  readonly stringsSize: number;
}

const MAGIC = 0xfeedfacf;
const HEADER_SIZE = 32;

const Command = {
  symbols: 0x2,
  loadLibrary: 0xc,
  segment: 0x19,
  uuid: 0x1b,
  codeSignature: 0x1d,
  loadWeakLibrary: 0x8000_0018,
  reexportLibrary: 0x8000_001f,
} as const;

const COMMAND_HEAD_SIZE = 8;
const SEGMENT_SIZE = 72;
const SECTION_SIZE = 80;
const SYMBOLS_SIZE = 24;
const UUID_END = 24;
const NAME_SIZE = 16;

/** Types of sections that the file has no bytes for: S_ZEROFILL, S_GB_ZEROFILL, S_THREAD_LOCAL_ZEROFILL. */
const ZEROED = [0x1, 0xc, 0x12];

const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder();

/** @param image of one machine. @returns null when it is none. */
export function parseMacho(image: ByteSource): MachoImage | null {
  const head = viewOf(image, 0, HEADER_SIZE);
  if (head?.getUint32(0, true) !== MAGIC) return null;
  const cpu = head.getUint32(4, true);
  const count = head.getUint32(16, true);
  const size = head.getUint32(20, true);
  if (size > MAX_MACHO_COMMANDS_SIZE) return null;
  const commands = viewOf(image, HEADER_SIZE, size);
  return commands === null ? null : readCommands(cpu, commands, count);
}

function readCommands(
  cpu: number,
  view: DataView,
  count: number,
): MachoImage | null {
  const segments: MachoSegment[] = [];
  const sections: MachoSection[] = [];
  const libraries: string[] = [];
  let uuid = "";
  let symbols: MachoSymbols | null = null;
  let isSigned = false;
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + COMMAND_HEAD_SIZE > view.byteLength) return null;
    const size = view.getUint32(at + 4, true);
    if (size < COMMAND_HEAD_SIZE || at + size > view.byteLength) return null;
    const command = new DataView(view.buffer, view.byteOffset + at, size);
    switch (command.getUint32(0, true)) {
      case Command.segment:
        if (size < SEGMENT_SIZE) return null;
        segments.push(readSegment(command));
        sections.push(...readSections(command));
        break;
      case Command.symbols:
        if (size >= SYMBOLS_SIZE) symbols = readSymbols(command);
        break;
      case Command.uuid:
        if (size >= UUID_END) uuid = hexOf(command, COMMAND_HEAD_SIZE);
        break;
      case Command.loadLibrary:
      case Command.loadWeakLibrary:
      case Command.reexportLibrary:
        libraries.push(readPath(command));
        break;
      case Command.codeSignature:
        isSigned = true;
    }
    at += size;
  }
  return { cpu, uuid, segments, sections, symbols, libraries, isSigned };
}

/** segment_command_64 */
function readSegment(command: DataView): MachoSegment {
  return {
    name: nameAt(command, 8),
    address: wordAt(command, 24),
    memorySize: wordAt(command, 32),
    offset: wordAt(command, 40),
    fileSize: wordAt(command, 48),
    protection: command.getUint32(60, true),
  };
}

/** section_64, of which a segment has some at its end. */
function readSections(command: DataView): MachoSection[] {
  const room = Math.floor((command.byteLength - SEGMENT_SIZE) / SECTION_SIZE);
  const count = Math.min(command.getUint32(64, true), room);
  return Array.from({ length: count }, (_, i) => {
    const at = SEGMENT_SIZE + i * SECTION_SIZE;
    return {
      name: nameAt(command, at),
      segment: nameAt(command, at + NAME_SIZE),
      address: wordAt(command, at + 32),
      size: wordAt(command, at + 40),
      isZeroed: ZEROED.includes(command.getUint8(at + 64)),
    };
  });
}

/** symtab_command */
function readSymbols(command: DataView): MachoSymbols {
  return {
    offset: command.getUint32(8, true),
    count: command.getUint32(12, true),
    stringsOffset: command.getUint32(16, true),
    stringsSize: command.getUint32(20, true),
  };
}

/** dylib_command */
function readPath(command: DataView): string {
  if (command.byteLength < 12) return "";
  const at = command.getUint32(8, true);
  return at < command.byteLength
    ? textOf(command, at, command.byteLength - at)
    : "";
}

function nameAt(view: DataView, at: number): string {
  return textOf(view, at, NAME_SIZE);
}

/** @returns the text up to a zero byte, or to its end. */
function textOf(view: DataView, at: number, size: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Exact below 2^53; what is not is no place in any image. */
function wordAt(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
}

function hexOf(view: DataView, at: number): string {
  return new Uint8Array(view.buffer, view.byteOffset + at, 16).toHex();
}

/** nlist_64: name u32, type u8, section u8, description u16, value u64. */
const SYMBOL_SIZE = 16;
const TYPE_MASK = 0x0e;
const DEFINED_IN_SECTION = 0x0e;
/** Symbols for debuggers. */
const DEBUGGING = 0xe0;

/** @param names as C has them: Mach-O puts an underscore before. @returns the linker's addresses of those that the image defines. */
export function findMachoSymbols(
  image: ByteSource,
  { symbols }: MachoImage,
  names: readonly string[],
): Map<string, number> {
  const found = new Map<string, number>();
  if (symbols === null) return found;
  const { offset, count, stringsOffset, stringsSize } = symbols;
  const size = count * SYMBOL_SIZE;
  if (Math.max(size, stringsSize) > MAX_SYMBOL_TABLE_SIZE) return found;
  // A copy, because the other table is read before it is used.
  const strings = image.read(stringsOffset, stringsSize)?.slice();
  const table = viewOf(image, offset, size);
  if (strings === undefined || table === null) return found;
  const byPlace = placesOf(strings, names);
  for (let at = 0; at < size; at += SYMBOL_SIZE) {
    const name = byPlace.get(table.getUint32(at, true));
    const type = table.getUint8(at + 4);
    if (name === undefined || (type & DEBUGGING) !== 0) continue;
    if ((type & TYPE_MASK) !== DEFINED_IN_SECTION) continue;
    found.set(name, wordAt(table, at + 8));
  }
  return found;
}

/** @returns the names by where they are in the table of strings: every one is between two zero bytes. */
function placesOf(
  strings: Uint8Array,
  names: readonly string[],
): Map<number, string> {
  const text = latin1.decode(strings);
  const places = new Map<number, string>();
  for (const name of names) {
    const wanted = `\0_${name}\0`;
    let at = text.indexOf(wanted);
    for (; at >= 0; at = text.indexOf(wanted, at + 1)) places.set(at + 1, name);
  }
  return places;
}

/** A part of a universal file, or all of one that is of one machine. */
export interface MachoSlice {
  readonly cpu: number;
  readonly image: ByteSource;
}

/** fat_header and fat_arch, which are big-endian: bytes of each part's record. */
const FAT_RECORDS: ReadonlyMap<number, number> = new Map([
  [0xcafebabe, 20],
  [0xcafebabf, 32],
]);

/** @returns the images in a file; none when it is no Mach-O file. */
export function machoSlices(file: ByteSource): MachoSlice[] {
  const thin = parseMacho(file);
  if (thin !== null) return [{ cpu: thin.cpu, image: file }];
  const head = viewOf(file, 0, 8);
  const recordSize = FAT_RECORDS.get(head?.getUint32(0) ?? 0);
  const count = head?.getUint32(4) ?? 0;
  // Compiled Java has the same magic; its version is where the count would be.
  if (recordSize === undefined || count > MAX_MACHO_SLICES) return [];
  const records = viewOf(file, 8, count * recordSize);
  if (records === null) return [];
  return Array.from({ length: count }, (_, i) => {
    const at = i * recordSize;
    const isWide = recordSize === 32;
    const number = (n: number) =>
      isWide
        ? records.getUint32(at + 8 + n * 8) * 4294967296 +
          records.getUint32(at + 12 + n * 8)
        : records.getUint32(at + 8 + n * 4);
    const [start, size] = [number(0), number(1)];
    return {
      cpu: records.getUint32(at),
      image: {
        read: (offset: number, length: number) =>
          offset >= 0 && offset + length <= size
            ? file.read(start + offset, length)
            : null,
      },
    };
  });
}

/**
 * @param memory of the process, by address. @param slide what is to be added to the linker's addresses.
 * @returns the bytes of the file as far as they are loaded.
 */
export function loadedBytes(
  memory: ByteSource,
  { segments }: MachoImage,
  slide: number,
): ByteSource {
  return {
    read(offset, size) {
      const segment = segments.find((segment) =>
        offset >= segment.offset &&
        offset + size <= segment.offset + segment.fileSize
      );
      return segment === undefined
        ? null
        : memory.read(slide + segment.address + offset - segment.offset, size);
    },
  };
}
