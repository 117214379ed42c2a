/** CPython 3.11 on 64-bit systems: frames move to the data stack and are reached through the C frame. */

import { ABSENT, type Layout } from "./layout.ts";
import { v3_10 } from "./v3_10.ts";

export const v3_11: Layout = {
  ...v3_10,
  // 3.11 Include/internal/pycore_runtime.h pyruntimestate
  runtime: { interpretersHead: 40 },
  // 3.11 Include/internal/pycore_interp.h _is
  interpreter: {
    next: 0,
    id: 48,
    threadsHead: 16,
    codeObjectGeneration: ABSENT,
    modules: 888,
  },
  // 3.11 Include/cpython/pystate.h _ts
  thread: {
    next: 8,
    interpreter: 16,
    top: 56,
    threadId: 152,
    nativeThreadId: 160,
    idSize: 8,
    uniqueId: ABSENT,
    dataStackChunk: 296,
    size: 312,
  },
  // 3.11 Include/internal/pycore_runtime.h pyruntimestate.ceval.gil
  gil: { ...v3_10.gil, lastHolder: 368 },
  // 3.11 Include/internal/pycore_interp.h _is.gc
  gc: { collecting: 848, isInRuntime: false },
  framesAre: "cframe",
  heapFrames: null,
  // 3.11 Include/cpython/pystate.h _PyCFrame
  cframeCurrentFrame: 8,
  // 3.11 Include/internal/pycore_frame.h _PyInterpreterFrame
  frame: {
    code: 32,
    previous: 48,
    instruction: 56,
    owner: 69,
    size: 72,
  },
  // 3.11 Include/internal/pycore_frame.h, Include/cpython/code.h co_nlocalsplus, co_stacksize, Include/opcode.h
  liveness: {
    stackTop: 64,
    stackPointer: ABSENT,
    locals: 72,
    functionObject: 0,
    generatorFrame: ABSENT,
    isEntry: 68,
    codeLocals: 76,
    codeFrameWords: [76, 68],
    extraFrameWords: 9,
    // RETURN_VALUE, RETURN_GENERATOR, RAISE_VARARGS, RERAISE
    endOpcodes: [83, 75, 130, 119],
    // It is C that goes on with generators.
    resumeOpcodes: [],
    resumeSteps: [],
    generatorOpcode: 75,
    generatorStep: 0,
    begins: "before the first instruction",
  },
  // 3.11 Include/cpython/code.h PyCodeObject
  code: {
    filename: 112,
    name: 120,
    qualifiedName: 128,
    firstLine: 72,
    lineTable: 136,
    version: ABSENT,
    instructions: 184,
    threadLocalBytecode: ABSENT,
    size: 184,
  },
  instructionIs: "address",
  lineTableIs: "locations",
};
