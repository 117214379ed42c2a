/**
 * From an instruction to its place in the source: CPython's line tables.
 *
 * Pure functions over the bytes of `co_lnotab` or `co_linetable`. The bytes
 * come from another process: whatever they are, the result is a location and
 * nothing outside of them is read.
 *
 * 3.8, 3.9 Objects/lnotab_notes.txt · 3.10 Objects/lnotab_notes.txt ·
 * 3.11 Objects/locations.md
 */

import type { LineTableKind } from "./layouts/layout.ts";

/** A place in the source. Lines and columns count from 1, 0 is unknown; `endColumn` is the column behind the last. */
export interface Location {
  readonly line: number;
  readonly endLine: number;
  readonly column: number;
  readonly endColumn: number;
}

/** An instruction that belongs to no line. */
const NOWHERE: Location = { line: 0, endLine: 0, column: 0, endColumn: 0 };

/** Bytes of one code unit. */
const UNIT_SIZE = 2;

/**
 * Finds the location of an instruction.
 * @param firstLine `co_firstlineno`. @param index byte index into the bytecode; below 0 the frame has not begun.
 */
export function findLocation(
  kind: LineTableKind,
  table: Uint8Array,
  firstLine: number,
  index: number,
): Location {
  if (index < 0) return lineOnly(firstLine);
  switch (kind) {
    case "lnotab":
      return lineOnly(findInLnotab(table, firstLine, index));
    case "ranges":
      return lineOnly(findInRanges(table, firstLine, index));
    case "locations":
      return findInLocations(table, firstLine, index);
  }
}

function lineOnly(line: number): Location {
  return line > 0 ? { line, endLine: 0, column: 0, endColumn: 0 } : NOWHERE;
}

/** Pairs of (uint8 byte delta, int8 line delta). 3.9 Objects/codeobject.c PyCode_Addr2Line */
function findInLnotab(
  table: Uint8Array,
  firstLine: number,
  index: number,
): number {
  let line = firstLine;
  let start = 0;
  for (let i = 0; i + 1 < table.length; i += 2) {
    start += table[i]!;
    if (start > index) break;
    line += signed(table[i + 1]!);
  }
  return line;
}

/** Pairs of (uint8 length in bytes, int8 line delta or -128 for none). 3.10 Objects/codeobject.c _PyCode_CheckLineNumber */
function findInRanges(
  table: Uint8Array,
  firstLine: number,
  index: number,
): number {
  let line = firstLine;
  let end = 0;
  for (let i = 0; i + 1 < table.length; i += 2) {
    const delta = signed(table[i + 1]!);
    end += table[i]!;
    if (delta !== -128) line += delta;
    if (index < end) return delta === -128 ? 0 : line;
  }
  return 0;
}

function signed(byte: number): number {
  return byte << 24 >> 24;
}

/**
 * Entries that begin with a byte `1kkkklll`, of kind k and l + 1 code units.
 *
 * | kind  | then                                                           |
 * | ----- | -------------------------------------------------------------- |
 * | 0–9   | byte: column = kind * 8 + bits 4–6, end = column + bits 0–3    |
 * | 10–12 | line += kind - 10; byte column, byte end column                |
 * | 13    | svarint line delta                                             |
 * | 14    | svarint line delta, varint lines, varint column + 1, varint end column + 1 |
 * | 15    | no location                                                    |
 *
 * 3.11 Objects/codeobject.c advance_with_locations
 */
function findInLocations(
  table: Uint8Array,
  firstLine: number,
  index: number,
): Location {
  const cursor: Cursor = { table, at: 0 };
  let line = firstLine;
  let end = 0;
  while (cursor.at < table.length) {
    const head = byte(cursor);
    const kind = (head >> 3) & 15;
    end += ((head & 7) + 1) * UNIT_SIZE;
    const isHere = index < end;
    switch (kind) {
      case 15:
        if (isHere) return NOWHERE;
        break;
      case 14: {
        line += signedVarint(cursor);
        const endLine = line + varint(cursor);
        const column = varint(cursor);
        const endColumn = varint(cursor);
        if (isHere) return located(line, endLine, column, endColumn);
        break;
      }
      case 13:
        line += signedVarint(cursor);
        if (isHere) return located(line, line, 0, 0);
        break;
      case 12:
      case 11:
      case 10: {
        line += kind - 10;
        const column = byte(cursor) + 1;
        const endColumn = byte(cursor) + 1;
        if (isHere) return located(line, line, column, endColumn);
        break;
      }
      default: {
        const columns = byte(cursor);
        const column = kind * 8 + (columns >> 4 & 7) + 1;
        if (isHere) {
          return located(line, line, column, column + (columns & 15));
        }
      }
    }
  }
  return NOWHERE;
}

function located(
  line: number,
  endLine: number,
  column: number,
  endColumn: number,
): Location {
  return line > 0 ? { line, endLine, column, endColumn } : NOWHERE;
}

/** A place in a table. */
interface Cursor {
  readonly table: Uint8Array;
  at: number;
}

function byte(cursor: Cursor): number {
  return cursor.table[cursor.at++] ?? 0;
}

/** Groups of six bits, lowest first; bit 6 says that another follows. */
function varint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 30; shift += 6) {
    const group = byte(cursor);
    value |= (group & 63) << shift;
    if ((group & 64) === 0) break;
  }
  return value;
}

/** The sign is in bit 0. */
function signedVarint(cursor: Cursor): number {
  const value = varint(cursor);
  return value & 1 ? -(value >>> 1) : value >>> 1;
}
