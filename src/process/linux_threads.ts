/** Threads of a process on Linux. */

import { parseStatus } from "./linux_process.ts";

/**
 * @returns our ids of a process's threads, by the ids that the process itself
 * knows: those of its innermost PID namespace. None when it has ended.
 */
export function threadIds(
  pid: number,
  root = "/proc",
): ReadonlyMap<number, number> {
  const folder = `${root}/${pid}/task`;
  const ids = new Map<number, number>();
  try {
    const isInner = namespacePids(`${root}/${pid}`).length > 1;
    for (const { name } of Deno.readDirSync(folder)) {
      const id = Number(name);
      const own = isInner ? namespacePids(`${folder}/${name}`).at(-1) : id;
      ids.set(own ?? id, id);
    }
  } catch {
    // The process or one of its threads ended; what was found is right.
  }
  return ids;
}

/** @returns a process's or thread's ids from our PID namespace inward. */
function namespacePids(folder: string): readonly number[] {
  const status = Deno.readTextFileSync(`${folder}/status`);
  return parseStatus(status).namespacePids;
}
