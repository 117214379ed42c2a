/**
 * One more loaded segment for an ELF executable: where it goes, and the
 * changes to the headers. Pure functions over the file's bytes; what the
 * segment holds is `payload.ts`.
 *
 * The new segment comes last in the file, in memory and in the program header
 * table, which the dynamic loader wants in ascending order. Its header takes
 * the gap that linkers leave behind the table, or else the place of the note
 * header (the build id is then found through the section only).
 */

import { AustinError } from "../../src/errors.ts";

/** An executable that can take a segment. */
export interface Host {
  /** `x86_64` or `aarch64`, as in `Deno.build.arch`. */
  readonly arch: string;
  /** Address of the executable's own entry point. */
  readonly entry: number;
  /** Address of the global offset table's pointer to the C library's `environ`. */
  readonly environSlot: number;
  /** Where the new segment begins in memory, a multiple of `alignment`. */
  readonly address: number;
  /** Where the new segment begins in the file, a multiple of `alignment`. */
  readonly offset: number;
  readonly alignment: number;
  /** Offset in the file of the program header to write. */
  readonly headerOffset: number;
  /** Number of program headers with it. */
  readonly headerCount: number;
}

interface ProgramHeader {
  readonly type: number;
  readonly headerOffset: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

const ELF64_LITTLE_ENDIAN = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
const ARCHES: Readonly<Record<number, string>> = {
  62: "x86_64",
  183: "aarch64",
};
const GLOB_DAT: Readonly<Record<string, number>> = {
  x86_64: 6,
  aarch64: 0x401,
};

/** Offsets in the ELF header. */
const MACHINE = 18, ENTRY = 24, HEADERS = 32, HEADER_COUNT = 56;
/** Size of a program header, and the types that matter. */
const HEADER_SIZE = 56;
const PT_LOAD = 1, PT_DYNAMIC = 2, PT_NOTE = 4, PT_PHDR = 6;
/** Read and execute. */
const FLAGS = 5;
const DT_STRTAB = 5, DT_SYMTAB = 6, DT_RELA = 7, DT_RELASZ = 8;
const DYNAMIC_SIZE = 16, RELA_SIZE = 24, SYMBOL_SIZE = 24;

/**
 * Looks where a segment can go.
 *
 * @throws AustinError when `elf` is not an executable that can take one.
 */
export function readHost(elf: Uint8Array): Host {
  const view = checkFormat(elf);
  const arch = ARCHES[view.getUint16(MACHINE, true)];
  if (arch === undefined) throw unfit("the machine of deno is not known");
  const headers = readProgramHeaders(view);
  const loaded = headers.filter((header) => header.type === PT_LOAD);
  const alignment = Math.max(0x1000, ...loaded.map((h) => h.alignment));
  const end = Math.max(0, ...loaded.map((h) => h.address + h.memorySize));
  return {
    arch,
    entry: word(view, ENTRY),
    environSlot: findEnvironSlot(view, headers, GLOB_DAT[arch]!),
    address: roundUp(end, alignment),
    offset: roundUp(elf.length, alignment),
    alignment,
    ...findHeaderPlace(elf, headers),
  };
}

/**
 * Writes the headers for a segment at the place that `host` says, and makes
 * `entry` the entry point.
 *
 * @param size of the segment in bytes; the caller writes them at `host.offset`.
 */
export function addSegment(
  elf: Uint8Array,
  host: Host,
  size: number,
  entry: number,
): void {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const self = readProgramHeaders(view).find((h) => h.type === PT_PHDR);
  if (self !== undefined) {
    const tableSize = host.headerCount * HEADER_SIZE;
    setWord(view, self.headerOffset + 32, tableSize);
    setWord(view, self.headerOffset + 40, tableSize);
  }
  view.setUint16(HEADER_COUNT, host.headerCount, true);
  view.setUint32(host.headerOffset, PT_LOAD, true);
  view.setUint32(host.headerOffset + 4, FLAGS, true);
  [host.offset, host.address, host.address, size, size, host.alignment].forEach(
    (value, i) => setWord(view, host.headerOffset + 8 + i * 8, value),
  );
  setWord(view, ENTRY, entry);
}

/**
 * What a linked entry stub is in memory: its only segment, which begins at 0.
 *
 * @throws AustinError when `elf` is anything else.
 */
export function readStub(elf: Uint8Array): Uint8Array {
  const view = checkFormat(elf);
  const [stub, ...others] = readProgramHeaders(view).filter((header) =>
    header.type === PT_LOAD && header.memorySize > 0
  );
  if (
    stub === undefined || others.length > 0 || stub.address !== 0 ||
    stub.memorySize !== stub.fileSize
  ) throw unfit("the entry stub is not one segment at 0");
  return elf.subarray(stub.offset, stub.offset + stub.fileSize);
}

/** The smallest multiple of `alignment` that is not below `n`. */
export function roundUp(n: number, alignment: number): number {
  return Math.ceil(n / alignment) * alignment;
}

function checkFormat(elf: Uint8Array): DataView {
  if (ELF64_LITTLE_ENDIAN.some((byte, i) => elf[i] !== byte)) {
    throw unfit("not a 64-bit little-endian ELF file");
  }
  return new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
}

function readProgramHeaders(view: DataView): ProgramHeader[] {
  const table = word(view, HEADERS);
  return Array.from({ length: view.getUint16(HEADER_COUNT, true) }, (_, i) => {
    const at = table + i * HEADER_SIZE;
    return {
      type: view.getUint32(at, true),
      headerOffset: at,
      offset: word(view, at + 8),
      address: word(view, at + 16),
      fileSize: word(view, at + 32),
      memorySize: word(view, at + 40),
      alignment: word(view, at + 48),
    };
  });
}

function findHeaderPlace(
  elf: Uint8Array,
  headers: readonly ProgramHeader[],
): Pick<Host, "headerOffset" | "headerCount"> {
  const last = headers.at(-1)!;
  const gap = last.headerOffset + HEADER_SIZE;
  const firstContent = Math.min(
    ...headers.map((h) => h.offset).filter((offset) => offset >= gap),
  );
  const isFree = elf.subarray(gap, gap + HEADER_SIZE).every((b) => b === 0);
  if (gap + HEADER_SIZE <= firstContent && isFree) {
    return { headerOffset: gap, headerCount: headers.length + 1 };
  }
  const note = headers.findLast((h) => h.type === PT_NOTE);
  const lastLoaded = headers.findLast((h) => h.type === PT_LOAD);
  if (note === undefined || note.headerOffset < lastLoaded!.headerOffset) {
    throw unfit("deno has no room for one more program header");
  }
  return { headerOffset: note.headerOffset, headerCount: headers.length };
}

function findEnvironSlot(
  view: DataView,
  headers: readonly ProgramHeader[],
  globDat: number,
): number {
  const offsetOf = (address: number) => fileOffset(headers, address);
  const dynamic = readDynamic(view, headers);
  const symbols = offsetOf(dynamic.get(DT_SYMTAB) ?? 0);
  const strings = offsetOf(dynamic.get(DT_STRTAB) ?? 0);
  const first = offsetOf(dynamic.get(DT_RELA) ?? 0);
  const end = first + (dynamic.get(DT_RELASZ) ?? 0);
  for (let at = first; at < end; at += RELA_SIZE) {
    if (view.getUint32(at + 8, true) !== globDat) continue;
    const symbol = symbols + view.getUint32(at + 12, true) * SYMBOL_SIZE;
    const name = stringAt(view, strings + view.getUint32(symbol, true));
    if (name === "environ" || name === "__environ") return word(view, at);
  }
  throw unfit("deno does not import `environ`");
}

function readDynamic(
  view: DataView,
  headers: readonly ProgramHeader[],
): Map<number, number> {
  const dynamic = headers.find((header) => header.type === PT_DYNAMIC);
  if (dynamic === undefined) throw unfit("deno is not dynamically linked");
  const values = new Map<number, number>();
  const end = dynamic.offset + dynamic.fileSize;
  for (let at = dynamic.offset; at < end; at += DYNAMIC_SIZE) {
    values.set(word(view, at), word(view, at + 8));
  }
  return values;
}

function fileOffset(
  headers: readonly ProgramHeader[],
  address: number,
): number {
  const holder = headers.find((h) =>
    h.type === PT_LOAD && address >= h.address &&
    address < h.address + h.fileSize
  );
  if (holder === undefined) {
    throw unfit("an address in deno is not in its file");
  }
  return address - holder.address + holder.offset;
}

function stringAt(view: DataView, offset: number): string {
  let text = "";
  for (let at = offset; view.getUint8(at) !== 0; at++) {
    text += String.fromCharCode(view.getUint8(at));
  }
  return text;
}

function word(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function setWord(view: DataView, offset: number, value: number): void {
  view.setBigUint64(offset, BigInt(value), true);
}

function unfit(reason: string): AustinError {
  return new AustinError(
    `Cannot pack: ${reason}`,
    "use the deno that is published for Linux on npm or PyPI",
  );
}
