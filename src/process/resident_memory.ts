/** How much of a process is in memory, where the shim tells it. */

import type { ResidentMemory } from "./process.ts";
import type { ProcessTables } from "./process_tables.ts";

/** @returns what keeps the last answer, for when the process has ended. */
export function residentMemory(
  tables: Pick<ProcessTables, "residentMemory">,
  pid: number,
): ResidentMemory {
  let lastBytes = 0;
  return {
    read: () => {
      const bytes = tables.residentMemory(pid);
      if (bytes > 0) lastBytes = bytes;
      return lastBytes;
    },
    close: () => {},
  };
}
