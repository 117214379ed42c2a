/**
 * A whole run, for formats that cannot write before its end: what it said of
 * itself, its samples added up, and, where that was asked for, their order.
 */

import type { Frame, FrameTable } from "../events/frame_table.ts";
import type { Metrics } from "../events/sample.ts";
import {
  type CallTree,
  kindOf,
  Mark,
  NodeKind,
  numberOf,
  ROOT,
} from "./call_tree.ts";
import type { ThreadIdentity } from "./recorded_threads.ts";
import type { SampleTree } from "./sample_tree.ts";
import { ThreadTimeline, type Timeline } from "./timeline.ts";

/** A whole run. */
export interface Profile {
  /** What it is about, for people. */
  readonly title: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** Which metrics its samples have. */
  readonly metrics: Metrics;
  readonly samples: SampleTree;
  /** Null where nobody asked for it, or when there is too much of it. */
  readonly timeline: Timeline | null;
}

/** @returns how a thread is called where there is room for all that is known. */
export function threadTitle(thread: ThreadIdentity): string {
  const { pid, iid, tid, threadName } = thread;
  const interpreter = iid === 0 ? "" : `, interpreter ${iid}`;
  const id = tid === 0 ? "" : ` ${tid}`;
  const name = threadName === "" ? "" : ` "${threadName}"`;
  return `Process ${pid}${interpreter}, thread${id}${name}`;
}

/** @returns by node, the number of its thread; -1 where there is none. */
export function threadNumbers(tree: CallTree): Int32Array {
  const threads = new Int32Array(tree.size).fill(-1);
  for (let node = ROOT + 1; node < tree.size; node++) {
    const key = tree.key(node);
    threads[node] = kindOf(key) === NodeKind.thread
      ? numberOf(key)
      : threads[tree.parent(node)]!;
  }
  return threads;
}

/** @returns what each thread did, by number: in its order where that is known, else stack by stack. */
export function spansOf({ samples, timeline }: Profile): ThreadTimeline[] {
  const { tree, metrics, threads } = samples;
  const all = threads.map((_, number) =>
    timeline?.threads[number] ?? new ThreadTimeline(metrics.length)
  );
  if (timeline !== null) return all;
  const isTimed = metrics[0]?.unit === "us";
  const numbers = threadNumbers(tree);
  for (let node = ROOT + 1; node < tree.size; node++) {
    const spans = all[numbers[node]!];
    const weights = metrics.map((_, metric) => tree.own(metric, node));
    if (spans === undefined || weights.every((one) => one === 0)) continue;
    const startUs = spans.size === 0 ? 0 : spans.endUs[spans.size - 1]!;
    const row = spans.rowFor(node, startUs);
    spans.endUs[row] = startUs + (isTimed ? weights[0]! : 1);
    weights.forEach((weight, i) => {
      spans.weights[i]![row] = weight;
    });
  }
  return all;
}

/** What marks are called, and, after them, a stack without frames; they have no file. */
export const MARK_SCOPES: Readonly<Record<number, string>> = {
  [Mark.gc]: "(garbage collection)",
  [Mark.invalid]: "(missing frames)",
  [Mark.merged]: "(rare stacks)",
  3: "(no frames)",
};

/** Frames and marks of a tree under one numbering: frames as in its table, marks after them. */
export class Frames {
  readonly #table: FrameTable;
  readonly #first: number;

  /** @param table of a tree that gets no more samples. */
  constructor(table: FrameTable) {
    this.#table = table;
    this.#first = table.size;
  }

  /** What stands for a stack without frames. */
  get none(): number {
    return this.#first + 3;
  }

  /** Number of frames and marks. */
  get size(): number {
    return this.#first + Object.keys(MARK_SCOPES).length;
  }

  /** @returns the number that a node's key has here; -1 for processes and threads. */
  idOf(key: number): number {
    const kind = kindOf(key);
    if (kind === NodeKind.frame) return numberOf(key);
    return kind === NodeKind.mark ? this.#first + numberOf(key) : -1;
  }

  /** @returns the frame, or one that stands for a mark. */
  get(id: number): Frame {
    if (id < this.#first) return this.#table.get(id);
    const scope = MARK_SCOPES[id - this.#first]!;
    return { file: "", scope, line: 0, endLine: 0, column: 0, endColumn: 0 };
  }

  /** @returns the frames of the stack that ends at a node, from the leaf; at least one. */
  ofStack(tree: CallTree, leaf: number): number[] {
    const ids: number[] = [];
    for (let node = leaf; node !== ROOT; node = tree.parent(node)) {
      const id = this.idOf(tree.key(node));
      if (id >= 0) ids.push(id);
    }
    return ids.length === 0 ? [this.none] : ids;
  }
}
