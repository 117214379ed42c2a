// Hot path: `sample` is called for each sample.
/** Collects a whole run, and hands it over at the end. */

import { FrameTable } from "../events/frame_table.ts";
import type { Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import type { FormatOptions } from "./format.ts";
import { MAX_PROFILE_NODES } from "./limits.ts";
import { type Metric, metricsOf } from "./metric.ts";
import type { Profile } from "./profile.ts";
import { SampleTree } from "./sample_tree.ts";
import { THREAD_NAME_KEY, ThreadNameBook } from "./thread_names.ts";
import { SampleClock, Timeline } from "./timeline.ts";

/** How a run is collected. */
export interface ProfileSinkOptions
  extends Pick<FormatOptions, "metrics" | "title"> {
  /** Whether to keep the order of samples. */
  readonly hasTimeline?: boolean;
  /** What to measure instead of the metrics of the mode. */
  readonly adapt?: (metrics: readonly Metric[]) => readonly Metric[];
}

/** Collects a run. */
export class ProfileSink implements Sink {
  readonly #options: ProfileSinkOptions;
  readonly #done: (profile: Profile) => void;
  readonly #frames: FrameTable;
  readonly #metadata = new Map<string, string>();
  readonly #names = new ThreadNameBook();
  readonly #clock = new SampleClock();
  #samples = new SampleTree(new FrameTable(), []);
  #timeline: Timeline | null = null;
  /** What a sample takes where the mode has no time, so that there is an order. */
  #stepUs = NaN;

  /** @param frames what the samples' ids stand for. @param done takes the run at its end. */
  constructor(
    frames: FrameTable,
    options: ProfileSinkOptions,
    done: (profile: Profile) => void,
  ) {
    this.#frames = frames;
    this.#options = options;
    this.#done = done;
  }

  metadata(key: string, value: string): void {
    if (key === THREAD_NAME_KEY) this.#names.add(value);
    else this.#metadata.set(key, value);
  }

  start(): void {
    const { metrics, hasTimeline = false, adapt = same } = this.#options;
    const mode = this.#metadata.get("mode");
    const all = adapt(metricsOf(metrics === "time" ? mode : metrics));
    this.#samples = new SampleTree(this.#frames, all, MAX_PROFILE_NODES);
    if (hasTimeline) this.#timeline = new Timeline(all);
    if (metrics !== "memory") return;
    this.#stepUs = Number(this.#metadata.get("interval")) || 1;
  }

  sample(sample: Sample): void {
    const node = this.#samples.add(sample);
    if (this.#timeline !== null) this.#keepOrder(this.#timeline, node, sample);
  }

  passEnd(): void {}

  end(): void {}

  close(): void {
    const { title, metrics } = this.#options;
    this.#names.complete(this.#samples.threads);
    this.#done({
      title,
      metrics,
      metadata: this.#metadata,
      samples: this.#samples,
      timeline: this.#timeline,
    });
  }

  #keepOrder(timeline: Timeline, node: number, sample: Sample): void {
    const timeUs = this.#stepUs || sample.timeUs;
    const endUs = this.#clock.tick(sample, timeUs);
    const thread = this.#samples.threadOf(sample);
    // Nodes have other numbers once some have been dropped.
    const isLost = thread < 0 || timeline.isFull || this.#samples.dropped > 0;
    if (isLost) this.#timeline = null;
    else timeline.add(thread, node, { startUs: endUs - timeUs, endUs, sample });
  }
}

function same(metrics: readonly Metric[]): readonly Metric[] {
  return metrics;
}
