/** Loads what takes stacks of machine code, where they are asked for. */

import type { Shim } from "../../../ffi/shim.ts";
import type { FrameTable } from "../../events/frame_table.ts";
import type { Log } from "../../log.ts";
import type { Sampling } from "../settings.ts";
import { printable, say } from "../style.ts";
import type { NativeProbe, Warn } from "./native.ts";

/** What the probe shares with the run. */
export interface NativeParts {
  readonly shim: Shim;
  readonly frames: FrameTable;
  readonly log: Log;
}

/** @returns null when only Python's frames are wanted. @throws AustinError where native stacks cannot be had. */
export async function openNative(
  { native, kernel, maxSnapshotSize }: Sampling,
  { shim, frames, log }: NativeParts,
): Promise<NativeProbe | null> {
  if (!native) return null;
  const { NativeProbe } = await import("./native.ts");
  const warn = warnTo(log);
  return new NativeProbe({ shim, frames, kernel, maxSnapshotSize, warn });
}

/** @returns what tells people and the log. */
export function warnTo(log: Log): Warn {
  return (message, hint) => {
    log.warning(`${message} (${hint})`);
    say(printable(`austin: ${message}\nhint: ${hint}\n`));
  };
}
