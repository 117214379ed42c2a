/** Windows. */

import type { Process, System } from "./process.ts";
import type { ProcessTables } from "./process_tables.ts";
import { residentMemory } from "./resident_memory.ts";
import { windowsProcess } from "./windows_process.ts";
import { WindowsSnapshot } from "./windows_snapshot.ts";
import { WindowsThreadStates } from "./windows_thread_states.ts";

/** The console tells its processes one after the other, the youngest first, each in a thread that it starts there. */
const SIGNAL_LAG_US = 200_000;

/** Windows, through the shim. */
export function windowsSystem(tables: ProcessTables): System {
  const snapshot = new WindowsSnapshot(tables);
  const states = new WindowsSnapshot(tables);
  const childrenOf = (pid: number) => {
    snapshot.refreshFor(pid);
    return snapshot.childrenOf(pid);
  };
  return {
    process: (pid): Process => windowsProcess(pid, tables),
    childrenOf,
    standsFor: childrenOf,
    threadIds: (pid) => {
      snapshot.refresh();
      const at = snapshot.findProcess(pid);
      const ids = at < 0 ? [] : snapshot.threadIds(at);
      return new Map(ids.map((id) => [id, id]));
    },
    threadNames: () => new Map(),
    threadStates: (pid) => new WindowsThreadStates(states, pid),
    residentMemory: (pid) => residentMemory(tables, pid),
    cpuTimeUs: () => null,
    signalLagUs: SIGNAL_LAG_US,
    commandLine: () => [],
  };
}
