// Hot path: once for each sample.
/**
 * What each thread did one after the other, for formats that show it.
 *
 * Equal stacks of a thread that follow each other are one span.
 */

import type { Sample } from "../events/sample.ts";
import { MAX_TIMELINE_SPANS } from "./limits.ts";
import type { Metric } from "./metric.ts";

const INITIAL_SIZE = 64;

/** The spans of one thread, oldest first: columns of which the first `size` rows count. */
export class ThreadTimeline {
  /** Node of the call tree. */
  nodes = new Int32Array(INITIAL_SIZE);
  /** When it began, in µs from the beginning of the run. */
  startUs = new Float64Array(INITIAL_SIZE);
  /** When it ended. */
  endUs = new Float64Array(INITIAL_SIZE);
  /** What it took: a column for each metric. */
  readonly weights: Float64Array[];
  size = 0;

  constructor(metricCount: number) {
    this.weights = Array.from(
      { length: metricCount },
      () => new Float64Array(INITIAL_SIZE),
    );
  }

  /** @returns the row of the span that the sample belongs to. */
  rowFor(node: number, startUs: number): number {
    const last = this.size - 1;
    const isSame = last >= 0 && this.nodes[last] === node &&
      this.endUs[last] === startUs;
    return isSame ? last : this.#append(node, startUs);
  }

  #append(node: number, startUs: number): number {
    const row = this.size++;
    if (row >= this.nodes.length) this.#grow(row * 2);
    this.nodes[row] = node;
    this.startUs[row] = startUs;
    return row;
  }

  #grow(size: number): void {
    const nodes = this.nodes;
    this.nodes = new Int32Array(size);
    this.nodes.set(nodes);
    this.startUs = grown(this.startUs, size);
    this.endUs = grown(this.endUs, size);
    this.weights.forEach((column, i) => {
      this.weights[i] = grown(column, size);
    });
  }
}

/** A sample, and when it was taken. */
export interface TimedSample {
  readonly startUs: number;
  readonly endUs: number;
  readonly sample: Sample;
}

/** The timelines of all threads. */
export class Timeline {
  /** By the threads' numbers in the tree. */
  readonly threads: ThreadTimeline[] = [];
  readonly #metrics: readonly Metric[];
  #spans = 0;

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics;
  }

  /** Whether there are more spans than are kept. */
  get isFull(): boolean {
    return this.#spans > MAX_TIMELINE_SPANS;
  }

  /** @param thread its number, @param node the stack's leaf in the tree. */
  add(
    thread: number,
    node: number,
    { startUs, endUs, sample }: TimedSample,
  ): void {
    const metrics = this.#metrics;
    const spans = this.threads[thread] ??= new ThreadTimeline(metrics.length);
    const sizeBefore = spans.size;
    const row = spans.rowFor(node, startUs);
    this.#spans += spans.size - sizeBefore;
    spans.endUs[row] = endUs;
    for (let i = 0; i < metrics.length; i++) {
      spans.weights[i]![row]! += metrics[i]!.of(sample);
    }
  }
}

/** The pass over a process that is going on. */
interface Pass {
  timeUs: number;
  endUs: number;
  /** Indexes of the threads that have been seen in it. */
  readonly threads: Set<number>;
}

/**
 * Tells when samples were taken, which no format writes down: the time of a
 * sample is that since the last pass over its process, so a pass ends where
 * the last one did plus that time. A new process begins where the others are.
 */
export class SampleClock {
  readonly #passes = new Map<number, Pass>();
  #latestUs = 0;

  /** To be called once for each sample. @param timeUs since the pass before. @returns when the pass ended that it was taken in, in µs from the beginning of the run. */
  tick({ pid, threadIndex }: Sample, timeUs: number): number {
    let pass = this.#passes.get(pid);
    if (pass === undefined) {
      pass = { timeUs: NaN, endUs: this.#latestUs, threads: new Set() };
      this.#passes.set(pid, pass);
    }
    if (pass.timeUs !== timeUs || pass.threads.has(threadIndex)) {
      pass.timeUs = timeUs;
      pass.endUs += timeUs;
      pass.threads.clear();
      if (pass.endUs > this.#latestUs) this.#latestUs = pass.endUs;
    }
    pass.threads.add(threadIndex);
    return pass.endUs;
  }
}

function grown(from: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(size);
  to.set(from);
  return to;
}
