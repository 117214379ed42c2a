/** CPython 3.10 on 64-bit systems: shorter frames, instructions in code units, PEP 626 line ranges. */

import { bytecode3_10 } from "./bytecode.ts";
import type { Layout } from "./layout.ts";
import { heapFrames3_9, v3_9 } from "./v3_9.ts";

export const v3_10: Layout = {
  ...v3_9,
  // 3.10 Include/cpython/frameobject.h _frame
  frame: { ...v3_9.frame, instruction: 96, size: 112 },
  // 3.10 Include/cpython/frameobject.h PyFrameState, funcobject.h, genobject.h
  heapFrames: {
    ...heapFrames3_9,
    state: 108,
    isExecuting: 0,
    functionCode: 48,
    generatorCode: 24,
    bytecode: bytecode3_10,
  },
  instructionIs: "unitIndex",
  lineTableIs: "ranges",
};
