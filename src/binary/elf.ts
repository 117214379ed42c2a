/**
 * ELF files: header, segments and sections.
 *
 * Pure: bytes come from a `ByteSource`, by file offset, so it reads a file as
 * well as an image that is mapped somewhere. Nothing in it is trusted: what is
 * too short, too large or inconsistent reads as null or as an empty list.
 * Little-endian only, which is what Python runs on. Symbols are found by
 * `elf_symbols.ts` (in files) and `elf_dynamic.ts` (in loaded images).
 * Follows the System V ABI (gABI), chapters 4 and 5, and `elf(5)`.
 */

import { MAX_SECTION_NAMES_SIZE, MAX_SEGMENTS } from "../limits.ts";
import { type ByteSource, viewOf } from "./byte_source.ts";

/** `e_type`. */
export const ElfType = { executable: 2, shared: 3 } as const;

/** `e_machine` of the machines that we know. */
export const ElfMachine = { i386: 3, x86_64: 62, aarch64: 183 } as const;

/** `p_type`. */
export const SegmentType = {
  load: 1,
  dynamic: 2,
  note: 4,
  /** `PT_GNU_EH_FRAME`: `.eh_frame_hdr`. */
  unwindIndex: 0x6474e550,
} as const;

/** `p_flags`, a set of bits. */
export const SegmentFlag = { execute: 1, write: 2, read: 4 } as const;

/** `sh_type`. */
export const SectionType = {
  symbolTable: 2,
  stringTable: 3,
  noBits: 8,
  dynamicSymbols: 11,
} as const;

/** What the first bytes of an ELF file say, and its segments. */
export interface ElfImage {
  readonly format: ElfFormat;
  readonly type: number;
  readonly machine: number;
  /** Address that the linker gave the first instruction of a program. */
  readonly entry: number;
  readonly segments: readonly Segment[];
  /** Where the section headers are; `findSections` reads them. */
  readonly sectionTable: Table;
}

/** One program header. */
export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  /** Address that the linker gave it; the load bias is still to be added. */
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/** One section header. */
export interface Section {
  readonly name: string;
  readonly type: number;
  /** Address that the linker gave it; 0 when it is not loaded. */
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  /** Index of the section that goes with it, for instance its strings. */
  readonly link: number;
}

/** Headers that lie one after the other. */
interface Table {
  readonly offset: number;
  readonly entrySize: number;
  readonly count: number;
  /** Index of the section with the names; section headers only. */
  readonly names: number;
}

/** Reads a 32- or 64-bit word, as the class of the file says. */
type Word = (view: DataView, offset: number) => number;

/**
 * Where the fields are, which is all that differs between the two classes.
 *
 * Names are those of the gABI: `Elf64_Ehdr.e_phoff` is `header.phoff`.
 */
export interface ElfFormat {
  readonly bits: 32 | 64;
  readonly word: Word;
  readonly header: Readonly<
    Record<"size" | "phoff" | "shoff" | "phentsize", number>
  >;
  readonly segment: Readonly<
    Record<
      "size" | "flags" | "offset" | "vaddr" | "filesz" | "memsz",
      number
    >
  >;
  readonly section: Readonly<
    Record<"size" | "addr" | "offset" | "length" | "link", number>
  >;
  readonly symbol: Readonly<
    Record<"size" | "info" | "shndx" | "value" | "length", number>
  >;
}

/** `Elf32_Ehdr`, `Elf32_Phdr`, `Elf32_Shdr`, `Elf32_Sym`. */
const ELF32: ElfFormat = {
  bits: 32,
  word: (view, offset) => view.getUint32(offset, true),
  header: { size: 52, phoff: 28, shoff: 32, phentsize: 42 },
  segment: { size: 32, flags: 24, offset: 4, vaddr: 8, filesz: 16, memsz: 20 },
  section: { size: 40, addr: 12, offset: 16, length: 20, link: 24 },
  symbol: { size: 16, info: 12, shndx: 14, value: 4, length: 8 },
};

/** `Elf64_Ehdr`, `Elf64_Phdr`, `Elf64_Shdr`, `Elf64_Sym`. */
const ELF64: ElfFormat = {
  bits: 64,
  word: (view, offset) =>
    view.getUint32(offset + 4, true) * 4294967296 +
    view.getUint32(offset, true),
  header: { size: 64, phoff: 32, shoff: 40, phentsize: 54 },
  segment: { size: 56, flags: 4, offset: 8, vaddr: 16, filesz: 32, memsz: 40 },
  section: { size: 64, addr: 16, offset: 24, length: 32, link: 40 },
  symbol: { size: 24, info: 4, shndx: 6, value: 8, length: 16 },
};

const latin1 = new TextDecoder("latin1");
const MAGIC = 0x464c457f; // "\x7fELF"
const LITTLE_ENDIAN = 1; // EI_DATA, ELFDATA2LSB
const ENTRY = 24; // e_entry, in both classes

/** @returns the headers at the start of the source, or null when it is no ELF file that we can read. */
export function parseElf(source: ByteSource): ElfImage | null {
  const format = formatOf(source);
  if (format === null) return null;
  const header = viewOf(source, 0, format.header.size);
  if (header === null) return null;
  const type = header.getUint16(16, true);
  const machine = header.getUint16(18, true);
  const entry = format.word(header, ENTRY);
  const { phoff, shoff, phentsize } = format.header;
  const segmentTable = tableAt(format.word(header, phoff), header, phentsize);
  // The three fields of the section headers follow those of the segments.
  const sectionTable = tableAt(
    format.word(header, shoff),
    header,
    phentsize + 4,
  );
  const segments = readSegments(source, format, segmentTable);
  return { format, type, machine, entry, segments, sectionTable };
}

function formatOf(source: ByteSource): ElfFormat | null {
  const ident = viewOf(source, 0, 16);
  if (ident === null || ident.getUint32(0, true) !== MAGIC) return null;
  if (ident.getUint8(5) !== LITTLE_ENDIAN) return null;
  const bitsClass = ident.getUint8(4);
  return bitsClass === 1 ? ELF32 : bitsClass === 2 ? ELF64 : null;
}

/** `fields` is where `e_phentsize` or `e_shentsize` is; the count follows it, and `e_shstrndx` that. */
function tableAt(offset: number, header: DataView, fields: number): Table {
  return {
    offset,
    entrySize: header.getUint16(fields, true),
    count: header.getUint16(fields + 2, true),
    names: fields + 6 <= header.byteLength
      ? header.getUint16(fields + 4, true)
      : 0,
  };
}

/** A table's bytes; at most 65 535 entries of 65 535 bytes, but only of the size that the format has. */
function readTable(
  source: ByteSource,
  table: Table,
  entrySize: number,
): DataView | null {
  if (table.entrySize !== entrySize) return null;
  return viewOf(source, table.offset, table.count * entrySize);
}

function readSegments(
  source: ByteSource,
  format: ElfFormat,
  table: Table,
): Segment[] {
  const { size, flags, offset, vaddr, filesz, memsz } = format.segment;
  if (table.count > MAX_SEGMENTS) return [];
  const view = readTable(source, table, size);
  if (view === null) return [];
  return entriesOf(table.count, size, (at) => ({
    type: view.getUint32(at, true),
    flags: view.getUint32(at + flags, true),
    offset: format.word(view, at + offset),
    address: format.word(view, at + vaddr),
    fileSize: format.word(view, at + filesz),
    memorySize: format.word(view, at + memsz),
  }));
}

/** @returns all sections in file order; none when they were stripped or cannot be read. */
export function readSections(source: ByteSource, image: ElfImage): Section[] {
  const { format, sectionTable } = image;
  const { size, addr, offset, length, link } = format.section;
  const view = readTable(source, sectionTable, size);
  if (view === null) return [];
  // The names are read next, and may take the place of these bytes.
  const headers = entriesOf(sectionTable.count, size, (at) => ({
    nameOffset: view.getUint32(at, true),
    type: view.getUint32(at + 4, true),
    address: format.word(view, at + addr),
    offset: format.word(view, at + offset),
    size: format.word(view, at + length),
    link: view.getUint32(at + link, true),
  }));
  const names = sectionNames(source, headers[sectionTable.names]);
  return headers.map(({ nameOffset, ...section }) => ({
    name: stringAt(names, nameOffset),
    ...section,
  }));
}

function sectionNames(
  source: ByteSource,
  section: { readonly offset: number; readonly size: number } | undefined,
): Uint8Array {
  if (section === undefined || section.size > MAX_SECTION_NAMES_SIZE) {
    return new Uint8Array();
  }
  return source.read(section.offset, section.size) ?? new Uint8Array();
}

function entriesOf<T>(
  count: number,
  size: number,
  entryAt: (offset: number) => T,
): T[] {
  return Array.from({ length: count }, (_, index) => entryAt(index * size));
}

/** @returns the bytes up to the next NUL as characters; empty beyond the end. */
function stringAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  if (offset >= bytes.length || end < 0) return "";
  return latin1.decode(bytes.subarray(offset, end));
}
