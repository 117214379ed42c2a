// Hot path: `isIdle` runs once for each thread of each pass, in the modes that need it.
/**
 * The threads of a process on macOS, as the shim lists them:
 *
 * | bytes | of each thread                                         |
 * | ----- | ------------------------------------------------------ |
 * | 8     | its id, as pthread_threadid_np gives it                |
 * | 8     | 1 when it is on a processor or waits for one, else 0   |
 *
 * `struct austin_thread` in `native/austin_shim.h`
 */

import { MAX_THREAD_TABLE_SIZE } from "../limits.ts";
import type { ThreadStates } from "./process.ts";
import type { ProcessTables } from "./process_tables.ts";

const RECORD_SIZE = 16;

/** Threads of one process, as of the last look. */
export class DarwinThreads implements ThreadStates {
  readonly #tables: Pick<ProcessTables, "listThreads">;
  readonly #pid: number;
  readonly #bytes = new Uint8Array(MAX_THREAD_TABLE_SIZE);
  readonly #view = new DataView(this.#bytes.buffer);
  #size = 0;

  constructor(tables: Pick<ProcessTables, "listThreads">, pid: number) {
    this.#tables = tables;
    this.#pid = pid;
  }

  begin(): void {
    const size = this.#tables.listThreads(this.#pid, this.#bytes);
    this.#size = Math.min(Math.max(size, 0), this.#bytes.length);
  }

  isIdle(tid: number): boolean {
    for (let at = 0; at + RECORD_SIZE <= this.#size; at += RECORD_SIZE) {
      if (this.#idAt(at) === tid) {
        return this.#view.getUint32(at + 8, true) === 0;
      }
    }
    return true;
  }

  /** @returns the ids of all threads. */
  ids(): number[] {
    const count = Math.floor(this.#size / RECORD_SIZE);
    return Array.from({ length: count }, (_, i) => this.#idAt(i * RECORD_SIZE));
  }

  close(): void {}

  #idAt(at: number): number {
    return this.#view.getUint32(at + 4, true) * 4294967296 +
      this.#view.getUint32(at, true);
  }
}
