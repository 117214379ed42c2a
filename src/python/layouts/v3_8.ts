/** CPython 3.8 on 64-bit systems. Frames are objects on the heap. */

import { bytecode3_8 } from "./bytecode.ts";
import { ABSENT, type Layout, STRING_STATE } from "./layout.ts";

export const v3_8: Layout = {
  pointerSize: 8,
  // 3.8 Include/internal/pycore_pystate.h _PyRuntimeState
  runtime: { interpretersHead: 32 },
  // 3.8 Include/internal/pycore_pystate.h _is
  interpreter: {
    next: 0,
    id: 16,
    threadsHead: 8,
    codeObjectGeneration: ABSENT,
    modules: 56,
  },
  // 3.8 Include/cpython/pystate.h _ts
  thread: {
    next: 8,
    interpreter: 16,
    top: 24,
    threadId: 176,
    nativeThreadId: ABSENT,
    idSize: 8,
    uniqueId: 256,
    dataStackChunk: ABSENT,
    size: 264,
  },
  // 3.8 Include/internal/pycore_pystate.h _PyRuntimeState.ceval.gil, .gc
  gil: { pointer: ABSENT, lastHolder: 1160 },
  gc: { collecting: 544, isInRuntime: true },
  framesAre: "objects",
  cframeCurrentFrame: ABSENT,
  // 3.8 Include/frameobject.h _frame
  frame: {
    code: 32,
    previous: 24,
    instruction: 104,
    owner: ABSENT,
    size: 120,
  },
  firstForeignOwner: 3,
  liveness: null,
  // 3.8 Include/frameobject.h _frame, code.h, funcobject.h, classobject.h, genobject.h
  heapFrames: {
    state: 116,
    isExecuting: 1,
    valueStack: 64,
    codeBytes: 48,
    functionCode: 16,
    methodFunction: 16,
    generatorFrame: 16,
    generatorCode: 32,
    bytecode: bytecode3_8,
  },
  // 3.8 Include/code.h PyCodeObject
  code: {
    filename: 104,
    name: 112,
    qualifiedName: 112,
    firstLine: 40,
    lineTable: 120,
    version: ABSENT,
    instructions: ABSENT,
    threadLocalBytecode: ABSENT,
    size: 128,
  },
  instructionIs: "byteIndex",
  lineTableIs: "lnotab",
  object: { type: 8, typeName: 24 },
  // 3.8 Include/cpython/unicodeobject.h
  string: {
    length: 16,
    state: 32,
    stateBits: STRING_STATE,
    asciiBytes: 48,
    compactBytes: 72,
    anyPointer: 72,
  },
  bytes: { size: 16, first: 32 },
};
