/** Processes on Windows. */

import { readModules } from "./module_table.ts";
import type { Process } from "./process.ts";
import type { ProcessTables } from "./process_tables.ts";

/** A process on Windows. Its images are found whole in its memory, so their files are never opened. */
export function windowsProcess(pid: number, tables: ProcessTables): Process {
  return {
    pid,
    modules: () => readModules(tables, pid),
    openModule: () => null,
    permissionHint: () =>
      "run austin as administrator, or as the user who runs the process; " +
      "protected processes cannot be read at all",
  };
}
