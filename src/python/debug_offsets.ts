/**
 * The layout that a CPython from 3.13 on tells of itself.
 *
 * `_PyRuntime` begins with `_Py_DebugOffsets`: the cookie `xdebugpy`, then
 * 64-bit words of which word 0 is the version. The order of the words is fixed
 * within the stable releases of a minor; it is the table below. Their values
 * come from another process, so each is checked once, here, before any walker
 * uses it. 3.13 Include/internal/pycore_runtime.h _Py_DebugOffsets
 */

import { type Abi, LONG_SIZES, POINTER_SIZES } from "../binary/abi.ts";
import { UnknownVersionError } from "../errors.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { StructReader } from "../memory/struct_reader.ts";
import {
  ABSENT,
  FREE_THREADED_STRING_STATE,
  type Layout,
  STRING_STATE,
} from "./layouts/layout.ts";
import { livenessRules } from "./layouts/liveness_rules.ts";
import { onWindows } from "./layouts/windows.ts";

/** First eight bytes of `_PyRuntime`, read as characters. */
export const COOKIE = "xdebugpy";

const FIRST_MINOR = 13;
const COOKIE_SIZE = 8;

/** Words of the table in 3.13, 3.14 and 3.15. */
const WORD_COUNTS = [72, 94, 110];

/** No struct of the interpreter that we read is larger; the largest, `_PyRuntime`, has 0.4 MB. */
const MAX_STRUCT_SIZE = 4 * 1024 * 1024;

/** One word of the table: the struct that it is an offset into, and its index in 3.13, 3.14 and 3.15. */
type Field = readonly [struct: string, ...indices: number[]];

/** An offset of 0 that the target gives for a field it does not have, or a word that the version lacks. */
const NONE = ABSENT;

const SIZES = {
  runtime: [2, 2, 2],
  interpreter: [5, 5, 5],
  thread: [18, 21, 21],
  frame: [27, 30, 38],
  code: [33, 38, 46],
  type: [45, 51, 59],
  bytes: [63, 73, 85],
  string: [66, 76, 88],
  gc: [70, 80, 93],
} as const;

const FIELDS = {
  interpretersHead: ["runtime", 4, 4, 4],
  interpreterId: ["interpreter", 6, 6, 6],
  interpreterNext: ["interpreter", 7, 7, 7],
  threadsHead: ["interpreter", 8, 8, 8],
  codeObjectGeneration: ["interpreter", NONE, 19, 19],
  modules: ["interpreter", 10, 11, 11],
  gc: ["interpreter", 9, 10, 10],
  gilPointer: ["interpreter", 13, 14, 14],
  gil: ["interpreter", 14, 15, 15],
  gilLastHolder: ["interpreter", 17, 18, 18],
  gcCollecting: ["gc", 71, 81, 94],
  threadNext: ["thread", 20, 23, 23],
  threadInterpreter: ["thread", 21, 24, 24],
  currentFrame: ["thread", 22, 25, 25],
  threadId: ["thread", 23, 26, 29],
  nativeThreadId: ["thread", 24, 27, 30],
  dataStackChunk: ["thread", 25, 28, 31],
  framePrevious: ["frame", 28, 31, 39],
  frameExecutable: ["frame", 29, 32, 40],
  frameInstruction: ["frame", 30, 33, 41],
  frameLocals: ["frame", 31, 34, 42],
  frameOwner: ["frame", 32, 35, 43],
  codeFilename: ["code", 34, 39, 47],
  codeName: ["code", 35, 40, 48],
  codeQualifiedName: ["code", 36, 41, 49],
  codeLineTable: ["code", 37, 42, 50],
  codeFirstLine: ["code", 38, 43, 51],
  codeInstructions: ["code", 42, 47, 55],
  codeThreadLocalBytecode: ["code", NONE, 48, 56],
  objectType: ["type", 44, 50, 58],
  typeName: ["type", 46, 52, 60],
  bytesSize: ["bytes", 64, 74, 86],
  bytesFirst: ["bytes", 65, 75, 87],
  stringState: ["string", 67, 77, 89],
  stringLength: ["string", 68, 78, 90],
  asciiBytes: ["string", 69, 79, 91],
} as const satisfies Record<string, Field>;

type FieldName = keyof typeof FIELDS;
type Offsets = Readonly<Record<FieldName, number>>;

/**
 * Reads and checks the layout of the CPython whose `_PyRuntime` is at `address`.
 * @param minor of CPython 3, as the table itself gives it. @param abi what it was built for.
 * @throws UnknownVersionError when we know no such table or what it says cannot be.
 */
export function readDebugOffsets(
  memory: RemoteMemory,
  address: number,
  minor: number,
  abi: Abi = "lp64",
): Layout {
  const column = minor - FIRST_MINOR;
  const wordCount = WORD_COUNTS[column];
  if (wordCount === undefined) throw unknownTable(minor);
  const reader = new StructReader(memory);
  const size = COOKIE_SIZE + wordCount * 8;
  if (!reader.loadAll(address, size)) throw brokenTable("it cannot be read");
  const word = (index: number) => reader.u64(COOKIE_SIZE + index * 8);
  const freeThreaded = word(1) !== 0;
  if (freeThreaded && POINTER_SIZES[abi] === 4) throw narrowFreeThreaded();
  const offsets = checkedOffsets(word, column, abi);
  const layout = layoutOf(offsets, minor, freeThreaded, abi);
  return abi === "llp64" ? onWindows(layout, minor) : layout;
}

function unknownTable(minor: number): UnknownVersionError {
  return new UnknownVersionError(
    `Cannot read this Python: 3.${minor} is newer than this austin`,
    "CPython 3.8 to 3.15 work; look for a newer austin",
  );
}

function brokenTable(reason: string): UnknownVersionError {
  return new UnknownVersionError(
    `Cannot use the debug offsets of this Python: ${reason}`,
    "stable releases of CPython 3.13 to 3.15 work; alphas and betas may not",
  );
}

/** None has been seen, so nothing of what the table does not say could be checked. */
function narrowFreeThreaded(): UnknownVersionError {
  return new UnknownVersionError(
    "Cannot sample a free-threaded Python of 32 bits",
    "free-threaded builds work on 64 bits; on 32 bits those with a GIL do",
  );
}

function checkedOffsets(
  word: (index: number) => number,
  column: number,
  abi: Abi,
): Offsets {
  const pointerSize = POINTER_SIZES[abi];
  const alignments = {
    ...ALIGNMENT,
    threadId: LONG_SIZES[abi],
    nativeThreadId: LONG_SIZES[abi],
  };
  const offsets: Partial<Record<FieldName, number>> = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const struct = field[0];
    const index = field[column + 1] as number;
    const structSize = word(SIZES[struct][column]!);
    offsets[name as FieldName] = index === NONE ? ABSENT : checkedOffset(
      name,
      word(index),
      structSize,
      alignments[name as FieldName] ?? pointerSize,
    );
  }
  return checkedHeaders(offsets as Offsets, pointerSize);
}

/** Strings and bytes objects are read in two steps: a header, then what comes behind it. */
function checkedHeaders(offsets: Offsets, pointerSize: number): Offsets {
  const { stringLength, stringState, asciiBytes } = offsets;
  const { bytesSize, bytesFirst } = offsets;
  const headerEnd = Math.max(stringLength + pointerSize, stringState + 4);
  if (headerEnd > asciiBytes) {
    throw brokenTable(`strings begin at ${asciiBytes}`);
  }
  if (bytesSize + pointerSize > bytesFirst) {
    throw brokenTable(`bytes begin at ${bytesFirst}`);
  }
  return offsets;
}

function checkedOffset(
  name: string,
  offset: number,
  size: number,
  alignment: number,
): number {
  if (size > MAX_STRUCT_SIZE) throw brokenTable(`a struct of ${size} bytes`);
  // `asciiBytes` is the size of a struct that others begin with.
  if (offset >= size) throw brokenTable(`${name} is at ${offset} of ${size}`);
  if (offset % alignment !== 0) throw brokenTable(`${name} is at ${offset}`);
  return offset;
}

/** Alignment of the fields that are not as large as a pointer, in bytes. */
const ALIGNMENT: Partial<Record<FieldName, number>> = {
  codeFirstLine: 4,
  frameOwner: 1,
  gcCollecting: 4,
  stringState: 4,
};

function layoutOf(
  o: Offsets,
  minor: number,
  freeThreaded: boolean,
  abi: Abi,
): Layout {
  const pointerSize = POINTER_SIZES[abi];
  // Length and address of the text as UTF-8.
  const compactBytes = o.asciiBytes + 2 * pointerSize;
  return {
    pointerSize,
    runtime: { interpretersHead: o.interpretersHead },
    interpreter: {
      next: o.interpreterNext,
      id: o.interpreterId,
      threadsHead: o.threadsHead,
      codeObjectGeneration: o.codeObjectGeneration,
      modules: o.modules,
    },
    thread: {
      next: o.threadNext,
      interpreter: o.threadInterpreter,
      top: o.currentFrame,
      threadId: o.threadId,
      nativeThreadId: o.nativeThreadId,
      idSize: LONG_SIZES[abi],
      uniqueId: ABSENT,
      dataStackChunk: o.dataStackChunk,
      // `datastack_top` follows the chunk.
      size: endOf(
        o.threadNext,
        o.threadInterpreter,
        o.currentFrame,
        o.threadId,
        o.nativeThreadId,
        o.dataStackChunk + pointerSize,
      ),
    },
    gil: {
      pointer: o.gilPointer,
      lastHolder: Math.max(o.gilLastHolder - o.gil, 0),
    },
    gc: { collecting: o.gc + o.gcCollecting, isInRuntime: false },
    framesAre: "interpreter",
    cframeCurrentFrame: ABSENT,
    frame: {
      code: o.frameExecutable,
      previous: o.framePrevious,
      instruction: o.frameInstruction,
      owner: o.frameOwner,
      size: endOf(
        o.frameExecutable,
        o.framePrevious,
        o.frameInstruction,
        o.frameOwner & ~7,
      ),
    },
    firstForeignOwner: 3,
    liveness: freeThreaded
      ? null
      : livenessRules(minor, pointerSize, o.frameLocals),
    heapFrames: null,
    code: {
      filename: o.codeFilename,
      name: o.codeName,
      qualifiedName: o.codeQualifiedName,
      firstLine: o.codeFirstLine,
      lineTable: o.codeLineTable,
      version: o.codeFirstLine + CODE_VERSION,
      instructions: o.codeInstructions,
      threadLocalBytecode: o.codeThreadLocalBytecode > 0
        ? o.codeThreadLocalBytecode
        : ABSENT,
      size: endOf(
        o.objectType,
        o.codeFilename,
        o.codeName,
        o.codeQualifiedName,
        o.codeLineTable,
        o.codeFirstLine & ~7,
      ),
    },
    instructionIs: "address",
    lineTableIs: "locations",
    object: { type: o.objectType, typeName: o.typeName },
    string: {
      length: o.stringLength,
      state: o.stringState,
      stateBits: freeThreaded && minor >= 14
        ? FREE_THREADED_STRING_STATE
        : STRING_STATE,
      asciiBytes: o.asciiBytes,
      compactBytes,
      anyPointer: compactBytes,
    },
    bytes: { size: o.bytesSize, first: o.bytesFirst },
  };
}

/** From `co_firstlineno` to `co_version`. 3.13 to 3.15 Include/cpython/code.h _PyCode_DEF */
const CODE_VERSION = 24;

/** @returns the end of the last of some 8-byte fields. */
function endOf(...offsets: number[]): number {
  return Math.max(...offsets) + 8;
}
