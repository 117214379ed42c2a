/**
 * The kernel's id of a thread, where its thread state lacks it or is wrong.
 *
 * 3.8 to 3.10 keep only `pthread_self()`, which on Linux is the address of the
 * C library's `struct pthread`; that holds the id. Its place is learnt: it is
 * where one of the process's thread ids is found. From 3.11 on the state has
 * an id, which is still the parent's after a fork that Python was not told of,
 * as in uWSGI's workers. glibc nptl/descr.h
 */

import type { RemoteMemory } from "../memory/remote_memory.ts";
import { StructReader } from "../memory/struct_reader.ts";

/** `struct pthread.tid` of glibc on x86_64, which is tried first. */
const GLIBC_OFFSET = 720;

/** Bytes of `struct pthread` that are searched. */
const SEARCH_SIZE = 1600;

/** Ids of the process's threads, as the process itself knows them. */
export type ThreadIdSet = Pick<ReadonlySet<number>, "has">;

/** Finds thread ids of one process. */
export class ThreadIdFinder {
  readonly #reader: StructReader;
  readonly #listThreads: () => ThreadIdSet;
  #known: ThreadIdSet = new Set();
  #offset: number | null = null;

  constructor(memory: RemoteMemory, listThreads: () => ThreadIdSet) {
    this.#reader = new StructReader(memory);
    this.#listThreads = listThreads;
  }

  /** @returns whether the process has, or had of late, a thread of that id. */
  isThread(tid: number): boolean {
    if (!this.#known.has(tid)) this.#known = this.#listThreads();
    return this.#known.has(tid);
  }

  /** @param pthread what `pthread_self()` gave. @returns the kernel's id, or 0 when it cannot be found. */
  find(pthread: number): number {
    this.#offset ??= this.#learnOffset(pthread);
    if (this.#offset === null) return 0;
    const isRead = this.#reader.loadAll(pthread + this.#offset, 4);
    return isRead ? this.#reader.u32(0) : 0;
  }

  #learnOffset(pthread: number): number | null {
    const reader = this.#reader;
    const size = Math.max(reader.load(pthread, SEARCH_SIZE), 0);
    const tids = this.#listThreads();
    const isTid = (offset: number) =>
      offset + 4 <= size && tids.has(reader.u32(offset));
    if (isTid(GLIBC_OFFSET)) return GLIBC_OFFSET;
    for (let offset = 0; offset < size; offset += 4) {
      if (isTid(offset)) return offset;
    }
    return null;
  }
}
