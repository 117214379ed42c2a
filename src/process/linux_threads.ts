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
    for (const { name } of Deno.readDirSync(folder)) {
      const id = Number(name);
      ids.set(namespaceId(`${folder}/${name}`) ?? id, id);
    }
  } catch {
    // The process or one of its threads ended; what was found is right.
  }
  return ids;
}

function namespaceId(folder: string): number | undefined {
  const status = Deno.readTextFileSync(`${folder}/status`);
  return parseStatus(status).namespacePids.at(-1);
}
