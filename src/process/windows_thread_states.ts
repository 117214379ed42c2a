// Hot path: `isIdle` runs once for each thread of each pass, in the modes that need it.
/**
 * Which threads are off the CPU, on Windows.
 *
 * A thread that could run but waits for a processor is busy, as it is on Linux.
 */

import type { ThreadStates } from "./process.ts";
import { ThreadState, type WindowsSnapshot } from "./windows_snapshot.ts";

/** Idle threads of one process on Windows. */
export class WindowsThreadStates implements ThreadStates {
  readonly #snapshot: WindowsSnapshot;
  readonly #pid: number;
  #processAt = -1;

  constructor(snapshot: WindowsSnapshot, pid: number) {
    this.#snapshot = snapshot;
    this.#pid = pid;
  }

  begin(): void {
    this.#snapshot.refreshFor(this);
    this.#processAt = this.#snapshot.findProcess(this.#pid);
  }

  isIdle(tid: number): boolean {
    if (this.#processAt < 0) return true;
    switch (this.#snapshot.threadState(this.#processAt, tid)) {
      case ThreadState.ready:
      case ThreadState.running:
      case ThreadState.standby:
      case ThreadState.deferredReady:
        return false;
      default:
        return true;
    }
  }

  close(): void {}
}
