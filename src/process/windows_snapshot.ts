// Hot path: with `-s`, `refresh` and `findThread` run for each pass.
/**
 * All processes and threads of Windows at one moment, as
 * `NtQuerySystemInformation(SystemProcessInformation)` copies them.
 *
 * One call tells of the whole machine, so it is made once for a pass, however
 * many processes and threads ask. Follows winternl.h and phnt's ntexapi.h
 * SYSTEM_PROCESS_INFORMATION, SYSTEM_THREAD_INFORMATION, on 64-bit systems.
 */

import { MAX_PROCESS_LIST_SIZE } from "../limits.ts";
import type { ProcessTables } from "./process_tables.ts";

/** SYSTEM_PROCESS_INFORMATION. */
const Process = {
  next: 0,
  threadCount: 4,
  createTime: 32,
  id: 80,
  parent: 88,
  threads: 256,
} as const;

/** SYSTEM_THREAD_INFORMATION. */
const Thread = { id: 48, state: 68, size: 80 } as const;

/** KTHREAD_STATE: what a thread does. */
export const ThreadState = {
  initialized: 0,
  ready: 1,
  running: 2,
  standby: 3,
  terminated: 4,
  waiting: 5,
  transition: 6,
  deferredReady: 7,
} as const;

const INITIAL_SIZE = 512 * 1024;

/** Room for what starts between two calls. */
const SPARE_SIZE = 64 * 1024;

/** A copy of the system's list of processes. */
export class WindowsSnapshot {
  readonly #tables: Pick<ProcessTables, "listProcesses">;
  readonly #served = new Set<unknown>();
  #bytes = new Uint8Array(INITIAL_SIZE);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  constructor(tables: Pick<ProcessTables, "listProcesses">) {
    this.#tables = tables;
  }

  /** Takes a new copy, unless the one at hand is new to whoever asks. */
  refreshFor(asker: unknown): void {
    if (this.#size > 0 && !this.#served.has(asker)) {
      this.#served.add(asker);
      return;
    }
    this.refresh();
    this.#served.add(asker);
  }

  /** Takes a new copy. */
  refresh(): void {
    this.#served.clear();
    let size = this.#tables.listProcesses(this.#bytes);
    while (size > this.#bytes.length && size < MAX_PROCESS_LIST_SIZE) {
      this.#bytes = new Uint8Array(size + SPARE_SIZE);
      this.#view = new DataView(this.#bytes.buffer);
      size = this.#tables.listProcesses(this.#bytes);
    }
    this.#size = size <= this.#bytes.length ? Math.max(size, 0) : 0;
  }

  /** @returns where a process is in the copy, or -1. */
  findProcess(pid: number): number {
    for (let at = this.#first(); at >= 0; at = this.#next(at)) {
      if (this.#number(at + Process.id) === pid) return at;
    }
    return -1;
  }

  /** @returns the state of a thread; -1 when the process has none of that id. */
  threadState(processAt: number, tid: number): number {
    const end = this.#threadsEnd(processAt);
    let at = processAt + Process.threads;
    for (; at < end; at += Thread.size) {
      if (this.#number(at + Thread.id) === tid) {
        return this.#view.getUint32(at + Thread.state, true);
      }
    }
    return -1;
  }

  /** @returns the ids of a process's threads. */
  threadIds(processAt: number): number[] {
    const ids: number[] = [];
    const end = this.#threadsEnd(processAt);
    let at = processAt + Process.threads;
    for (; at < end; at += Thread.size) ids.push(this.#number(at + Thread.id));
    return ids;
  }

  /** @returns the processes that a process started. Its id may have been another's before: children are younger. */
  childrenOf(pid: number): number[] {
    const parentAt = this.findProcess(pid);
    if (parentAt < 0) return [];
    const born = this.#number(parentAt + Process.createTime);
    const children: number[] = [];
    for (let at = this.#first(); at >= 0; at = this.#next(at)) {
      const child = this.#number(at + Process.id);
      const isChild = this.#number(at + Process.parent) === pid &&
        child !== pid && this.#number(at + Process.createTime) >= born;
      if (isChild) children.push(child);
    }
    return children;
  }

  #first(): number {
    return this.#size >= Process.threads ? 0 : -1;
  }

  /** @returns the place of the next process, or -1 behind the last one. */
  #next(at: number): number {
    const step = this.#view.getUint32(at + Process.next, true);
    const next = at + step;
    return step < Process.threads || next + Process.threads > this.#size
      ? -1
      : next;
  }

  #threadsEnd(processAt: number): number {
    const count = this.#view.getUint32(processAt + Process.threadCount, true);
    const start = processAt + Process.threads;
    const room = Math.floor((this.#size - start) / Thread.size);
    return start + Math.min(count, room) * Thread.size;
  }

  #number(at: number): number {
    return this.#view.getUint32(at + 4, true) * 4294967296 +
      this.#view.getUint32(at, true);
  }
}
