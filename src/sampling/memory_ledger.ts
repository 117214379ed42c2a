// Hot path: in the memory modes, once for each pass.
/**
 * Puts changes of a process's resident memory down to its threads.
 *
 * Whoever holds the interpreter lock is taken to have made the change. A
 * change that no thread was there to take waits for the next pass and then
 * goes to the first thread, so that all of them add up to what the process
 * gained or lost.
 */

import type { ResidentMemory } from "../process/process.ts";

/** What is still to be put down to somebody. */
export class MemoryLedger {
  readonly #resident: ResidentMemory;
  #lastBytes: number;
  #openBytes = 0;
  #isOverdue = false;

  constructor(resident: ResidentMemory) {
    this.#resident = resident;
    this.#lastBytes = resident.read();
  }

  /** Begins a pass: looks at the process's memory. */
  begin(): void {
    this.#isOverdue = this.#openBytes !== 0;
    const bytes = this.#resident.read();
    this.#openBytes += bytes - this.#lastBytes;
    this.#lastBytes = bytes;
  }

  /** @param isHolder whether the thread holds the lock. @returns bytes that are put down to it. */
  take(isHolder: boolean): number {
    if (!isHolder && !this.#isOverdue) return 0;
    const bytes = this.#openBytes;
    this.#openBytes = 0;
    return bytes;
  }

  close(): void {
    this.#resident.close();
  }
}
