/** The threads of a profile, and what each is called in it. */

import { MAX_DISTINCT_THREADS } from "./limits.ts";

/** Which thread a sample is of. */
export interface ThreadIdentity {
  readonly pid: number;
  readonly iid: number;
  /** 0 where only the name is known. */
  readonly tid: number;
  /** Empty where the id is known. */
  readonly threadName: string;
}

/** A thread of a profile. */
export interface RecordedThread extends ThreadIdentity {
  readonly threadIndex: number;
  /** Frames of its last sample from the root, where the format can refer to them. */
  lastFrames: readonly number[];
}

/** Threads by what the file calls them. */
export class RecordedThreads {
  readonly #threads = new Map<string, RecordedThread>();

  /** @param key whatever the file identifies the thread by. */
  get(key: string): RecordedThread | undefined {
    return this.#threads.get(key);
  }

  /** @returns the new thread, or null when there are too many. */
  add(key: string, identity: ThreadIdentity): RecordedThread | null {
    const threadIndex = this.#threads.size;
    if (threadIndex >= MAX_DISTINCT_THREADS) return null;
    const thread = { ...identity, threadIndex, lastFrames: [] };
    this.#threads.set(key, thread);
    return thread;
  }
}
