/**
 * PE images: headers, sections and exports.
 *
 * Pure: bytes come from a `ByteSource`. Positions are offsets from the start
 * of the image as it is loaded (RVAs), so a loaded image can be read as it is;
 * `peFile` turns a file into that. Nothing in it is trusted: what is too short,
 * too large or inconsistent reads as null or as an empty list. Follows the PE
 * Format of Microsoft's documentation (winnt.h IMAGE_NT_HEADERS and its like).
 */

import {
  MAX_EXPORTS,
  MAX_PE_HEADERS_SIZE,
  MAX_PE_SECTIONS,
} from "../limits.ts";
import { type ByteSource, viewOf } from "./byte_source.ts";

/** `IMAGE_FILE_HEADER.Machine` of the machines that we know. */
export const PeMachine = {
  i386: 0x14c,
  x86_64: 0x8664,
  aarch64: 0xaa64,
} as const;

/** `IMAGE_SECTION_HEADER.Characteristics`, a set of bits. */
export const PeSectionFlag = {
  execute: 0x2000_0000,
  write: 0x8000_0000,
} as const;

/** What the headers of an image say. */
export interface PeImage {
  readonly machine: number;
  /** Bits of a pointer. */
  readonly bits: 32 | 64;
  /** Bytes of the image as it is loaded. */
  readonly size: number;
  readonly sections: readonly PeSection[];
  /** Where the table of exports is, and its size; 0 when there is none. */
  readonly exports: PeTable;
  /** Where the table of imports is. */
  readonly imports: PeTable;
}

/** A part of the image. */
export interface PeTable {
  readonly offset: number;
  readonly size: number;
}

/** One section. */
export interface PeSection {
  /** Eight bytes at most: longer names are cut. */
  readonly name: string;
  /** From the start of the loaded image. */
  readonly offset: number;
  /** Bytes when loaded; what is not in the file is zero. */
  readonly size: number;
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly flags: number;
}

const DOS_MAGIC = 0x5a4d; // MZ
const NEW_HEADER = 0x3c; // IMAGE_DOS_HEADER.e_lfanew
const NT_MAGIC = 0x4550; // PE, two zero bytes
/** The magic and IMAGE_FILE_HEADER. */
const NT_HEAD_SIZE = 24;
const SECTION_SIZE = 40;

/** IMAGE_OPTIONAL_HEADER by its magic: where what we need is. */
const OPTIONAL_HEADERS = {
  0x10b: { bits: 32, directories: 96 },
  0x20b: { bits: 64, directories: 112 },
} as const;

const IMAGE_SIZE = 56;
const EXPORTS = 0;
const IMPORTS = 1;
const DIRECTORY_SIZE = 8;

const latin1 = new TextDecoder("latin1");

/** @param image a loaded image, or the start of a file, which is the same. @returns null when it is none. */
export function parsePe(image: ByteSource): PeImage | null {
  const dos = viewOf(image, 0, NEW_HEADER + 4);
  if (dos?.getUint16(0, true) !== DOS_MAGIC) return null;
  const start = dos.getUint32(NEW_HEADER, true);
  if (start > MAX_PE_HEADERS_SIZE) return null;
  const head = viewOf(image, start, NT_HEAD_SIZE);
  if (head?.getUint32(0, true) !== NT_MAGIC) return null;
  const machine = head.getUint16(4, true);
  const sectionCount = head.getUint16(6, true);
  const optionalSize = head.getUint16(20, true);
  const optional = readOptional(image, start + NT_HEAD_SIZE, optionalSize);
  if (optional === null || sectionCount > MAX_PE_SECTIONS) return null;
  const sections = readSections(
    image,
    start + NT_HEAD_SIZE + optionalSize,
    sectionCount,
  );
  return sections === null ? null : { machine, ...optional, sections };
}

function readOptional(
  image: ByteSource,
  start: number,
  size: number,
): Pick<PeImage, "bits" | "size" | "exports" | "imports"> | null {
  const view = viewOf(image, start, size);
  if (view === null || size < 2) return null;
  const magic = view.getUint16(0, true);
  if (magic !== 0x10b && magic !== 0x20b) return null;
  const { bits, directories } = OPTIONAL_HEADERS[magic];
  if (size < directories) return null;
  const count = view.getUint32(directories - 4, true);
  const directory = (index: number): PeTable => {
    const at = directories + index * DIRECTORY_SIZE;
    if (index >= count || at + DIRECTORY_SIZE > size) {
      return { offset: 0, size: 0 };
    }
    return {
      offset: view.getUint32(at, true),
      size: view.getUint32(at + 4, true),
    };
  };
  return {
    bits,
    size: view.getUint32(IMAGE_SIZE, true),
    exports: directory(EXPORTS),
    imports: directory(IMPORTS),
  };
}

function readSections(
  image: ByteSource,
  start: number,
  count: number,
): PeSection[] | null {
  const view = viewOf(image, start, count * SECTION_SIZE);
  if (view === null) return null;
  return Array.from({ length: count }, (_, i) => {
    const at = i * SECTION_SIZE;
    const name = new Uint8Array(view.buffer, view.byteOffset + at, 8);
    const fileSize = view.getUint32(at + 16, true);
    return {
      name: latin1.decode(name).replace(/\0.*$/s, ""),
      offset: view.getUint32(at + 12, true),
      // Some linkers leave it to the size in the file.
      size: view.getUint32(at + 8, true) || fileSize,
      fileOffset: view.getUint32(at + 20, true),
      fileSize,
      flags: view.getUint32(at + 36, true),
    };
  });
}

/** @returns the bytes of a file by their places in the loaded image. */
export function peFile(file: ByteSource): ByteSource {
  const sections = parsePe(file)?.sections ?? [];
  return {
    read(offset, size) {
      const section = sections.find((section) =>
        offset >= section.offset &&
        offset + size <= section.offset + section.fileSize
      );
      if (section !== undefined) {
        return file.read(section.fileOffset + offset - section.offset, size);
      }
      const isHeader = sections.every((section) => offset < section.offset);
      return isHeader ? file.read(offset, size) : null;
    },
  };
}

/** IMAGE_EXPORT_DIRECTORY. */
const EXPORT_DIRECTORY_SIZE = 40;

/** What an image exports by name. */
export interface PeExports {
  /** In the order of their names. */
  readonly count: number;
  /** @returns where the symbol is, from the start of the image; null when it does not define it. */
  find(name: string): number | null;
  /** @returns the name of one of the exports; null when it cannot be read. */
  name(index: number): string | null;
}

/** @returns null when the image exports nothing. */
export function peExports(
  image: ByteSource,
  { exports: table }: PeImage,
): PeExports | null {
  if (table.offset === 0) return null;
  const view = viewOf(image, table.offset, EXPORT_DIRECTORY_SIZE);
  if (view === null) return null;
  const addressCount = view.getUint32(20, true);
  const count = view.getUint32(24, true);
  if (Math.max(addressCount, count) > MAX_EXPORTS) return null;
  const addresses = view.getUint32(28, true);
  const names = view.getUint32(32, true);
  const ordinals = view.getUint32(36, true);
  const name = (index: number) => {
    const at = viewOf(image, names + index * 4, 4)?.getUint32(0, true);
    return at === undefined ? null : readName(image, at);
  };
  return {
    count,
    name,
    find(wanted) {
      const index = indexOf(wanted, count, name);
      if (index < 0) return null;
      const ordinal = viewOf(image, ordinals + index * 2, 2)
        ?.getUint16(0, true) ?? Infinity;
      if (ordinal >= addressCount) return null;
      const address = viewOf(image, addresses + ordinal * 4, 4)
        ?.getUint32(0, true) ?? 0;
      // What points back into the table names another library's symbol.
      const isForwarder = address >= table.offset &&
        address < table.offset + table.size;
      return address === 0 || isForwarder ? null : address;
    },
  };
}

/** Names are sorted by their bytes. @returns -1 when there is none such. */
function indexOf(
  wanted: string,
  count: number,
  nameAt: (index: number) => string | null,
): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const name = nameAt(middle);
    if (name === null) return -1;
    if (name === wanted) return middle;
    if (name < wanted) low = middle + 1;
    else high = middle;
  }
  return -1;
}

/** Bytes of a name; those that we look for are far shorter. */
const MAX_EXPORT_NAME = 128;

/** Bytes of a name that are read at a time: it may be the last thing in a page. */
const NAME_STEP = 16;

/** @returns a name in Latin-1, as far as it is bounded; null when it cannot be read. */
function readName(image: ByteSource, offset: number): string | null {
  let name = "";
  while (name.length < MAX_EXPORT_NAME) {
    const step = NAME_STEP - (offset + name.length) % NAME_STEP;
    const bytes = image.read(offset + name.length, step);
    if (bytes === null) return null;
    const end = bytes.indexOf(0);
    if (end >= 0) return name + latin1.decode(bytes.subarray(0, end));
    name += latin1.decode(bytes);
  }
  return name;
}

/** IMAGE_IMPORT_DESCRIPTOR. */
const IMPORT_SIZE = 20;

/** Libraries that one image may import. */
const MAX_IMPORTS = 256;

/** @returns the file names of the libraries that the image needs. */
export function peImports(image: ByteSource, { imports }: PeImage): string[] {
  const names: string[] = [];
  if (imports.offset === 0) return names;
  for (let i = 0; i < MAX_IMPORTS; i++) {
    const name = viewOf(image, imports.offset + i * IMPORT_SIZE, IMPORT_SIZE)
      ?.getUint32(12, true) ?? 0;
    if (name === 0) break;
    const text = readName(image, name);
    if (text !== null) names.push(text);
  }
  return names;
}
