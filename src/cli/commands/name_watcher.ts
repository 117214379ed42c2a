/**
 * Learns the names of threads while a run lasts, for formats that show them.
 *
 * Names are read as for `-w`: once in a while, between two passes. A thread
 * that comes and goes between two looks stays without a name.
 */

import type { Shim } from "../../../ffi/shim.ts";
import type { Sink } from "../../events/sink.ts";
import { THREAD_NAME_KEY } from "../../formats/thread_names.ts";
import type { System } from "../../process/process.ts";
import type { Runtime } from "../../python/find_runtime.ts";
import { readThreadNames } from "../../python/thread_names.ts";
import type { Watcher } from "../../sampling/session.ts";

/** The first look is early, for runs that are over soon. */
const FIRST_US = 50_000;
const PERIOD_US = 1_000_000;

/** What is needed to read names. */
export interface NameSources {
  readonly shim: Pick<Shim, "memoryOf">;
  readonly system: Pick<System, "threadIds" | "threadNames">;
}

/** Looks at names when it is time, and lets another watcher look as well. */
export class NameWatcher implements Watcher {
  readonly periodUs = FIRST_US;
  readonly #sources: NameSources;
  readonly #other: Watcher | null;
  readonly #runtimes = new Map<number, Runtime>();
  /** By process and thread. */
  readonly #names = new Map<string, string>();
  #nextUs = -Infinity;
  #nextOtherUs = -Infinity;

  constructor(sources: NameSources, other: Watcher | null) {
    this.#sources = sources;
    this.#other = other;
  }

  /** A Python was found. */
  found(pid: number, runtime: Runtime): void {
    this.#runtimes.set(pid, runtime);
  }

  tick(nowUs: number): void {
    if (this.#other !== null && nowUs >= this.#nextOtherUs) {
      this.#other.tick(nowUs);
      this.#nextOtherUs = nowUs + this.#other.periodUs;
    }
    if (nowUs < this.#nextUs) return;
    this.#nextUs = nowUs + PERIOD_US;
    this.look();
  }

  /** Reads the names that threads have now; those of ended ones stay. */
  look(): void {
    for (const [pid, runtime] of this.#runtimes) this.#lookAt(pid, runtime);
  }

  /** Tells a sink all names. */
  write(sink: Sink): void {
    for (const [thread, name] of this.#names) {
      sink.metadata(THREAD_NAME_KEY, `${thread} ${name}`);
    }
  }

  #lookAt(pid: number, runtime: Runtime): void {
    const { shim, system } = this.#sources;
    const ids = system.threadIds(pid);
    if (ids.size === 0) return;
    const listThreads = () => ids;
    const memory = shim.memoryOf(pid);
    const names = readThreadNames({ memory, runtime, listThreads });
    const systemNames = system.threadNames(pid);
    for (const tid of ids.keys()) {
      const name = names.of(0, tid) ?? systemNames.get(tid);
      if (name !== undefined) this.#names.set(`${pid}:${tid}`, name);
    }
  }
}
