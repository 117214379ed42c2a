/**
 * Reads `str` objects of the target.
 *
 * Names and file names are compact strings in practice; the others are read as
 * well. One byte for each character is Latin-1, not UTF-8; two bytes may hold
 * lone surrogates, which stay in the result and are U+FFFD when encoded.
 * 3.12 Include/cpython/unicodeobject.h PyASCIIObject, PyCompactUnicodeObject, PyUnicodeObject
 */

import { MAX_NAME_LENGTH } from "../limits.ts";
import type { StructReader } from "../memory/struct_reader.ts";
import type { Layout } from "./layouts/layout.ts";

/** Appended to a name that is longer than MAX_NAME_LENGTH. */
const ELLIPSIS = "…";

const MAX_CODE_POINT = 0x10ffff;

/** Arguments that `String.fromCharCode` is given at a time. */
const CHUNK = 4096;

/** Where the characters of a `str` object are. */
export interface Text {
  /** Address of the first. */
  readonly first: number;
  /** Characters, at most MAX_NAME_LENGTH. */
  readonly count: number;
  /** Bytes of each. */
  readonly kind: 1 | 2 | 4;
  /** Bytes of all, with the null that ends them. */
  readonly size: number;
  /** Whether there are more characters. */
  readonly isCut: boolean;
}

/** @param address of a `str` object. @returns its text, cut at MAX_NAME_LENGTH; null when it is none. */
export function readString(
  reader: StructReader,
  layout: Layout,
  address: number,
): string | null {
  const text = locateText(reader, layout, address);
  return text === null ? null : readText(reader, text);
}

/** @param address of a `str` object. @returns where its characters are; null when it is none. */
export function locateText(
  reader: StructReader,
  layout: Layout,
  address: number,
): Text | null {
  const { string } = layout;
  if (!reader.loadAll(address, string.anyPointer + layout.pointerSize)) {
    // A short string may be the last thing in its page.
    if (!reader.loadAll(address, string.asciiBytes)) return null;
  }
  const length = reader.pointer(string.length);
  const state = reader.u32(string.state);
  const { kindMask, kindShift, compact, ascii } = string.stateBits;
  const kind = (state & kindMask) >>> kindShift;
  if (kind !== 1 && kind !== 2 && kind !== 4) return null;
  if (length > Number.MAX_SAFE_INTEGER) return null;
  let first = address + string.compactBytes;
  if ((state & compact) === 0) first = reader.pointer(string.anyPointer);
  else if ((state & ascii) !== 0) first = address + string.asciiBytes;
  const count = Math.min(length, MAX_NAME_LENGTH);
  return {
    first,
    count,
    kind,
    size: (count + 1) * kind,
    isCut: length > count,
  };
}

/** @returns the text; null when it cannot be read. */
export function readText(reader: StructReader, text: Text): string | null {
  const { first, count, kind, isCut } = text;
  if (count === 0) return "";
  if (!reader.loadAll(first, count * kind)) return null;
  const characters = decode(reader, kind, count);
  return isCut ? characters + ELLIPSIS : characters;
}

function decode(reader: StructReader, kind: 1 | 2 | 4, count: number): string {
  let text = "";
  for (let from = 0; from < count; from += CHUNK) {
    const units: number[] = [];
    for (let i = from; i < count && i < from + CHUNK; i++) {
      units.push(unitAt(reader, kind, i));
    }
    text += kind === 4
      ? String.fromCodePoint(...units)
      : String.fromCharCode(...units);
  }
  return text;
}

function unitAt(reader: StructReader, kind: 1 | 2 | 4, index: number): number {
  if (kind === 1) return reader.u8(index);
  if (kind === 2) return reader.u16(index * 2);
  const point = reader.u32(index * 4);
  return point <= MAX_CODE_POINT ? point : 0xfffd;
}
