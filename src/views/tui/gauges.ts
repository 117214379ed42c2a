/** What a view measures itself: use of CPU and memory, rate of samples, time. */

import { History } from "./history.ts";
import type { Services } from "./source.ts";

/** Time between two measurements. */
const PERIOD_MS = 1_000;

/** Measurements between two looks for names of threads. */
const NAMES_EVERY = 5;

/** Processes that are asked; of more the first ones are. */
const MAX_PROCESSES = 64;

/** The numbers of a header. */
export class Gauges {
  readonly cpu: History = new History();
  readonly memory: History = new History();
  /** Samples of the last second. */
  rate = 0;
  threadNames: ReadonlyMap<number, string> = new Map();
  readonly #services: Services;
  #lastMs = -Infinity;
  #lastSamples = 0;
  #lastCpuUs: number | null = null;
  #count = 0;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Measures, when it is time to. @param samples all so far. @param pids of the processes that are sampled. */
  update(nowMs: number, samples: number, pids: readonly number[]): void {
    const elapsedMs = nowMs - this.#lastMs;
    if (elapsedMs < PERIOD_MS) return;
    this.rate = Math.max(samples - this.#lastSamples, 0) / (elapsedMs / 1e3);
    this.#lastSamples = samples;
    this.#lastMs = nowMs;
    const known = pids.slice(0, MAX_PROCESSES);
    this.#measure(known, elapsedMs);
    if (this.#count++ % NAMES_EVERY === 0) {
      this.threadNames = this.#services.threadNamesOf(known);
    }
  }

  #measure(pids: readonly number[], elapsedMs: number): void {
    const usage = this.#services.usageOf(pids);
    if (usage !== null) {
      this.memory.add(usage.residentBytes);
      if (this.#lastCpuUs !== null) {
        // A process that ended takes its time with it.
        const usedUs = Math.max(usage.cpuUs - this.#lastCpuUs, 0);
        this.cpu.add(usedUs / (elapsedMs * 1e3));
      }
    }
    this.#lastCpuUs = usage?.cpuUs ?? null;
  }
}
