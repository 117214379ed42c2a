/**
 * A call tree by functions, or by lines: nodes that differ only in what is not
 * shown become one. It is kept up with the profile, not made anew.
 */

import {
  CallTree,
  keyOf,
  kindOf,
  NodeKind,
  numberOf,
  ROOT,
} from "../../formats/call_tree.ts";
import { type Label, Labels } from "./labels.ts";
import type { Sums } from "./snapshot.ts";

/** No thread: above all of them. */
const NO_THREAD = -1;

/** What the root stands for. */
const ALL: Label = { kind: "process", name: "all threads", file: "", line: 0 };

/** A tree whose nodes are labels. */
export class FoldedTree {
  readonly labels: Labels;
  /** By node: what it has of its own, and with all below it. */
  own: Float64Array = new Float64Array(1);
  total: Float64Array = new Float64Array(1);
  /** By node: the line with most weight, 0 where there is none. */
  line: Int32Array = new Int32Array(1);
  /** Changes whenever nodes lose their meaning. */
  generation = 0;
  #source: CallTree | null = null;
  #hasProcesses = false;
  #tree = new CallTree(0);
  /** The node here of each node there. */
  #places: number[] = [ROOT];
  /** The number of each key's label. */
  readonly #labelsOfKeys = new Map<number, number>();
  #threads: number[] = [NO_THREAD];
  #recursive: boolean[] = [false];
  #children: number[][] = [[]];
  #threadPlaces = new Map<number, number>();

  /** @param isByLine whether lines, not functions, are told apart. */
  constructor(isByLine: boolean) {
    this.labels = new Labels(isByLine);
  }

  /** Number of nodes; all of them are below it. */
  get size(): number {
    return this.#tree.size;
  }

  /** @returns the node's parent; -1 for the root. */
  parent(node: number): number {
    return this.#tree.parent(node);
  }

  /** @returns the number of the node's label. */
  label(node: number): number {
    return numberOf(this.#tree.key(node));
  }

  /** @returns what the node stands for. */
  labelOf(node: number): Label {
    return node === ROOT ? ALL : this.labels.get(this.label(node));
  }

  /** @returns the node's children, in the order in which they appeared. */
  children(node: number): readonly number[] {
    return this.#children[node]!;
  }

  /** @returns the child with that label; -1 when there is none. */
  find(node: number, label: number): number {
    return this.#tree.find(node, keyOf(NodeKind.frame, label));
  }

  /** @returns the number of the thread that the node belongs to; -1 above threads. */
  thread(node: number): number {
    return this.#threads[node]!;
  }

  /** Whether an ancestor has the same label, whose total has the node's in it. */
  isRecursive(node: number): boolean {
    return this.#recursive[node]!;
  }

  /** @param thread its number, or null for all. @returns the node above its stacks; -1 when there is none. */
  rootOf(thread: number | null): number {
    return thread === null ? ROOT : this.#threadPlaces.get(thread) ?? -1;
  }

  /** Takes over the weights of a profile at some moment. @param metric its number. */
  update(sums: Sums, metric: number): void {
    const hasProcesses = sums.samples.processes.length > 1;
    const isOther = sums.tree !== this.#source ||
      hasProcesses !== this.#hasProcesses;
    if (isOther) this.#begin(sums.tree, hasProcesses);
    for (let node = this.#places.length; node < sums.size; node++) {
      this.#places.push(this.#placeOf(sums, node));
    }
    this.#weigh(sums, metric);
  }

  #begin(source: CallTree, hasProcesses: boolean): void {
    this.generation++;
    this.#source = source;
    this.#hasProcesses = hasProcesses;
    this.#tree = new CallTree(0);
    this.#places = [ROOT];
    this.#labelsOfKeys.clear();
    this.#threads = [NO_THREAD];
    this.#recursive = [false];
    this.#children = [[]];
    this.#threadPlaces = new Map();
  }

  #placeOf({ tree, samples }: Sums, node: number): number {
    const key = tree.key(node);
    const parent = this.#places[tree.parent(node)]!;
    // One process goes without saying.
    if (kindOf(key) === NodeKind.process && !this.#hasProcesses) return parent;
    let label = this.#labelsOfKeys.get(key);
    if (label === undefined) {
      label = this.labels.ofKey(key, samples);
      this.#labelsOfKeys.set(key, label);
    }
    const place = this.#tree.child(parent, keyOf(NodeKind.frame, label));
    if (place === this.#children.length) this.#describe(place, key);
    return place;
  }

  /** Notes what there is to know of a node that is new. */
  #describe(place: number, key: number): void {
    const parent = this.parent(place);
    this.#children[parent]!.push(place);
    this.#children.push([]);
    this.#recursive.push(this.#hasAncestorLike(place));
    const isThread = kindOf(key) === NodeKind.thread;
    const thread = isThread ? numberOf(key) : this.#threads[parent]!;
    this.#threads.push(thread);
    if (isThread) this.#threadPlaces.set(thread, place);
  }

  #hasAncestorLike(place: number): boolean {
    const key = this.#tree.key(place);
    let node = this.parent(place);
    while (node > ROOT && this.#tree.key(node) !== key) {
      node = this.parent(node);
    }
    return node > ROOT;
  }

  #weigh({ size, own, tree, samples }: Sums, metric: number): void {
    const weights = own[metric]!;
    const totals = totalsOf(tree, weights);
    const heaviest = new Float64Array(this.size);
    this.own = new Float64Array(this.size);
    this.line = new Int32Array(this.size);
    for (let node = ROOT + 1; node < size; node++) {
      const place = this.#places[node]!;
      this.own[place]! += weights[node]!;
      if (totals[node]! < heaviest[place]!) continue;
      const key = tree.key(node);
      if (kindOf(key) !== NodeKind.frame) continue;
      heaviest[place] = totals[node]!;
      this.line[place] = samples.frames.get(numberOf(key)).line;
    }
    this.total = totalsOf(this.#tree, this.own);
  }
}

/** @returns what nodes have together with all below them. */
function totalsOf(tree: CallTree, own: Float64Array): Float64Array {
  const totals = own.slice();
  for (let node = own.length - 1; node > ROOT; node--) {
    totals[tree.parent(node)]! += totals[node]!;
  }
  return totals;
}
