/** The one place that picks the operating system. */

import { openShim, type Shim } from "../../ffi/shim.ts";
import { linuxSystem } from "../process/linux_system.ts";
import type { System } from "../process/process.ts";
import { windowsSystem } from "../process/windows_system.ts";

/** @returns the operating system that we run on. */
export function openSystem(shim: Shim = openShim()): System {
  return Deno.build.os === "windows" ? windowsSystem(shim) : linuxSystem(shim);
}
