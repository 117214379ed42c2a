/** The times that `work.py` tells of its pieces of work, as they come. */

import type { Target } from "../../support/target.ts";
import { median } from "./table.ts";

/** Time at the start of a sampler that does not count: profiling.sampling takes half a second to begin. */
const WARM_UP_MS = 700;

/** Listens to a target. */
export class Pieces {
  readonly #target: Target;
  #times: number[] = [];
  #stopped = false;

  constructor(target: Target) {
    this.#target = target;
    void this.#listen();
  }

  /** @returns nanoseconds of the median piece that ends in the given time, but for its start. */
  async median(seconds: number): Promise<number> {
    const warmUpMs = Math.min(WARM_UP_MS, seconds * 500);
    await pause(warmUpMs);
    this.#times = [];
    await pause(seconds * 1000 - warmUpMs - 50);
    return median(this.#times);
  }

  /** Listens no more; call it before the target is ended. */
  stop(): void {
    this.#stopped = true;
  }

  async #listen(): Promise<void> {
    while (!this.#stopped) {
      const line = await this.#target.readLine();
      if (line === null) return;
      this.#times.push(Number(line));
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
