/**
 * One look at a process, for those who want to know where its threads are.
 *
 * There is no hurry here: a process of which some stack does not fit together
 * is looked at again, and what is shown is one whole look, not parts of many.
 */

import type { FrameTable } from "../events/frame_table.ts";
import type { Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import type { ThreadStack } from "../events/stacks.ts";
import type { Clock } from "./pacer.ts";
import { PassStatus, type ProcessSampler } from "./process_sampler.ts";

/** A stack of a thread whose name has not been looked up. */
export type NamelessStack = Omit<ThreadStack, "name">;

/** What a look gave. */
export interface Look {
  /** In the order of the pass. */
  readonly stacks: readonly NamelessStack[];
  /** Stacks that are not whole, and interpreters that could not be read. */
  readonly errors: number;
}

/** Looks at a process until all of its stacks fit together. */
const MAX_LOOKS = 64;

/** Pause between two looks, in which a program gets on that just starts or ends threads. */
const PAUSE_US = 1_000;

/** What of a process's sampler is needed here. */
export type Looker = Pick<ProcessSampler, "pass" | "errors">;

/** @returns the first look without errors, else the one with the fewest; without any, why there is none. */
export function lookAt(
  sampler: Looker,
  frames: FrameTable,
  clock: Clock,
): Look | PassStatus {
  let best: Look | null = null;
  let status: PassStatus = PassStatus.lost;
  for (let i = 0; i < MAX_LOOKS; i++) {
    const collector = new Collector(frames);
    status = sampler.pass(collector, Math.round(clock.now()));
    if (status === PassStatus.gone || status === PassStatus.denied) break;
    const { errors } = sampler;
    if (status === PassStatus.ok && (best === null || errors < best.errors)) {
      best = { stacks: collector.stacks, errors };
      if (errors === 0) return best;
    }
    clock.sleepUntil(clock.now() + PAUSE_US);
  }
  return best ?? status;
}

/** Keeps the stacks of one pass. */
class Collector implements Sink {
  readonly #frames: FrameTable;
  readonly stacks: NamelessStack[] = [];

  constructor(frames: FrameTable) {
    this.#frames = frames;
  }

  sample(sample: Sample): void {
    const { iid, tid, isIdle, isCollecting, isInvalid } = sample;
    const ids = sample.frameIds.subarray(0, sample.frameCount);
    const frames = Array.from(ids, (id) => this.#frames.get(id)).reverse();
    this.stacks.push({ iid, tid, isIdle, isCollecting, isInvalid, frames });
  }

  metadata(): void {}

  start(): void {}

  passEnd(): void {}

  end(): void {}

  close(): void {}
}
