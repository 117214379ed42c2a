/** The one place that picks the operating system. */

import { openShim, type Shim } from "../../ffi/shim.ts";
import { darwinSystem } from "../process/darwin_system.ts";
import { linuxSystem } from "../process/linux_system.ts";
import type { System } from "../process/process.ts";
import { windowsSystem } from "../process/windows_system.ts";

/** @returns the operating system that we run on. */
export function openSystem(shim: Shim = openShim()): System {
  switch (Deno.build.os) {
    case "windows":
      return windowsSystem(shim);
    case "darwin":
      return darwinSystem(shim);
    default:
      return linuxSystem(shim);
  }
}
