// Hot path: `isIdle` runs once for each thread of each pass, in the modes that need it.
/**
 * Which threads are off the CPU, on Linux.
 *
 * The state is a letter in `/proc/PID/task/TID/stat`. A thread that slept and
 * whose count of time slices in `schedstat` is the same has not run since, so
 * it is still idle; that file is three times as cheap to read. Where there is
 * none, or it counts nothing, only the state is read.
 *
 * Thread ids are those that the process itself knows: in a PID namespace they
 * are not ours. Linux Documentation/filesystems/proc.rst, scheduler/sched-stats.rst
 */

import type { KeptFiles } from "./kept_file.ts";
import { numberAt } from "./linux_memory.ts";
import type { ThreadStates } from "./process.ts";

/** Bytes of `stat` up to the state: an id, a name of up to 64 bytes in parentheses. */
const STAT_SIZE = 128;
const SCHEDSTAT_SIZE = 64;

/** Passes after which threads that were not asked for are forgotten. */
const SWEEP_PASSES = 1024;

const RUNNING = 0x52; // R
const CLOSING_PARENTHESIS = 0x29;
const SPACE = 0x20;

/** What is kept of a thread. */
interface KnownThread {
  readonly stat: number;
  readonly schedstat: number;
  isAsleep: boolean;
  timeSlices: number;
  askedAt: number;
}

/** Idle threads of one process on Linux. */
export class LinuxThreadStates implements ThreadStates {
  readonly #files: KeptFiles;
  readonly #pid: number;
  readonly #listThreads: () => ReadonlyMap<number, number>;
  readonly #threads = new Map<number, KnownThread>();
  readonly #bytes = new Uint8Array(STAT_SIZE);
  #outerIds: ReadonlyMap<number, number> = new Map();
  #pass = 0;

  /** @param listThreads our ids of the process's threads by the ids that it knows itself. */
  constructor(
    files: KeptFiles,
    pid: number,
    listThreads: () => ReadonlyMap<number, number>,
  ) {
    this.#files = files;
    this.#pid = pid;
    this.#listThreads = listThreads;
  }

  begin(): void {
    if (++this.#pass % SWEEP_PASSES === 0) this.#sweep();
  }

  isIdle(tid: number): boolean {
    const thread = this.#threads.get(tid) ?? this.#open(tid);
    if (thread === null) return true;
    thread.askedAt = this.#pass;
    const timeSlices = this.#readTimeSlices(thread.schedstat);
    if (thread.isAsleep && timeSlices === thread.timeSlices && timeSlices > 0) {
      return true;
    }
    const state = this.#readState(thread.stat);
    if (state === 0) this.#close(tid, thread);
    thread.isAsleep = state !== RUNNING;
    thread.timeSlices = timeSlices;
    return thread.isAsleep;
  }

  close(): void {
    for (const [tid, thread] of this.#threads) this.#close(tid, thread);
  }

  #open(tid: number): KnownThread | null {
    if (!this.#outerIds.has(tid)) this.#outerIds = this.#listThreads();
    const outer = this.#outerIds.get(tid);
    if (outer === undefined) return null;
    const folder = `/proc/${this.#pid}/task/${outer}`;
    const stat = this.#files.openFile(`${folder}/stat`);
    if (stat < 0) return null;
    const schedstat = this.#files.openFile(`${folder}/schedstat`);
    const thread = {
      stat,
      schedstat,
      isAsleep: false,
      timeSlices: 0,
      askedAt: 0,
    };
    this.#threads.set(tid, thread);
    return thread;
  }

  #close(tid: number, { stat, schedstat }: KnownThread): void {
    this.#threads.delete(tid);
    this.#files.closeFile(stat);
    if (schedstat >= 0) this.#files.closeFile(schedstat);
  }

  #sweep(): void {
    for (const [tid, thread] of this.#threads) {
      if (thread.askedAt < this.#pass - SWEEP_PASSES) this.#close(tid, thread);
    }
  }

  /** @returns the third number of `schedstat`, or 0. */
  #readTimeSlices(file: number): number {
    if (file < 0) return 0;
    const bytes = this.#bytes.subarray(0, SCHEDSTAT_SIZE);
    const size = this.#files.readFile(file, bytes);
    let at = 0;
    for (let spaces = 0; spaces < 2; at++) {
      if (at >= size) return 0;
      if (bytes[at] === SPACE) spaces++;
    }
    return numberAt(bytes, at, size);
  }

  /** @returns the letter after the last parenthesis, as a name may hold others; 0 when the thread has ended. */
  #readState(file: number): number {
    const size = this.#files.readFile(file, this.#bytes);
    let end = Math.min(size, this.#bytes.length) - 1;
    while (end >= 0 && this.#bytes[end] !== CLOSING_PARENTHESIS) end--;
    return end < 0 ? 0 : this.#bytes[end + 2] ?? 0;
  }
}
