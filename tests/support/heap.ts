/** How much memory is in use, without what is garbage. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** @returns bytes of all objects that can still be reached, and of their buffers. */
export function reachableBytes(): number {
  collectGarbage();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** V8 gives its collector to contexts that are made after the flag was set. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
}
