/** The one place that picks the operating system. */

import { openShim, type Shim } from "../../ffi/shim.ts";
import { linuxSystem } from "../process/linux_system.ts";
import type { System } from "../process/process.ts";

/** @returns the operating system that we run on. */
export function openSystem(shim: Shim = openShim()): System {
  return linuxSystem(shim);
}
