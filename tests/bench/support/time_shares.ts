/** How the time of samples is shared among a few functions, beside what they really had. */

import type { FrameTable } from "../../../src/events/frame_table.ts";
import type { Sample } from "../../../src/events/sample.ts";
import type { Sink } from "../../../src/events/sink.ts";
import type { Facts } from "../../support/target.ts";
import { NO_SINK } from "./own_loop.ts";

/** Adds up the time of samples by which of some functions they are in; a stack with none of them does not count. */
export class TimeShares implements Sink {
  readonly #frames: FrameTable;
  readonly #names: readonly string[];
  readonly #timesUs: number[];
  /** By frame id: which of the names it has, or -1. */
  readonly #whichOf: number[] = [];
  /** All that there were. */
  stacks = 0;
  /** Of them, those that are not whole. */
  errors = 0;
  readonly metadata: Sink["metadata"] = NO_SINK.metadata;
  readonly start: Sink["start"] = NO_SINK.start;
  readonly passEnd: Sink["passEnd"] = NO_SINK.passEnd;
  readonly end: Sink["end"] = NO_SINK.end;
  readonly close: Sink["close"] = NO_SINK.close;

  constructor(frames: FrameTable, names: readonly string[]) {
    this.#frames = frames;
    this.#names = names;
    this.#timesUs = names.map(() => 0);
  }

  sample(sample: Sample): void {
    this.stacks++;
    if (sample.isInvalid) this.errors++;
    for (let i = 0; i < sample.frameCount; i++) {
      const which = this.#which(sample.frameIds[i]!);
      if (which >= 0) {
        this.#timesUs[which] = this.#timesUs[which]! + sample.timeUs;
      }
    }
  }

  #which(id: number): number {
    return this.#whichOf[id] ??= this.#names.indexOf(
      this.#frames.get(id).scope,
    );
  }

  /** @param wall seconds that each function really had. @returns by how many points of a hundred each share is off. */
  offBy(wall: Facts): number[] {
    const real = this.#names.map((name) => wall[name] as number);
    const allReal = real.reduce((sum, seconds) => sum + seconds);
    const all = this.#timesUs.reduce((sum, us) => sum + us);
    return this.#timesUs.map((us, which) =>
      100 * (us / all - real[which]! / allReal)
    );
  }
}
