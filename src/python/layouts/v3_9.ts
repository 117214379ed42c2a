/** CPython 3.9 on 64-bit systems: 3.8 with a longer interpreter state. */

import { bytecode3_9 } from "./bytecode.ts";
import type { HeapFrameRules, Layout } from "./layout.ts";
import { v3_8 } from "./v3_8.ts";

export const heapFrames3_9: HeapFrameRules = {
  ...v3_8.heapFrames!,
  bytecode: bytecode3_9,
};

export const v3_9: Layout = {
  ...v3_8,
  heapFrames: heapFrames3_9,
  // 3.9 Include/internal/pycore_interp.h _is
  interpreter: { ...v3_8.interpreter, id: 24, modules: 856 },
  // 3.9 Include/internal/pycore_runtime.h pyruntimestate.ceval.gil
  gil: { ...v3_8.gil, lastHolder: 360 },
  // 3.9 Include/internal/pycore_interp.h _is.gc
  gc: { collecting: 816, isInRuntime: false },
};
