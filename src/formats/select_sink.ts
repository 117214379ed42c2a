// Hot path: `sample` is called for each sample.
/** Hands on only those samples that are wanted; `selection.ts` says which. */

import { UsageError } from "../errors.ts";
import type { FrameTable } from "../events/frame_table.ts";
import type { Metrics, Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import type { Selection, TimeRange } from "./selection.ts";
import { SampleClock } from "./timeline.ts";

/** Whether a frame's name fits; 0 where it has not been looked at. */
const FITS = 1;
const DIFFERS = 2;

/** Names of frames that a stack must have one of. */
class FramePatterns {
  readonly #patterns: readonly RegExp[];
  readonly #part: "scope" | "file";
  readonly #frames: FrameTable;
  #known: number[] = [];
  #epoch: number;

  constructor(
    patterns: readonly RegExp[],
    part: "scope" | "file",
    frames: FrameTable,
  ) {
    this.#patterns = patterns;
    this.#part = part;
    this.#frames = frames;
    this.#epoch = frames.epoch;
  }

  fit({ frameIds, frameCount }: Sample): boolean {
    if (this.#epoch !== this.#frames.epoch) {
      this.#epoch = this.#frames.epoch;
      this.#known = [];
    }
    for (let i = 0; i < frameCount; i++) {
      const id = frameIds[i]!;
      if ((this.#known[id] ?? this.#judge(id)) === FITS) return true;
    }
    return false;
  }

  #judge(id: number): number {
    const name = this.#frames.get(id)[this.#part];
    const fits = this.#patterns.some((pattern) => pattern.test(name));
    return this.#known[id] = fits ? FITS : DIFFERS;
  }
}

/** Hands on what is wanted. */
export class SelectSink implements Sink {
  readonly #sink: Sink;
  readonly #processes: ReadonlySet<string>;
  readonly #threads: ReadonlySet<string>;
  readonly #patterns: readonly FramePatterns[];
  readonly #ranges: readonly TimeRange[];
  readonly #clock = new SampleClock();

  /**
   * @param frames what the samples' ids stand for.
   * @throws UsageError when there are no times to select by.
   */
  constructor(
    sink: Sink,
    frames: FrameTable,
    selections: readonly Selection[],
    metrics: Metrics,
  ) {
    this.#sink = sink;
    const named = (key: Selection["key"]) =>
      new Set(
        selections.flatMap((one) =>
          one.key === key && "name" in one ? [one.name] : []
        ),
      );
    const patterns = (key: Selection["key"]) =>
      selections.flatMap((one) =>
        one.key === key && "pattern" in one ? [one.pattern] : []
      );
    this.#processes = named("process");
    this.#threads = named("thread");
    this.#ranges = selections.flatMap((one) =>
      one.key === "time" ? [one.range] : []
    );
    this.#patterns = [
      new FramePatterns(patterns("function"), "scope", frames),
      new FramePatterns(patterns("file"), "file", frames),
    ].filter((_, i) => patterns(i === 0 ? "function" : "file").length > 0);
    if (this.#ranges.length > 0 && metrics === "memory") throw noTimes();
  }

  metadata(key: string, value: string): void {
    this.#sink.metadata(key, value);
  }

  start(): void {
    this.#sink.start();
  }

  sample(sample: Sample): void {
    if (this.#isWanted(sample)) this.#sink.sample(sample);
  }

  passEnd(): void {
    this.#sink.passEnd();
  }

  end(): void {
    this.#sink.end();
  }

  close(): void {
    this.#sink.close();
  }

  #isWanted(sample: Sample): boolean {
    return this.#isInTime(sample) && this.#isOfThread(sample) &&
      this.#patterns.every((patterns) => patterns.fit(sample));
  }

  #isOfThread({ pid, iid, tid, threadName }: Sample): boolean {
    const processes = this.#processes;
    if (processes.size > 0 && !processes.has(String(pid))) return false;
    const threads = this.#threads;
    return threads.size === 0 || threads.has(String(tid)) ||
      threads.has(`${iid}:${tid}`) || threads.has(threadName);
  }

  /** A sample is of the time in which it ends. */
  #isInTime(sample: Sample): boolean {
    if (this.#ranges.length === 0) return true;
    const endUs = this.#clock.tick(sample, sample.timeUs);
    return this.#ranges.some(({ fromUs, toUs }) =>
      endUs > fromUs && endUs <= toUs
    );
  }
}

function noTimes(): UsageError {
  return new UsageError(
    "austin: --select time is for profiles of time: this one is of memory",
    "select by process, thread, function or file",
  );
}
