/** macOS. */

import { MAX_CHILDREN_TABLE_SIZE } from "../limits.ts";
import { darwinProcess } from "./darwin_process.ts";
import { DarwinThreads } from "./darwin_threads.ts";
import type { System } from "./process.ts";
import type { ProcessTables } from "./process_tables.ts";
import { residentMemory } from "./resident_memory.ts";

/** macOS, through the shim. */
export function darwinSystem(tables: ProcessTables): System {
  return {
    process: (pid) => darwinProcess(pid, tables),
    childrenOf: (pid) => childrenOf(tables, pid),
    standsFor: () => [],
    threadIds: (pid) => {
      const threads = new DarwinThreads(tables, pid);
      threads.begin();
      return new Map(threads.ids().map((id) => [id, id]));
    },
    threadNames: () => new Map(),
    threadStates: (pid) => new DarwinThreads(tables, pid),
    residentMemory: (pid) => residentMemory(tables, pid),
    cpuTimeUs: () => null,
    signalLagUs: 0,
    commandLine: () => [],
  };
}

/** @returns ids of a process's children, which the shim lists as an i32 each. */
function childrenOf(tables: ProcessTables, pid: number): number[] {
  const bytes = new Uint8Array(MAX_CHILDREN_TABLE_SIZE);
  const size = Math.max(tables.listChildren(pid, bytes), 0);
  const ids = new Int32Array(bytes.buffer, 0, Math.floor(size / 4));
  return Array.from(ids).filter((id) => id > 0);
}
