/** What each function, or each line, of a run took. */

import { type CallTree, ROOT } from "./call_tree.ts";
import { Frames } from "./profile.ts";
import type { SampleTree } from "./sample_tree.ts";

/** What a place is. */
export type PlaceKind = "function" | "line";

/** What a place took. */
export interface PlaceSum {
  /** Itself. */
  own: number;
  /** With all that it called; of recursive calls the outermost counts. */
  total: number;
}

/** Sums by place: `<function> (<file>)`, or `<file>:<line> (<function>)`. */
export type PlaceSums = ReadonlyMap<string, Readonly<PlaceSum>>;

/** @returns places that took anything. */
export function sumsByPlace(
  samples: SampleTree,
  metric: number,
  kind: PlaceKind,
): PlaceSums {
  const { tree } = samples;
  const places = placesOf(samples, kind);
  const totals = tree.totals(metric);
  const sums = new Map<string, PlaceSum>();
  for (let node = ROOT + 1; node < tree.size; node++) {
    const place = places.ofNode[node]!;
    if (place < 0 || totals[node] === 0) continue;
    const name = places.names[place]!;
    let sum = sums.get(name);
    if (sum === undefined) sums.set(name, sum = { own: 0, total: 0 });
    sum.own += tree.own(metric, node);
    if (isOutermost(tree, places.ofNode, node)) sum.total += totals[node]!;
  }
  return sums;
}

/** Places, and which of them each node is. */
interface Places {
  readonly names: readonly string[];
  /** -1 for processes and threads. */
  readonly ofNode: Int32Array;
}

function placesOf(samples: SampleTree, kind: PlaceKind): Places {
  const { tree } = samples;
  const frames = new Frames(samples.frames);
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const ofFrame = Array.from({ length: frames.size }, (_, id) => {
    const name = nameOf(frames, id, kind);
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, names.length);
    return names.push(name) - 1;
  });
  const ofNode = new Int32Array(tree.size).fill(-1);
  for (let node = ROOT + 1; node < tree.size; node++) {
    const id = frames.idOf(tree.key(node));
    if (id >= 0) ofNode[node] = ofFrame[id]!;
  }
  return { names, ofNode };
}

function nameOf(frames: Frames, id: number, kind: PlaceKind): string {
  const { file, scope, line } = frames.get(id);
  if (file === "") return scope;
  return kind === "function"
    ? `${scope} (${file})`
    : `${file}:${line} (${scope})`;
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
