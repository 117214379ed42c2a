/**
 * Samples of a tree that was added up: one or two for each stack, so that what
 * was only kept as a tree can be written in any format.
 *
 * Times of day are gone, sums are as they were. What was merged is a frame of
 * its own.
 */

import type { Frame } from "../events/frame_table.ts";
import { kindOf, Mark, NodeKind, numberOf, ROOT } from "./call_tree.ts";
import type { Metric } from "./metric.ts";
import { RecordedSample } from "./profile_events.ts";
import type { SampleTree } from "./sample_tree.ts";

/** Samples that were added up. */
export type AddedUp = Pick<
  SampleTree,
  "tree" | "metrics" | "frames" | "processes" | "threads"
>;

/** Stands for the frames that were merged. */
const MERGED: Frame = {
  file: "<merged>",
  scope: "<merged>",
  line: 0,
  endLine: 0,
  column: 0,
  endColumn: 0,
};

/**
 * Gives back what was added to a tree.
 *
 * @returns samples with frame ids of `tree.frames`, each valid until the next
 *   one is taken.
 */
export function* replayTree(
  samples: AddedUp,
): Generator<RecordedSample, void, void> {
  const { tree, metrics, frames } = samples;
  const merged = frames.add(MERGED);
  const sample = new RecordedSample();
  for (let node = ROOT + 1; node < tree.size; node++) {
    const has = metrics.map((_, metric) => tree.own(metric, node));
    if (has.every((weight) => weight === 0)) continue;
    setStack(sample, samples, node, merged);
    yield* weighted(sample, metrics, has);
  }
}

/** Time on the CPU and memory gained go into one sample, the rest into another. @param has the weights, by metric. */
function* weighted(
  sample: RecordedSample,
  metrics: readonly Metric[],
  has: readonly number[],
): Generator<RecordedSample, void, void> {
  const weight = (name: Metric["name"]) =>
    has[metrics.findIndex((metric) => metric.name === name)] ?? 0;
  const busyUs = weight("cpu");
  const tellsIdle = metrics.some(({ name }) => name === "cpu");
  const restUs = weight("wall") - busyUs;
  const parts = [
    { timeUs: busyUs, isIdle: false, memoryBytes: weight("gained") },
    { timeUs: restUs, isIdle: tellsIdle, memoryBytes: -weight("released") },
  ];
  for (const part of parts) {
    // A difference of two trees may be negative.
    if (part.timeUs === 0 && part.memoryBytes === 0) continue;
    yield Object.assign(sample, part);
  }
}

/** Finds out on the way to the root whose stack ends at a node. */
function setStack(
  sample: RecordedSample,
  { tree, threads, processes }: AddedUp,
  leaf: number,
  merged: number,
): void {
  const nobody = { pid: 0, iid: 0, tid: 0, threadName: "", threadIndex: 0 };
  Object.assign(sample, nobody, { isInvalid: false, isCollecting: false });
  let count = 0;
  for (let node = leaf; node !== ROOT; node = tree.parent(node)) {
    const number = numberOf(tree.key(node));
    const kind = kindOf(tree.key(node));
    if (kind === NodeKind.frame) sample.frameIds[count++] = number;
    else if (kind === NodeKind.thread) {
      Object.assign(sample, threads[number], { threadIndex: number + 1 });
    } else if (kind === NodeKind.process) sample.pid = processes[number]!;
    else if (number === Mark.gc) sample.isCollecting = true;
    else if (number === Mark.invalid) sample.isInvalid = true;
    else sample.frameIds[count++] = merged;
  }
  sample.frameCount = count;
}
