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
import type { Timeline } from "./timeline.ts";

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

/** What marks are called; they have no file. */
const MARK_SCOPES: Readonly<Record<number, string>> = {
  [Mark.gc]: "(garbage collection)",
  [Mark.invalid]: "(missing frames)",
  [Mark.merged]: "(rare stacks)",
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

  /** @returns the frames of the stack that ends at a node, from the leaf. */
  ofStack(tree: CallTree, leaf: number): number[] {
    const ids: number[] = [];
    for (let node = leaf; node !== ROOT; node = tree.parent(node)) {
      const id = this.idOf(tree.key(node));
      if (id >= 0) ids.push(id);
    }
    return ids;
  }
}
