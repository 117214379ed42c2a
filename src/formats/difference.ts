/**
 * How one run differs from another.
 *
 * Stacks are compared by their functions and lines: ids of processes and
 * threads are never the same twice, and columns tell of the code, not of what
 * was done. The result is of one process and one thread that have no ids.
 */

import { FrameTable } from "../events/frame_table.ts";
import {
  CallTree,
  keyOf,
  kindOf,
  Mark,
  NodeKind,
  numberOf,
  ROOT,
} from "./call_tree.ts";
import { FrameIndex } from "./frame_index.ts";
import type { AddedUp } from "./replay_tree.ts";

/**
 * @param isGrowth whether to leave out what is less than in the base.
 * @returns stacks with what they have more, or, negative, less than in the base.
 */
export function difference(
  now: AddedUp,
  base: AddedUp,
  isGrowth: boolean,
): AddedUp {
  const { metrics } = now;
  const frames = new FrameTable();
  const target = {
    tree: new CallTree(metrics.length),
    index: new FrameIndex(frames),
    isFlat: true,
  };
  addTo(target, now, metrics.map((_, metric) => [metric, 1]));
  const names = base.metrics.map(({ name }) => name);
  addTo(
    target,
    base,
    metrics.map(({ name }) => [names.indexOf(name), -1]),
  );
  if (isGrowth) dropLosses(target.tree);
  const nobody = { pid: 0, iid: 0, tid: 0, threadName: "" };
  return {
    tree: target.tree,
    metrics,
    frames,
    processes: [0],
    threads: [nobody],
  };
}

function dropLosses(tree: CallTree): void {
  for (let metric = 0; metric < tree.metricCount; metric++) {
    for (let node = ROOT; node < tree.size; node++) {
      const own = tree.own(metric, node);
      if (own < 0) tree.add(node, metric, -own);
    }
  }
}

/** @returns the same stacks, of which those that differ only in columns are one. */
export function withoutColumns(samples: AddedUp): AddedUp {
  const { metrics, processes, threads } = samples;
  const frames = new FrameTable();
  const tree = new CallTree(metrics.length);
  const target = { tree, index: new FrameIndex(frames), isFlat: false };
  addTo(target, samples, metrics.map((_, metric) => [metric, 1]));
  return { tree, metrics, frames, processes, threads };
}

/** Where stacks of both runs are added up. */
interface Target {
  readonly tree: CallTree;
  readonly index: FrameIndex;
  /** Whether processes and threads are left out. */
  readonly isFlat: boolean;
}

/** @param columns for each metric of the target, which one of the source is added, times what. */
function addTo(
  { tree, index, isFlat }: Target,
  source: AddedUp,
  columns: readonly (readonly [metric: number, factor: number])[],
): void {
  const places = new Int32Array(source.tree.size);
  for (let node = ROOT + 1; node < source.tree.size; node++) {
    const parent = places[source.tree.parent(node)]!;
    const key = source.tree.key(node);
    const kind = kindOf(key);
    const isLevel = kind === NodeKind.process || kind === NodeKind.thread;
    const place = isFlat && isLevel
      ? parent
      : tree.child(parent, kind === NodeKind.frame ? frameKey(node) : key);
    places[node] = place;
    columns.forEach(([metric, factor], column) => {
      if (metric < 0) return;
      tree.add(place, column, factor * source.tree.own(metric, node));
    });
  }

  function frameKey(node: number): number {
    const frame = source.frames.get(numberOf(source.tree.key(node)));
    const place = { ...frame, endLine: 0, column: 0, endColumn: 0 };
    const id = index.idOf(place);
    return id < 0
      ? keyOf(NodeKind.mark, Mark.merged)
      : keyOf(NodeKind.frame, id);
  }
}
