/** CPython 3.12 on 64-bit systems: shim frames mark calls from C; strings lose their wide-character fields. */

import { ABSENT, type Layout } from "./layout.ts";
import { v3_11 } from "./v3_11.ts";

export const v3_12: Layout = {
  ...v3_11,
  // 3.12 Include/internal/pycore_interp.h _is
  interpreter: {
    next: 0,
    id: 8,
    threadsHead: 72,
    codeObjectGeneration: ABSENT,
    modules: 944,
  },
  // 3.12 Include/cpython/pystate.h _ts
  thread: {
    next: 8,
    interpreter: 16,
    top: 56,
    threadId: 136,
    nativeThreadId: 144,
    idSize: 8,
    uniqueId: ABSENT,
    dataStackChunk: 232,
    size: 248,
  },
  // 3.12 Include/internal/pycore_ceval_state.h _ceval_state.gil, pycore_gil.h _gil_runtime_state
  gil: { pointer: 384, lastHolder: 8 },
  // 3.12 Include/internal/pycore_interp.h _is.gc
  gc: { collecting: 312, isInRuntime: false },
  // 3.12 Include/cpython/pystate.h _PyCFrame
  cframeCurrentFrame: 0,
  // 3.12 Include/internal/pycore_frame.h _PyInterpreterFrame
  frame: {
    code: 0,
    previous: 8,
    instruction: 56,
    owner: 70,
    size: 72,
  },
  // 3.12 Include/internal/pycore_frame.h, Include/cpython/code.h co_framesize, Include/opcode.h
  liveness: {
    stackTop: 64,
    stackPointer: ABSENT,
    locals: 72,
    functionObject: 16,
    generatorFrame: 72,
    isEntry: ABSENT,
    codeLocals: 72,
    codeFrameWords: [76],
    extraFrameWords: 0,
    // RETURN_VALUE, RETURN_CONST, both instrumented, RETURN_GENERATOR, RAISE_VARARGS, RERAISE
    endOpcodes: [83, 121, 242, 247, 75, 130, 119],
    // FOR_ITER, its list, tuple, range and generator forms, SEND, SEND_GEN, the instrumented FOR_ITER; all have one cache
    resumeOpcodes: [93, 62, 63, 64, 65, 123, 168, 248],
    resumeSteps: [0, 2],
    generatorOpcode: 75,
    generatorStep: 0,
    begins: "before the first instruction",
  },
  // 3.12 Include/cpython/code.h PyCodeObject
  code: {
    filename: 112,
    name: 120,
    qualifiedName: 128,
    firstLine: 68,
    lineTable: 136,
    version: 92,
    instructions: 192,
    threadLocalBytecode: ABSENT,
    size: 192,
  },
  // 3.12 Include/cpython/unicodeobject.h
  string: {
    ...v3_11.string,
    asciiBytes: 40,
    compactBytes: 56,
    anyPointer: 56,
  },
};
