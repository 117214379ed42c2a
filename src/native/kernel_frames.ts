/**
 * Frame ids of the kernel's functions, by name.
 *
 * Kernel frames are `kernel:<function>:0`. Reading another thread's kernel
 * stack takes CAP_SYS_ADMIN, whosever thread it is; without it this says so
 * once and gives none.
 */

import type { FrameTable } from "../events/frame_table.ts";
import type { KeptFiles } from "../process/kept_file.ts";
import type { ThreadFiles } from "./thread_files.ts";

/** Who may not read this may not read that of others. */
const OWN_STACK = "/proc/self/stack";

const NONE: readonly number[] = [];

/** Frames of the kernel. */
export class KernelFrames {
  readonly #frames: FrameTable;
  readonly #ids = new Map<string, number>();
  #epoch: number;
  readonly #isRefused: boolean;

  /** @param onRefused called once when the kernel does not tell. */
  constructor(files: KeptFiles, frames: FrameTable, onRefused: () => void) {
    this.#frames = frames;
    this.#epoch = frames.epoch;
    this.#isRefused = !isReadable(files);
    if (this.#isRefused) onRefused();
  }

  /** @returns ids of the frames that a thread has in the kernel, from the innermost. */
  idsOf(files: ThreadFiles): readonly number[] {
    if (this.#isRefused) return NONE;
    const names = files.kernelStack();
    // The thread has just ended.
    if (names === null) return NONE;
    if (this.#epoch !== this.#frames.epoch) {
      this.#epoch = this.#frames.epoch;
      this.#ids.clear();
    }
    return names.map((name) => this.#idOf(name));
  }

  #idOf(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#frames.add({
        file: "kernel",
        scope: name,
        line: 0,
        endLine: 0,
        column: 0,
        endColumn: 0,
        machine: { kind: "kernel" },
      });
      this.#ids.set(name, id);
    }
    return id;
  }
}

function isReadable(files: KeptFiles): boolean {
  const file = files.openFile(OWN_STACK);
  if (file < 0) return false;
  const size = files.readFile(file, new Uint8Array(64));
  files.closeFile(file);
  return size > 0;
}
