// Hot path: `add` is called for each sample.
/**
 * Adds up samples, live or from a file, in a tree of bounded size.
 *
 * Below the root are processes, then their threads, then frames from the
 * outermost inward. Frames are numbers of the tree's own table, in which each
 * is once, so ids that the producer forgets do no harm.
 */

import { FrameTable } from "../events/frame_table.ts";
import type { Sample } from "../events/sample.ts";
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
import { MAX_DISTINCT_THREADS } from "./limits.ts";
import type { Metric } from "./metric.ts";
import { pruneTree } from "./prune_tree.ts";
import type { ThreadIdentity } from "./recorded_threads.ts";

/** Nodes of a tree when nothing else is said; each takes some 100 bytes. */
export const MAX_TREE_NODES = 500_000;

const GC = keyOf(NodeKind.mark, Mark.gc);
const INVALID = keyOf(NodeKind.mark, Mark.invalid);
const MERGED = keyOf(NodeKind.mark, Mark.merged);

/** Where a thread's last stack is in the tree. */
class ThreadPath {
  readonly identity: ThreadIdentity;
  /** Its number among the tree's threads; -1 when there are too many. */
  readonly number: number;
  readonly node: number;
  /** Frame ids of the producer, from the root, and the node of each. */
  ids: Int32Array = new Int32Array(64);
  nodes: Int32Array = new Int32Array(64);
  count = 0;

  constructor(identity: ThreadIdentity, number: number, node: number) {
    this.identity = identity;
    this.number = number;
    this.node = node;
  }

  isOf({ pid, iid, tid, threadName }: Sample): boolean {
    const own = this.identity;
    return own.pid === pid && own.iid === iid && own.tid === tid &&
      own.threadName === threadName;
  }

  grow(count: number): void {
    if (count <= this.ids.length) return;
    const ids = new Int32Array(2 * count);
    const nodes = new Int32Array(2 * count);
    ids.set(this.ids);
    nodes.set(this.nodes);
    this.ids = ids;
    this.nodes = nodes;
  }
}

/** A tree of samples. */
export class SampleTree {
  readonly metrics: readonly Metric[];
  /** What the numbers of frames stand for. */
  readonly frames: FrameTable = new FrameTable();
  /** What the numbers of processes stand for: their ids. */
  readonly processes: number[] = [];
  /** What the numbers of threads stand for. */
  readonly threads: ThreadIdentity[] = [];
  /** Samples that were added. */
  samples = 0;
  /** Nodes that were dropped to stay within bounds. */
  dropped = 0;
  #tree: CallTree;
  readonly #limit: number;
  readonly #source: FrameTable;
  readonly #index: FrameIndex;
  /** Keys of the producer's frames, by id. */
  #keys: number[] = [];
  #epoch: number;
  readonly #processKeys = new Map<number, number>();
  readonly #threadKeys = new Map<string, number>();
  #paths: ThreadPath[] = [];

  /**
   * @param source what the samples' frame ids stand for.
   * @param limit nodes that the tree may have.
   */
  constructor(
    source: FrameTable,
    metrics: readonly Metric[],
    limit: number = MAX_TREE_NODES,
  ) {
    this.metrics = metrics;
    this.#source = source;
    this.#epoch = source.epoch;
    this.#index = new FrameIndex(this.frames);
    this.#limit = limit;
    this.#tree = new CallTree(metrics.length);
  }

  /** The tree so far. It is another one after samples were added. */
  get tree(): CallTree {
    return this.#tree;
  }

  /** Adds a sample. @returns the leaf of its stack, until nodes are dropped. */
  add(sample: Sample): number {
    if (this.#epoch !== this.#source.epoch) this.#forget();
    if (this.#tree.size >= this.#limit) this.#prune();
    const leaf = this.#leafOf(sample);
    const { metrics } = this;
    for (let i = 0; i < metrics.length; i++) {
      this.#tree.add(leaf, i, metrics[i]!.of(sample));
    }
    this.samples++;
    return leaf;
  }

  /** @returns the number of the thread of a sample that was just added; -1 when there are too many. */
  threadOf(sample: Sample): number {
    return this.#paths[sample.threadIndex]!.number;
  }

  #leafOf(sample: Sample): number {
    const path = this.#pathOf(sample);
    const tree = this.#tree;
    const { frameIds, frameCount, isInvalid } = sample;
    const shared = isInvalid ? 0 : sharedFrames(path, sample);
    let node = shared > 0 ? path.nodes[shared - 1]! : path.node;
    if (isInvalid) node = tree.child(node, INVALID);
    path.grow(frameCount);
    for (let i = shared; i < frameCount; i++) {
      const id = frameIds[frameCount - 1 - i]!;
      node = tree.child(node, this.#keyOf(id));
      path.ids[i] = id;
      path.nodes[i] = node;
    }
    path.count = isInvalid ? 0 : frameCount;
    return sample.isCollecting ? tree.child(node, GC) : node;
  }

  #pathOf(sample: Sample): ThreadPath {
    const known = this.#paths[sample.threadIndex];
    if (known !== undefined && known.isOf(sample)) return known;
    const { pid, iid, tid, threadName } = sample;
    const identity = { pid, iid, tid, threadName };
    const process = this.#tree.child(ROOT, this.#processKeyOf(pid));
    const key = this.#threadKeyOf(identity);
    const node = this.#tree.child(process, key);
    const number = kindOf(key) === NodeKind.thread ? numberOf(key) : -1;
    const path = new ThreadPath(identity, number, node);
    this.#paths[sample.threadIndex] = path;
    return path;
  }

  #processKeyOf(pid: number): number {
    const known = this.#processKeys.get(pid);
    if (known !== undefined) return known;
    if (this.processes.length >= MAX_DISTINCT_THREADS) return MERGED;
    const key = keyOf(NodeKind.process, this.processes.push(pid) - 1);
    this.#processKeys.set(pid, key);
    return key;
  }

  #threadKeyOf(identity: ThreadIdentity): number {
    const { pid, iid, tid, threadName } = identity;
    const name = `${pid} ${iid} ${tid} ${threadName}`;
    const known = this.#threadKeys.get(name);
    if (known !== undefined) return known;
    if (this.threads.length >= MAX_DISTINCT_THREADS) return MERGED;
    const key = keyOf(NodeKind.thread, this.threads.push(identity) - 1);
    this.#threadKeys.set(name, key);
    return key;
  }

  #keyOf(id: number): number {
    return this.#keys[id] ??= this.#intern(id);
  }

  #intern(id: number): number {
    const frame = this.#index.idOf(this.#source.get(id));
    return frame < 0 ? MERGED : keyOf(NodeKind.frame, frame);
  }

  /** The producer's ids mean something else from now on. */
  #forget(): void {
    this.#epoch = this.#source.epoch;
    this.#keys = [];
    this.#paths = [];
  }

  /** At most half of the nodes are left, with those that the others become part of. */
  #prune(): void {
    const { tree, dropped } = pruneTree(this.#tree, this.#limit >> 2);
    this.#tree = tree;
    this.dropped += dropped;
    this.#paths = [];
  }
}

/** @returns how many frames from the root the sample has in common with the path. */
function sharedFrames(path: ThreadPath, sample: Sample): number {
  const { frameIds, frameCount } = sample;
  const count = Math.min(path.count, frameCount);
  let same = 0;
  while (same < count && path.ids[same] === frameIds[frameCount - 1 - same]) {
    same++;
  }
  return same;
}
