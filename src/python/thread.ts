// Hot path: `known` runs once for each thread state of each pass.
/**
 * The threads of one process from one pass to the next.
 *
 * A thread state is known by its address and by an id that no other thread
 * has, because addresses are used again. What never changes while a thread
 * lives is learnt once: its kernel id and its place in the sinks' tables.
 * 3.12 Include/cpython/pystate.h PyThreadState
 */

import type { Snapshot } from "../memory/snapshot.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";
import type { ThreadIdFinder } from "./thread_id.ts";

/** A thread while it lives. */
export interface Thread {
  /** Of its `PyThreadState`. */
  readonly address: number;
  readonly identity: number;
  /** The kernel's thread id, or `pthread_self()` where that cannot be had; 0 while the thread is not yet running. */
  readonly tid: number;
  readonly index: number;
  /** The pass in which it was last seen. */
  seenAt: number;
}

/** Small numbers for the threads of all processes, each used by one thread at a time. */
export class ThreadIndexes {
  readonly #free: number[] = [];
  #next = 0;

  take(): number {
    return this.#free.pop() ?? this.#next++;
  }

  release(index: number): void {
    this.#free.push(index);
  }
}

/** The threads of one process. */
export class ThreadTable {
  readonly #snapshot: Snapshot;
  readonly #layout: Layout;
  readonly #ids: ThreadIdFinder;
  readonly #indexes: ThreadIndexes;
  readonly #byAddress = new Map<number, Thread>();
  /** Threads in the order of the last pass, which is nearly always that of the next. */
  readonly #inOrder: Thread[] = [];
  readonly #identityOffset: number;
  #pass = 0;
  #position = 0;

  constructor(
    snapshot: Snapshot,
    layout: Layout,
    ids: ThreadIdFinder,
    indexes: ThreadIndexes,
  ) {
    this.#snapshot = snapshot;
    this.#layout = layout;
    this.#ids = ids;
    this.#indexes = indexes;
    const { nativeThreadId, uniqueId } = layout.thread;
    this.#identityOffset = nativeThreadId === ABSENT
      ? uniqueId
      : nativeThreadId;
  }

  /** Begins a pass over the process. */
  begin(): void {
    this.#pass++;
    this.#position = 0;
  }

  /** @param address of a thread state. @param at its place in the snapshot. @returns the thread that it is. */
  known(address: number, at: number): Thread {
    const identity = this.#snapshot.pointer(at + this.#identityOffset);
    const position = this.#position++;
    let thread = this.#inOrder[position];
    if (thread?.address !== address || thread.identity !== identity) {
      thread = this.#lookUp(address, identity, at);
      this.#inOrder[position] = thread;
    }
    thread.seenAt = this.#pass;
    return thread;
  }

  /** Ends a pass: threads that were not seen in it are gone. */
  end(): void {
    this.#inOrder.length = this.#position;
    if (this.#byAddress.size === this.#position) return;
    for (const thread of this.#byAddress.values()) {
      if (thread.seenAt !== this.#pass) this.#remove(thread);
    }
  }

  /** Whether the last pass met no thread. */
  get isEmpty(): boolean {
    return this.#inOrder.length === 0;
  }

  /** Forgets all threads, when their process has gone. */
  clear(): void {
    for (const thread of this.#byAddress.values()) this.#remove(thread);
  }

  #lookUp(address: number, identity: number, at: number): Thread {
    const thread = this.#byAddress.get(address);
    if (thread?.identity === identity) return thread;
    if (thread !== undefined) this.#remove(thread);
    const added = {
      address,
      identity,
      tid: this.#tid(at),
      index: this.#indexes.take(),
      seenAt: 0,
    };
    this.#byAddress.set(address, added);
    return added;
  }

  #tid(at: number): number {
    const { nativeThreadId, threadId } = this.#layout.thread;
    if (nativeThreadId !== ABSENT) {
      return this.#snapshot.pointer(at + nativeThreadId);
    }
    const pthread = this.#snapshot.pointer(at + threadId);
    if (pthread === 0) return 0;
    return this.#ids.find(pthread) || pthread;
  }

  #remove(thread: Thread): void {
    this.#byAddress.delete(thread.address);
    this.#indexes.release(thread.index);
  }
}
