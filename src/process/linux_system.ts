/** Linux, which tells about processes in the files of `/proc`. */

import type { KeptFiles } from "./kept_file.ts";
import { LinuxChildren } from "./linux_children.ts";
import { commandLine, cpuTimeUs } from "./linux_facts.ts";
import { LinuxResidentMemory } from "./linux_memory.ts";
import { linuxProcess } from "./linux_process.ts";
import { kernelThreadNames } from "./linux_thread_names.ts";
import { LinuxThreadStates } from "./linux_thread_states.ts";
import { threadIds } from "./linux_threads.ts";
import type { System } from "./process.ts";

/** What only the shim can do. */
export interface LinuxShim extends KeptFiles {
  /** @returns bytes of a page of memory. */
  pageSize(): number;
}

/** Linux, with procfs in its usual place. */
export function linuxSystem(shim: LinuxShim): System {
  const children = new LinuxChildren();
  return {
    process: (pid) => linuxProcess(pid),
    childrenOf: (pid) => children.of(pid),
    standsFor: () => [],
    threadIds: (pid) => threadIds(pid),
    threadNames: (pid) => kernelThreadNames(pid),
    threadStates: (pid) =>
      new LinuxThreadStates(shim, pid, () => threadIds(pid)),
    residentMemory: (pid) =>
      new LinuxResidentMemory(shim, pid, shim.pageSize()),
    cpuTimeUs: (pid) => cpuTimeUs(pid),
    signalLagUs: 0,
    commandLine: (pid) => commandLine(pid),
  };
}
