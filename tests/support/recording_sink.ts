/** A sink that keeps what it is given, with frames in words. */

import type { Frame, FrameTable } from "../../src/events/frame_table.ts";
import type { Sample } from "../../src/events/sample.ts";
import type { Sink } from "../../src/events/sink.ts";

/** A sample that was kept. */
export interface RecordedSample {
  readonly pid: number;
  readonly iid: number;
  readonly tid: number;
  readonly threadIndex: number;
  readonly timeUs: number;
  readonly isInvalid: boolean;
  /** From the leaf. */
  readonly frames: readonly Frame[];
}

/** Keeps samples. */
export class RecordingSink implements Sink {
  readonly #frames: FrameTable;
  samples: RecordedSample[] = [];

  constructor(frames: FrameTable) {
    this.#frames = frames;
  }

  sample(sample: Sample): void {
    const { pid, iid, tid, threadIndex, timeUs, isInvalid } = sample;
    const ids = sample.frameIds.subarray(0, sample.frameCount);
    const frames = Array.from(ids, (id) => this.#frames.get(id));
    this.samples.push({
      ...{ pid, iid, tid, threadIndex, timeUs, isInvalid, frames },
    });
  }

  /** @returns the samples since it was last asked. */
  take(): RecordedSample[] {
    return this.samples.splice(0);
  }

  metadata(): void {}
  start(): void {}
  passEnd(): void {}
  end(): void {}
  close(): void {}
}

/** @returns a stack as text, from the leaf: `scope:line scope:line`. */
export function textOf({ frames }: Pick<RecordedSample, "frames">): string {
  return frames.map(({ scope, line }) => `${scope}:${line}`).join(" ");
}
