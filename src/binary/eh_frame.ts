/**
 * The unwind table of a loaded image, by address: `.eh_frame_hdr`, which is a
 * sorted index, and `.eh_frame`, where a function's entry (FDE) and what it
 * shares with others (CIE) are.
 *
 * The loader maps both, so they are read where the process has them, without
 * the file. LSB 5.0 Core, 10.6 "Exception Frames".
 */

import { MAX_UNWIND_ENTRY_SIZE, MAX_UNWIND_INDEX_SIZE } from "../limits.ts";
import { ByteCursor, PointerEncoding } from "./byte_cursor.ts";
import type { ByteSource } from "./byte_source.ts";
import { RowMachine, type UnwindRow } from "./unwind_row.ts";

/** The rules at one instruction, and what kind of function it is in. */
export interface FrameRules extends UnwindRow {
  /** Column of the return address. */
  readonly returnRegister: number;
  /** The frame was put there by the kernel to call a signal handler, between any two instructions. */
  readonly isSignalFrame: boolean;
}

/** Finds the rules for instructions of one image. */
export interface UnwindTable {
  /** @returns null where the image says nothing. */
  find(address: number): FrameRules | null;
}

/** What functions of one group share. */
interface Cie {
  readonly code: number;
  readonly data: number;
  readonly returnRegister: number;
  readonly pointerEncoding: number;
  readonly isSignalFrame: boolean;
  readonly hasAugmentation: boolean;
  /** The start of their programs. */
  readonly program: Uint8Array;
  readonly programAddress: number;
}

/** Index entries are two int32 that count from the start of the header. */
const INDEX_ENCODING = 0x3b;
const ENTRY_SIZE = 8;

/** @param memory of the process, by address. @param address of `.eh_frame_hdr`. @returns null when there is none that we can read. */
export function unwindTable(
  memory: ByteSource,
  address: number,
  size: number,
): UnwindTable | null {
  const index = readIndex(memory, address, size);
  if (index === null) return null;
  const cies = new Map<number, Cie>();
  const cieAt = (at: number) => {
    const known = cies.get(at);
    if (known !== undefined) return known;
    const cie = readCie(memory, at);
    if (cie !== null) cies.set(at, cie);
    return cie;
  };
  return {
    find: (pc) => {
      const entry = findEntry(index, pc - address);
      return entry === null
        ? null
        : readRules(memory, address + entry, pc, cieAt);
    },
  };
}

/** Version, three encodings, the address of `.eh_frame`, a count, then the index. */
function readIndex(
  memory: ByteSource,
  address: number,
  size: number,
): Int32Array | null {
  if (size > MAX_UNWIND_INDEX_SIZE) return null;
  const bytes = memory.read(address, size);
  if (bytes === null) return null;
  const cursor = new ByteCursor(bytes, address);
  const version = cursor.u8();
  const tableEncoding = cursor.u8();
  const countEncoding = cursor.u8();
  const indexEncoding = cursor.u8();
  if (version !== 1 || indexEncoding !== INDEX_ENCODING) return null;
  cursor.value(tableEncoding & PointerEncoding.formatMask);
  const count = cursor.value(countEncoding & PointerEncoding.formatMask);
  const entries = cursor.bytes(count * ENTRY_SIZE);
  return cursor.failed || count === 0
    ? null
    : new Int32Array(entries.slice().buffer);
}

/** @returns where the entry of the last function is that starts at or before an offset. */
function findEntry(index: Int32Array, offset: number): number | null {
  let low = 0;
  let high = index.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (index[middle * 2]! <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : index[low * 2 - 1]!;
}

/** An entry begins with its size, and what its CIE's distance or, in a CIE, 0. */
function readEntry(
  memory: ByteSource,
  address: number,
): { readonly cursor: ByteCursor; readonly id: number } | null {
  const head = memory.read(address, 4);
  if (head === null) return null;
  const size = new ByteCursor(head).u32();
  if (size < 4 || size > MAX_UNWIND_ENTRY_SIZE) return null;
  const bytes = memory.read(address + 4, size)?.slice();
  if (bytes === undefined) return null;
  const cursor = new ByteCursor(bytes, address + 4);
  return { cursor, id: cursor.u32() };
}

function readRules(
  memory: ByteSource,
  address: number,
  pc: number,
  cieAt: (address: number) => Cie | null,
): FrameRules | null {
  const entry = readEntry(memory, address);
  if (entry === null || entry.id === 0) return null;
  const cie = cieAt(address + 4 - entry.id);
  if (cie === null) return null;
  const { cursor } = entry;
  const start = cursor.pointer(cie.pointerEncoding);
  const size = cursor.value(cie.pointerEncoding & PointerEncoding.formatMask);
  if (cursor.failed || pc < start || pc >= start + size) return null;
  if (cie.hasAugmentation) cursor.bytes(cursor.uleb());
  const machine = new RowMachine(cie);
  const isUnderstood =
    machine.begin(new ByteCursor(cie.program, cie.programAddress)) &&
    machine.run(cursor, start, pc);
  const row = isUnderstood ? machine.row() : null;
  if (row === null) return null;
  const { returnRegister, isSignalFrame } = cie;
  return { ...row, returnRegister, isSignalFrame };
}

function readCie(memory: ByteSource, address: number): Cie | null {
  const entry = readEntry(memory, address);
  if (entry === null || entry.id !== 0) return null;
  const { cursor } = entry;
  const version = cursor.u8();
  if (version !== 1 && version !== 3) return null;
  const augmentation = cursor.string();
  const code = cursor.uleb();
  const data = cursor.sleb();
  const returnRegister = version === 1 ? cursor.u8() : cursor.uleb();
  const letters = readAugmentation(cursor, augmentation);
  if (letters === null || cursor.failed) return null;
  const programAddress = address + 4 + cursor.at;
  const program = restOf(cursor);
  return { code, data, returnRegister, ...letters, program, programAddress };
}

function restOf(cursor: ByteCursor): Uint8Array {
  const rest: number[] = [];
  while (!cursor.isAtEnd) rest.push(cursor.u8());
  return Uint8Array.from(rest);
}

type Augmentation = Pick<
  Cie,
  "pointerEncoding" | "isSignalFrame" | "hasAugmentation"
>;

/** One letter for each thing that is said; what a letter unknown to us says is skipped by its size. */
function readAugmentation(
  cursor: ByteCursor,
  letters: string,
): Augmentation | null {
  let pointerEncoding: number = PointerEncoding.absolute;
  const isSignalFrame = letters.includes("S");
  if (letters === "") {
    return { pointerEncoding, isSignalFrame, hasAugmentation: false };
  }
  if (!letters.startsWith("z")) return null;
  const size = cursor.uleb();
  const end = cursor.at + size;
  for (const letter of letters.slice(1)) {
    if (letter === "R") pointerEncoding = cursor.u8();
    else if (letter === "L") cursor.u8();
    else if (letter === "P") {
      const encoding = cursor.u8();
      cursor.value(encoding & PointerEncoding.formatMask);
    } else if (!"SBG".includes(letter)) break;
  }
  cursor.at = end;
  return { pointerEncoding, isSignalFrame, hasAugmentation: true };
}
