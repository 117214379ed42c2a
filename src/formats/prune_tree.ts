/**
 * Makes a call tree smaller: nodes with little weight become part of one node
 * beside those that stay. Every total above them stays as it was.
 */

import { CallTree, keyOf, Mark, NodeKind, ROOT } from "./call_tree.ts";

const MERGED = keyOf(NodeKind.mark, Mark.merged);

/** A tree that was made smaller. */
export interface PrunedTree {
  readonly tree: CallTree;
  /** Number of nodes that are no longer there. */
  readonly dropped: number;
}

/**
 * Keeps the heaviest nodes.
 *
 * @param limit how many stay at most, beside those that the others become
 *   part of; at least 1.
 */
export function pruneTree(tree: CallTree, limit: number): PrunedTree {
  if (tree.size <= limit) return { tree, dropped: 0 };
  const isKept = heaviest(tree, limit);
  const smaller = new CallTree(tree.metricCount);
  const places = new Int32Array(tree.size);
  let dropped = 0;
  for (let node = ROOT + 1; node < tree.size; node++) {
    const parent = places[tree.parent(node)]!;
    const wasDropped = isKept[tree.parent(node)] === 0;
    const key = isKept[node] === 1 ? tree.key(node) : MERGED;
    places[node] = wasDropped ? parent : smaller.child(parent, key);
    if (isKept[node] === 0 && tree.key(node) !== MERGED) dropped++;
    copyOwn(tree, node, smaller, places[node]!);
  }
  copyOwn(tree, ROOT, smaller, ROOT);
  return { tree: smaller, dropped };
}

function copyOwn(
  tree: CallTree,
  node: number,
  other: CallTree,
  place: number,
): void {
  for (let metric = 0; metric < tree.metricCount; metric++) {
    other.add(place, metric, tree.own(metric, node));
  }
}

/** @returns by node, whether it stays; parents of those that do are among them. */
function heaviest(tree: CallTree, limit: number): Uint8Array {
  const shares = sharesOf(tree);
  const nodes = Uint32Array.from({ length: tree.size }, (_, node) => node);
  // A parent has no smaller share and a smaller number than its children.
  nodes.sort((one, other) => shares[other]! - shares[one]! || one - other);
  const isKept = new Uint8Array(tree.size);
  isKept[ROOT] = 1;
  for (const node of nodes.subarray(0, limit)) isKept[node] = 1;
  return isKept;
}

/** @returns each node's share of the whole, of the metric in which that is largest. */
function sharesOf(tree: CallTree): Float64Array {
  const shares = new Float64Array(tree.size);
  for (let metric = 0; metric < tree.metricCount; metric++) {
    const totals = tree.totals(metric);
    const whole = totals[ROOT]! || 1;
    for (let node = 0; node < tree.size; node++) {
      shares[node] = Math.max(shares[node]!, totals[node]! / whole);
    }
  }
  return shares;
}
