/**
 * Names of threads among the metadata: a run learns them late, when samples of
 * the thread have been given away already.
 *
 * | key           | value                   |
 * | ------------- | ----------------------- |
 * | `thread-name` | `<pid>:<tid> <name>`    |
 */

import type { ThreadIdentity } from "./recorded_threads.ts";

/** The key of such metadata. */
export const THREAD_NAME_KEY = "thread-name";

/** Keeps names until all threads are known. */
export class ThreadNameBook {
  readonly #names = new Map<string, string>();

  /** Takes a value of such metadata; what is none is passed over. */
  add(value: string): void {
    const [, thread, name] = /^(\d+:\d+) (.+)$/s.exec(value) ?? [];
    if (thread !== undefined) this.#names.set(thread, name!);
  }

  /** Gives threads their names, where they have none. */
  complete(threads: ThreadIdentity[]): void {
    threads.forEach((thread, i) => {
      const name = this.#names.get(`${thread.pid}:${thread.tid}`);
      if (name === undefined || thread.threadName !== "") return;
      threads[i] = { ...thread, threadName: name };
    });
  }
}
