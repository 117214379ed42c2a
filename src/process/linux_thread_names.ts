/**
 * The names that threads have in the kernel, on Linux.
 *
 * Every thread has one; it is the process's own unless somebody set another,
 * as C libraries do for theirs, and Python from 3.14 on. It has 15 bytes.
 * Linux Documentation/filesystems/proc.rst, /proc/PID/task/TID/comm
 */

import { threadIds } from "./linux_threads.ts";

/**
 * @returns the names by the ids that the process itself knows, of threads
 * whose name is not the process's.
 */
export function kernelThreadNames(
  pid: number,
  root = "/proc",
): ReadonlyMap<number, string> {
  const own = readName(`${root}/${pid}/comm`);
  const names = new Map<number, string>();
  for (const [id, outerId] of threadIds(pid, root)) {
    const name = readName(`${root}/${pid}/task/${outerId}/comm`);
    if (name !== "" && name !== own) names.set(id, name);
  }
  return names;
}

/** @returns an empty text when the thread has ended. */
function readName(path: string): string {
  try {
    return Deno.readTextFileSync(path).replace(/\n$/, "");
  } catch {
    return "";
  }
}
