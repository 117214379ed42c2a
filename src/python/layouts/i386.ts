/**
 * CPython 3.8 to 3.12 on 32-bit x86: the 64-bit tables with other offsets.
 *
 * Measured with the headers of builds for i386, and proven on live processes.
 */

import { bytecode3_10, bytecode3_9 } from "./bytecode.ts";
import { ABSENT, type Layout } from "./layout.ts";
import { v3_11 } from "./v3_11.ts";
import { v3_12 } from "./v3_12.ts";
import { v3_8 } from "./v3_8.ts";

const i386v3_8: Layout = {
  ...v3_8,
  pointerSize: 4,
  // 3.8 Include/internal/pycore_pystate.h _PyRuntimeState, _is
  runtime: { interpretersHead: 24 },
  interpreter: {
    next: 0,
    id: 8,
    threadsHead: 4,
    codeObjectGeneration: ABSENT,
    modules: 36,
  },
  // 3.8 Include/cpython/pystate.h _ts
  thread: {
    next: 4,
    interpreter: 8,
    top: 12,
    threadId: 96,
    nativeThreadId: ABSENT,
    idSize: 4,
    uniqueId: 140,
    dataStackChunk: ABSENT,
    size: 148,
  },
  // 3.8 Include/internal/pycore_pystate.h _PyRuntimeState.ceval.gil, .gc
  gil: { pointer: ABSENT, lastHolder: 628 },
  gc: { collecting: 304, isInRuntime: true },
  // 3.8 Include/frameobject.h _frame
  frame: { code: 16, previous: 12, instruction: 52, owner: ABSENT, size: 68 },
  // 3.8 Include/frameobject.h _frame, code.h, funcobject.h, classobject.h, genobject.h
  heapFrames: {
    ...v3_8.heapFrames!,
    state: 64,
    valueStack: 32,
    codeBytes: 36,
    functionCode: 8,
    methodFunction: 8,
    generatorFrame: 8,
    generatorCode: 16,
  },
  // 3.8 Include/code.h PyCodeObject
  code: {
    filename: 64,
    name: 68,
    qualifiedName: 68,
    firstLine: 32,
    lineTable: 72,
    version: ABSENT,
    instructions: ABSENT,
    threadLocalBytecode: ABSENT,
    size: 76,
  },
  object: { type: 4, typeName: 12 },
  // 3.8 Include/cpython/unicodeobject.h
  string: {
    ...v3_8.string,
    length: 8,
    state: 16,
    asciiBytes: 24,
    compactBytes: 36,
    anyPointer: 36,
  },
  bytes: { size: 8, first: 16 },
};

const i386v3_9: Layout = {
  ...i386v3_8,
  heapFrames: { ...i386v3_8.heapFrames!, bytecode: bytecode3_9 },
  // 3.9 Include/internal/pycore_interp.h _is
  interpreter: { ...i386v3_8.interpreter, id: 12, modules: 472 },
  // 3.9 Include/internal/pycore_runtime.h pyruntimestate.ceval.gil
  gil: { ...i386v3_8.gil, lastHolder: 192 },
  // 3.9 Include/internal/pycore_interp.h _is.gc
  gc: { collecting: 452, isInRuntime: false },
};

const i386v3_10: Layout = {
  ...i386v3_9,
  // 3.10 Include/cpython/frameobject.h PyFrameState, funcobject.h, genobject.h
  heapFrames: {
    ...i386v3_9.heapFrames!,
    isExecuting: 0,
    functionCode: 24,
    generatorCode: 12,
    bytecode: bytecode3_10,
  },
  // 3.10 Include/internal/pycore_interp.h _is
  interpreter: { ...i386v3_9.interpreter, modules: 468 },
  // 3.10 Include/internal/pycore_interp.h _is.gc
  gc: { collecting: 448, isInRuntime: false },
  instructionIs: "unitIndex",
  lineTableIs: "ranges",
};

const i386v3_11: Layout = {
  ...i386v3_10,
  // 3.11 Include/internal/pycore_runtime.h pyruntimestate
  runtime: { interpretersHead: 28 },
  // 3.11 Include/internal/pycore_interp.h _is
  interpreter: {
    next: 0,
    id: 28,
    threadsHead: 12,
    codeObjectGeneration: ABSENT,
    modules: 492,
  },
  // 3.11 Include/cpython/pystate.h _ts
  thread: {
    next: 4,
    interpreter: 8,
    top: 40,
    threadId: 88,
    nativeThreadId: 92,
    idSize: 4,
    uniqueId: ABSENT,
    dataStackChunk: 172,
    size: 180,
  },
  // 3.11 Include/internal/pycore_runtime.h pyruntimestate.ceval.gil
  gil: { pointer: ABSENT, lastHolder: 196 },
  // 3.11 Include/internal/pycore_interp.h _is.gc
  gc: { collecting: 472, isInRuntime: false },
  framesAre: "cframe",
  // 3.11 Include/cpython/pystate.h _PyCFrame
  cframeCurrentFrame: 4,
  // 3.11 Include/internal/pycore_frame.h _PyInterpreterFrame
  frame: { code: 16, previous: 24, instruction: 28, owner: 37, size: 40 },
  heapFrames: null,
  // 3.11 Include/internal/pycore_frame.h, Include/cpython/code.h co_nlocalsplus, co_stacksize
  liveness: {
    ...v3_11.liveness!,
    stackTop: 32,
    locals: 40,
    isEntry: 36,
    codeLocals: 52,
    codeFrameWords: [52, 44],
    extraFrameWords: 10,
  },
  // 3.11 Include/cpython/code.h PyCodeObject
  code: {
    filename: 80,
    name: 84,
    qualifiedName: 88,
    firstLine: 48,
    lineTable: 92,
    version: ABSENT,
    instructions: 116,
    threadLocalBytecode: ABSENT,
    size: 116,
  },
  instructionIs: "address",
  lineTableIs: "locations",
};

const i386v3_12: Layout = {
  ...i386v3_11,
  // 3.12 Include/internal/pycore_interp.h _is
  interpreter: {
    next: 0,
    id: 4,
    threadsHead: 60,
    codeObjectGeneration: ABSENT,
    modules: 532,
  },
  // 3.12 Include/cpython/pystate.h _ts
  thread: {
    ...i386v3_11.thread,
    threadId: 80,
    nativeThreadId: 84,
    dataStackChunk: 136,
    size: 144,
  },
  // 3.12 Include/internal/pycore_ceval_state.h _ceval_state.gil, pycore_gil.h _gil_runtime_state
  gil: { pointer: 240, lastHolder: 4 },
  // 3.12 Include/internal/pycore_interp.h _is.gc
  gc: { collecting: 200, isInRuntime: false },
  // 3.12 Include/cpython/pystate.h _PyCFrame
  cframeCurrentFrame: 0,
  // 3.12 Include/internal/pycore_frame.h _PyInterpreterFrame
  frame: { code: 0, previous: 4, instruction: 28, owner: 38, size: 40 },
  // 3.12 Include/internal/pycore_frame.h, Include/cpython/code.h co_framesize, genobject.h
  liveness: {
    ...v3_12.liveness!,
    stackTop: 32,
    locals: 40,
    functionObject: 8,
    generatorFrame: 36,
    codeLocals: 48,
    codeFrameWords: [52],
  },
  // 3.12 Include/cpython/code.h PyCodeObject
  code: {
    ...i386v3_11.code,
    firstLine: 44,
    version: 68,
    instructions: 124,
    size: 124,
  },
  // 3.12 Include/cpython/unicodeobject.h
  string: {
    ...i386v3_11.string,
    asciiBytes: 20,
    compactBytes: 28,
    anyPointer: 28,
  },
};

/** The tables by minor of CPython 3. */
export const I386_LAYOUTS: ReadonlyMap<number, Layout> = new Map([
  [8, i386v3_8],
  [9, i386v3_9],
  [10, i386v3_10],
  [11, i386v3_11],
  [12, i386v3_12],
]);
