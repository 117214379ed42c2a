// Hot path: `known` runs once for each thread state of each pass.
/**
 * The threads of one process from one pass to the next.
 *
 * A thread state is known by its address and by an id that no other thread
 * has, because addresses are used again. What does not change once a thread
 * runs is learnt once: its kernel id and its place in the sinks' tables.
 * Before that, its state may have the ids of the thread that made it.
 * 3.12 Include/cpython/pystate.h PyThreadState
 */

import type { Snapshot } from "../memory/snapshot.ts";
import { KnownStack } from "./known_stack.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";
import type { ThreadIdFinder } from "./thread_id.ts";
import { Trail } from "./trail.ts";

/** A thread while it lives. */
export interface Thread {
  /** Of its `PyThreadState`. */
  readonly address: number;
  /** The kernel's thread id, or a number that no other thread of the interpreter has had. */
  readonly identity: number;
  /** `pthread_self()`. */
  readonly pthread: number;
  /** The kernel's thread id, or `pthread_self()` where that cannot be had; 0 while the thread is not yet running. */
  readonly tid: number;
  readonly index: number;
  /** The pass in which it was last seen. */
  seenAt: number;
  /** Address of its outermost frame when its stack was last walked; 0 when it had none. */
  root: number;
  /** Its last stack, where frames are objects (3.8 to 3.10). */
  readonly trail: Trail;
  /** What is known of its stack. */
  readonly stack: KnownStack;
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
  readonly #ids: ThreadIdFinder;
  readonly #indexes: ThreadIndexes;
  readonly #byAddress = new Map<number, Thread>();
  /** Threads in the order of the last pass, which is nearly always that of the next. */
  readonly #inOrder: Thread[] = [];
  readonly #hasNativeIds: boolean;
  readonly #identityOffset: number;
  readonly #pthreadOffset: number;
  readonly #hasShortIds: boolean;
  #pass = 0;
  #position = 0;

  constructor(
    snapshot: Snapshot,
    layout: Layout,
    ids: ThreadIdFinder,
    indexes: ThreadIndexes,
  ) {
    this.#snapshot = snapshot;
    this.#ids = ids;
    this.#indexes = indexes;
    const { nativeThreadId, uniqueId, threadId, idSize } = layout.thread;
    this.#hasNativeIds = nativeThreadId !== ABSENT;
    this.#identityOffset = this.#hasNativeIds ? nativeThreadId : uniqueId;
    this.#pthreadOffset = threadId;
    this.#hasShortIds = idSize === 4;
  }

  /** Begins a pass over the process. */
  begin(): void {
    this.#pass++;
    this.#position = 0;
  }

  /**
   * @param address of a thread state. @param at its place in the snapshot.
   * @returns the thread that it is; null when this pass has met it already, as in a list that is a ring.
   */
  known(address: number, at: number): Thread | null {
    const identity = this.#id(at + this.#identityOffset);
    const pthread = this.#id(at + this.#pthreadOffset);
    let thread = this.#inOrder[this.#position];
    if (
      thread?.address !== address || thread.identity !== identity ||
      thread.pthread !== pthread
    ) thread = this.#lookUp(address, identity, pthread);
    if (thread.seenAt === this.#pass) return null;
    thread.seenAt = this.#pass;
    this.#inOrder[this.#position++] = thread;
    return thread;
  }

  #id(at: number): number {
    return this.#hasShortIds
      ? this.#snapshot.u32(at)
      : this.#snapshot.pointer(at);
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

  #lookUp(address: number, identity: number, pthread: number): Thread {
    const thread = this.#byAddress.get(address);
    if (thread?.identity === identity && thread.pthread === pthread) {
      return thread;
    }
    if (thread !== undefined) this.#remove(thread);
    const added = {
      address,
      identity,
      pthread,
      tid: this.#tid(this.#hasNativeIds ? identity : 0, pthread),
      index: this.#indexes.take(),
      seenAt: 0,
      root: 0,
      trail: new Trail(),
      stack: new KnownStack(),
    };
    this.#byAddress.set(address, added);
    return added;
  }

  /** @param nativeId what the thread state says, 0 when it says nothing. */
  #tid(nativeId: number, pthread: number): number {
    if (this.#hasNativeIds) {
      if (nativeId === 0 || this.#ids.isThread(nativeId)) return nativeId;
      return this.#ids.find(pthread) || nativeId;
    }
    return pthread === 0 ? 0 : this.#ids.find(pthread) || pthread;
  }

  #remove(thread: Thread): void {
    this.#byAddress.delete(thread.address);
    this.#indexes.release(thread.index);
  }
}
