// Hot path: `child` is called for the frames in which a stack differs from the last one.
/**
 * Stacks added up: a tree whose paths are the stacks that were seen, with how
 * much of each metric every node has of its own.
 *
 * Nodes are numbers. The root is 0, and a node's number is above that of its
 * parent, so that one pass down the numbers adds up totals. What a node stands
 * for is its key: a kind and a number of that kind. `sample_tree.ts` builds
 * trees of processes, threads and frames.
 */

/** What a node is. */
export const NodeKind = {
  /** A frame, by its id in the tree's table. */
  frame: 0,
  /** A process, by its place in a list. */
  process: 1,
  /** A thread, by its place in a list. */
  thread: 2,
  /** Something that is no frame but stands where one would; see `Mark`. */
  mark: 3,
} as const;

/** What stands in a stack without being a frame. */
export const Mark = {
  /** Garbage is collected; the leaf. */
  gc: 0,
  /** Frames nearer to the root are missing. */
  invalid: 1,
  /** Many nodes with little weight, put together. */
  merged: 2,
} as const;

/** The root's number. */
export const ROOT = 0;

const KINDS = 4;

/** @param number of that kind, below 2^26. */
export function keyOf(kind: number, number: number): number {
  return number * KINDS + kind;
}

/** @returns one of `NodeKind`. */
export function kindOf(key: number): number {
  return key % KINDS;
}

/** @returns the number that `keyOf` was given. */
export function numberOf(key: number): number {
  return Math.floor(key / KINDS);
}

const INITIAL_CAPACITY = 1024;

/** Keys are below this, which leaves 2^25 nodes for a place to be exact. */
const KEY_SPAN = 2 ** 28;

/** A tree of stacks. */
export class CallTree {
  /** How many metrics each node has. */
  readonly metricCount: number;
  #size = 1;
  #parents = new Int32Array(INITIAL_CAPACITY);
  #keys = new Float64Array(INITIAL_CAPACITY);
  /** By metric. */
  readonly #own: Float64Array<ArrayBuffer>[];
  /** By parent and key. */
  readonly #children = new Map<number, number>();

  constructor(metricCount: number) {
    this.metricCount = metricCount;
    this.#own = Array.from(
      { length: metricCount },
      () => new Float64Array(INITIAL_CAPACITY),
    );
    this.#parents[ROOT] = -1;
    this.#keys[ROOT] = -1;
  }

  /** Number of nodes; all of them are below it. */
  get size(): number {
    return this.#size;
  }

  /** @returns the node's parent; -1 for the root. */
  parent(node: number): number {
    return this.#parents[node]!;
  }

  /** @returns what the node stands for, as `keyOf` made it; -1 for the root. */
  key(node: number): number {
    return this.#keys[node]!;
  }

  /** @returns how much the node has that its children have not. */
  own(metric: number, node: number): number {
    return this.#own[metric]![node]!;
  }

  /** @returns the child of a node with that key, which is added when there is none. */
  child(parent: number, key: number): number {
    const place = parent * KEY_SPAN + key;
    const known = this.#children.get(place);
    if (known !== undefined) return known;
    const node = this.#size++;
    if (node === this.#parents.length) this.#grow();
    this.#parents[node] = parent;
    this.#keys[node] = key;
    this.#children.set(place, node);
    return node;
  }

  /** @returns the child of a node with that key; -1 when there is none. */
  find(parent: number, key: number): number {
    return this.#children.get(parent * KEY_SPAN + key) ?? -1;
  }

  /** Adds to what a node has of its own. */
  add(node: number, metric: number, weight: number): void {
    this.#own[metric]![node]! += weight;
  }

  /** @returns how much each node has of its own, by node; it does not change with the tree. */
  owns(metric: number): Float64Array<ArrayBuffer> {
    return this.#own[metric]!.slice(0, this.#size);
  }

  /** @returns how much each node has together with all below it, by node. */
  totals(metric: number): Float64Array<ArrayBuffer> {
    const totals = this.#own[metric]!.slice(0, this.#size);
    for (let node = this.#size - 1; node > ROOT; node--) {
      totals[this.#parents[node]!]! += totals[node]!;
    }
    return totals;
  }

  #grow(): void {
    const capacity = 2 * this.#parents.length;
    this.#parents = grown(this.#parents, new Int32Array(capacity));
    this.#keys = grown(this.#keys, new Float64Array(capacity));
    this.#own.forEach((own, metric) => {
      this.#own[metric] = grown(own, new Float64Array(capacity));
    });
  }
}

function grown<Column extends Int32Array | Float64Array>(
  old: Column,
  column: Column,
): Column {
  column.set(old);
  return column;
}
