/** What each function, or each line, of a run took. */

import type { Frame } from "../events/frame_table.ts";
import { type CallTree, kindOf, NodeKind, ROOT } from "./call_tree.ts";
import { Frames } from "./profile.ts";
import type { SampleTree } from "./sample_tree.ts";

/** Says which place a frame is at; frames with equal words are at one. */
export type PlaceOf = (frame: Frame) => string;

/** What a place took. */
export interface PlaceSum {
  /** Itself. */
  own: number;
  /** With all that it called; of recursive calls the outermost counts. */
  total: number;
}

/** Sums by place. */
export type PlaceSums = ReadonlyMap<string, Readonly<PlaceSum>>;

/** @returns places that took anything. */
export function sumsByPlace(
  samples: SampleTree,
  metric: number,
  placeOf: PlaceOf,
): PlaceSums {
  const { tree } = samples;
  const places = placesOf(samples, placeOf);
  const totals = tree.totals(metric);
  const sums = new Map<string, PlaceSum>();
  for (let node = ROOT + 1; node < tree.size; node++) {
    const place = places.ofNode[node]!;
    const isThread = kindOf(tree.key(node)) === NodeKind.thread;
    const took = isThread ? tree.own(metric, node) : totals[node]!;
    if (place < 0 || took === 0) continue;
    const name = places.names[place]!;
    let sum = sums.get(name);
    if (sum === undefined) sums.set(name, sum = { own: 0, total: 0 });
    sum.own += tree.own(metric, node);
    if (isOutermost(tree, places.ofNode, node)) sum.total += took;
  }
  return sums;
}

/** Places, and which of them each node is. */
interface Places {
  readonly names: readonly string[];
  /** A thread's own is that of stacks without frames; -1 for processes. */
  readonly ofNode: Int32Array;
}

function placesOf(samples: SampleTree, placeOf: PlaceOf): Places {
  const { tree } = samples;
  const frames = new Frames(samples.frames);
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const ofFrame = Array.from({ length: frames.size }, (_, id) => {
    const name = placeOf(frames.get(id));
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, names.length);
    return names.push(name) - 1;
  });
  const ofNode = new Int32Array(tree.size).fill(-1);
  for (let node = ROOT + 1; node < tree.size; node++) {
    const key = tree.key(node);
    const isThread = kindOf(key) === NodeKind.thread;
    const id = isThread ? frames.none : frames.idOf(key);
    if (id >= 0) ofNode[node] = ofFrame[id]!;
  }
  return { names, ofNode };
}

function isOutermost(
  tree: CallTree,
  places: Int32Array,
  node: number,
): boolean {
  const place = places[node]!;
  for (let at = tree.parent(node); at !== ROOT; at = tree.parent(at)) {
    if (places[at] === place) return false;
  }
  return true;
}
