/**
 * Children of a process on Linux.
 *
 * The kernel lists the children of each thread in `/proc/PID/task/TID/children`
 * where it is built to; elsewhere every process is asked for its parent.
 */

/** Children by the kernel's lists, or by a look at all processes. */
export class LinuxChildren {
  readonly #root: string;
  readonly #hasLists: boolean;

  constructor(root = "/proc") {
    this.#root = root;
    this.#hasLists = exists(`${root}/${Deno.pid}/task/${Deno.pid}/children`);
  }

  /** @returns ids of the processes that it started and that have not ended; none when it has ended itself. */
  of(pid: number): readonly number[] {
    return this.#hasLists ? this.#listed(pid) : this.#searched(pid);
  }

  #listed(pid: number): number[] {
    const folder = `${this.#root}/${pid}/task`;
    return namesIn(folder).flatMap((tid) =>
      numbersIn(readText(`${folder}/${tid}/children`))
    );
  }

  #searched(parent: number): number[] {
    return namesIn(this.#root).map(Number).filter((pid) =>
      pid > 0 && parentOf(readText(`${this.#root}/${pid}/status`)) === parent
    );
  }
}

function parentOf(status: string): number {
  return Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
}

function numbersIn(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
