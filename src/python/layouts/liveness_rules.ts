/**
 * What `_Py_DebugOffsets` does not tell of a frame, from 3.13 on; none of it
 * depends on how a minor's releases were built, but for the free-threaded ones.
 * 3.13 Include/internal/pycore_frame.h, Include/cpython/code.h co_framesize, Include/opcode_ids.h
 */

import type { PointerSize } from "../../binary/abi.ts";
import { ABSENT, type LivenessRules } from "./layout.ts";

const FIRST_MINOR = 13;

/** By the size of a pointer; `stackTop` is that of `stackpointer` as well. */
const OFFSETS = {
  8: {
    stackTop: 64,
    functionObject: 16,
    generatorFrame: 72,
    codeLocals: 72,
    codeFrameWords: [76],
  },
  4: {
    stackTop: 32,
    functionObject: 8,
    generatorFrame: 36,
    codeLocals: 48,
    codeFrameWords: [52],
  },
} as const;

/**
 * RETURN_VALUE, RETURN_CONST where there is one, both instrumented,
 * RAISE_VARARGS, RERAISE, and POP_TOP, which follows RETURN_GENERATOR, by minor
 * from 3.13 on.
 */
const END_OPCODES = [
  [36, 103, 239, 240, 101, 102, 32],
  [35, 246, 104, 105, 31],
  [33, 245, 103, 104, 29],
];

/** FOR_ITER and its specialized forms, SEND and its own, the instrumented FOR_ITER, by minor from 3.13 on. */
const RESUME_OPCODES = [
  [72, 187, 188, 189, 190, 104, 208, 243],
  [70, 171, 172, 173, 174, 106, 197, 237],
  [68, 174, 175, 176, 177, 178, 105, 202, 203, 204, 236],
];

/** RETURN_GENERATOR, by minor from 3.13 on. */
const GENERATOR_OPCODES = [35, 34, 32];

/** @param minor of CPython 3, 13 to 15. @param locals offset of a frame's first local variable. */
export function livenessRules(
  minor: number,
  pointerSize: PointerSize,
  locals: number,
): LivenessRules {
  const hasStackPointer = minor >= 14;
  const { stackTop, ...offsets } = OFFSETS[pointerSize];
  return {
    ...offsets,
    stackTop: hasStackPointer ? ABSENT : stackTop,
    stackPointer: hasStackPointer ? stackTop : ABSENT,
    locals,
    isEntry: ABSENT,
    extraFrameWords: 0,
    endOpcodes: END_OPCODES[minor - FIRST_MINOR]!,
    resumeOpcodes: RESUME_OPCODES[minor - FIRST_MINOR]!,
    resumeSteps: [0],
    generatorOpcode: GENERATOR_OPCODES[minor - FIRST_MINOR]!,
    generatorStep: 2,
    begins: "at the first instruction",
  };
}
