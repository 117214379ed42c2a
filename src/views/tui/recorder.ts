// Hot path: `take` is called for each sample.
/**
 * What a profile has said so far: sums by stack, and the last stack of each
 * thread. It grows while a run lasts; what is shown is a `Snapshot` of it.
 */

import { FrameTable } from "../../events/frame_table.ts";
import { FrameIndex } from "../../formats/frame_index.ts";
import { metricsOf } from "../../formats/metric.ts";
import type {
  ProfileEvent,
  RecordedSample,
} from "../../formats/profile_events.ts";
import type { ThreadIdentity } from "../../formats/recorded_threads.ts";
import { SampleTree } from "../../formats/sample_tree.ts";

/** Threads whose last stack is kept; those of which nothing came for longest go first. */
const MAX_LAST_STACKS = 1_000;

/** Facts about a run that are kept; austin writes some ten. */
const MAX_FACTS = 100;

/** The last stack of a thread. */
export interface LastStack extends ThreadIdentity {
  /** Frame ids of the recorder's table, from the leaf; the first `count` count. */
  ids: Int32Array;
  count: number;
  isIdle: boolean;
  isCollecting: boolean;
  isInvalid: boolean;
  /** The recorder's clock when it came. */
  time: number;
}

/** Takes the events of a profile. */
export class Recorder {
  /** What the frame ids of last stacks stand for. */
  readonly frames: FrameTable = new FrameTable();
  /** Takes the frames of the reader whose events are recorded. */
  readonly index: FrameIndex = new FrameIndex(this.frames);
  /** What the profile says of its run, by name. */
  readonly facts: Map<string, string> = new Map();
  /** Samples that are not whole. */
  errors = 0;
  /** Refreshes so far: by it one sees which threads have not been sampled lately. */
  time = 0;
  #samples: SampleTree | null = null;
  #stacks = new Map<number, LastStack>();

  /** The sums; null before the first sample. */
  get samples(): SampleTree | null {
    return this.#samples;
  }

  /** The last stacks of threads, in no order. */
  get stacks(): Iterable<LastStack> {
    return this.#stacks.values();
  }

  /** Forgets all samples. */
  reset(): void {
    this.#samples = null;
    this.#stacks = new Map();
    this.errors = 0;
  }

  /** Takes the next event. */
  take(event: ProfileEvent): void {
    if (event.kind === "sample") this.#takeSample(event.sample);
    else if (this.facts.size < MAX_FACTS) {
      this.facts.set(event.key, event.value);
    }
  }

  #takeSample(sample: RecordedSample): void {
    this.#samples ??= new SampleTree(
      this.frames,
      metricsOf(this.facts.get("mode")),
    );
    this.#samples.add(sample);
    if (sample.isInvalid) this.errors++;
    this.#keepStack(sample);
  }

  #keepStack(sample: RecordedSample): void {
    const { frameIds, frameCount } = sample;
    const stack = this.#stacks.get(sample.threadIndex) ?? this.#add(sample);
    if (stack.ids.length < frameCount) {
      stack.ids = new Int32Array(2 * frameCount);
    }
    for (let i = 0; i < frameCount; i++) stack.ids[i] = frameIds[i]!;
    stack.count = frameCount;
    stack.isIdle = sample.isIdle;
    stack.isCollecting = sample.isCollecting;
    stack.isInvalid = sample.isInvalid;
    stack.time = this.time;
  }

  #add({ pid, iid, tid, threadName, threadIndex }: RecordedSample): LastStack {
    const stack = {
      ...{ pid, iid, tid, threadName },
      ...{ ids: new Int32Array(32), count: 0, time: 0 },
      ...{ isIdle: false, isCollecting: false, isInvalid: false },
    };
    if (this.#stacks.size >= MAX_LAST_STACKS) this.#dropOldest();
    this.#stacks.set(threadIndex, stack);
    return stack;
  }

  /** Half of them go, so that this happens seldom. */
  #dropOldest(): void {
    const entries = [...this.#stacks];
    entries.sort(([, one], [, other]) => other.time - one.time);
    this.#stacks = new Map(entries.slice(0, MAX_LAST_STACKS / 2));
  }
}
