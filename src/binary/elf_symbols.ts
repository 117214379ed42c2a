/**
 * Symbols of an ELF file, by name, from `.symtab` and `.dynsym`.
 *
 * The tables are read in pieces: first the strings, for where the names are,
 * then the symbols, for those that point there. So the debug build of a large
 * program costs some milliseconds and no memory to speak of.
 * gABI chapter 4, "String Table" and "Symbol Table".
 */

import { MAX_NAME_PLACES, MAX_SYMBOL_TABLE_SIZE } from "../limits.ts";
import { type ByteSource, viewOf } from "./byte_source.ts";
import {
  type ElfFormat,
  type ElfImage,
  readSections,
  type Section,
  SectionType,
} from "./elf.ts";

/** `st_shndx` of a symbol that another file defines. */
const UNDEFINED = 0;

/** `st_info & 15` of a thread-local variable, whose value is no address. */
const THREAD_LOCAL = 6;

/** Bytes of a table that are read at a time; a multiple of both symbol sizes. */
const PIECE_SIZE = 48 * 16384;

const latin1 = new TextDecoder("latin1");

/**
 * Looks symbols up in a file.
 * @returns addresses as the linker gave them, of those names that the file defines.
 */
export function findFileSymbols(
  source: ByteSource,
  image: ElfImage,
  names: readonly string[],
): Map<string, number> {
  const found = new Map<string, number>();
  const sections = readSections(source, image);
  for (const section of sections) {
    if (found.size === names.length) break;
    if (!holdsSymbols(section)) continue;
    const strings = sections[section.link];
    if (strings === undefined) continue;
    const wanted = findNames(source, strings, names);
    if (wanted.size > 0) {
      collectSymbols(source, image.format, section, wanted, found);
    }
  }
  return found;
}

function holdsSymbols(section: Section): boolean {
  return section.type === SectionType.symbolTable ||
    section.type === SectionType.dynamicSymbols;
}

/**
 * Where names are in a string table, by offset. A name may be there several
 * times, also as the end of a longer one, which linkers make use of.
 */
function findNames(
  source: ByteSource,
  table: Section,
  names: readonly string[],
): Map<number, string> {
  const offsets = new Map<number, string>();
  const overlap = Math.max(...names.map((name) => name.length));
  for (const piece of piecesOf(source, table, overlap)) {
    const text = latin1.decode(piece.bytes);
    for (const name of names) {
      const terminated = `${name}\0`;
      let at = text.indexOf(terminated);
      for (
        ;
        at >= 0 && offsets.size < MAX_NAME_PLACES;
        at = text.indexOf(terminated, at + 1)
      ) {
        offsets.set(piece.offset + at, name);
      }
    }
  }
  return offsets;
}

function collectSymbols(
  source: ByteSource,
  format: ElfFormat,
  table: Section,
  wanted: ReadonlyMap<number, string>,
  found: Map<string, number>,
): void {
  const { size } = format.symbol;
  for (const { bytes } of piecesOf(source, table, 0)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + size <= bytes.length; at += size) {
      const name = wanted.get(view.getUint32(at, true));
      if (name === undefined || found.has(name)) continue;
      const address = symbolAddress(format, view, at);
      if (address !== null) found.set(name, address);
    }
  }
}

/** @returns the address of the symbol at `offset`, or null when it has none. */
export function symbolAddress(
  format: ElfFormat,
  view: DataView,
  offset: number,
): number | null {
  const { info, shndx, value } = format.symbol;
  if (view.getUint16(offset + shndx, true) === UNDEFINED) return null;
  if ((view.getUint8(offset + info) & 15) === THREAD_LOCAL) return null;
  return format.word(view, offset + value);
}

/** The bytes of a section piece by piece, each with up to `overlap` bytes of the next; ends where they cannot be read. */
function* piecesOf(
  source: ByteSource,
  section: Section,
  overlap: number,
): Generator<{ offset: number; bytes: Uint8Array }> {
  const end = Math.min(section.size, MAX_SYMBOL_TABLE_SIZE);
  for (let offset = 0; offset < end; offset += PIECE_SIZE) {
    const size = Math.min(PIECE_SIZE + overlap, end - offset);
    const bytes = source.read(section.offset + offset, size);
    if (bytes === null) return;
    yield { offset, bytes };
  }
}

/** @returns whether the string at `offset` is `name`. */
export function isNameAt(
  source: ByteSource,
  offset: number,
  name: string,
): boolean {
  const view = viewOf(source, offset, name.length + 1);
  if (view === null || view.getUint8(name.length) !== 0) return false;
  for (let i = 0; i < name.length; i++) {
    if (view.getUint8(i) !== name.charCodeAt(i)) return false;
  }
  return true;
}
