/** What `packed_program.ts` imports only when it is asked to. */

import { UsageError } from "../../src/errors.ts";

declare global {
  /** Whether this module has been evaluated. */
  var wasLater: boolean | undefined;
}

globalThis.wasLater = true;

/** @throws UsageError */
export function thrower(): never {
  throw new UsageError("thrown later");
}
