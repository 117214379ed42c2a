/** Searching in a flame graph, by a part of a name or a file, or `/an expression/`. */

import type { ViewNode } from "../formats/flame_graph/view_tree.ts";

/** Whether a frame is one that is searched for. */
export type Match = (node: ViewNode) => boolean;

/** @returns null when there is nothing to search for. */
export function matchOf(term: string): Match | null {
  const wanted = term.trim();
  if (wanted === "") return null;
  const expression = expressionOf(wanted);
  if (expression !== null) {
    return ({ name, file }) => expression.test(name) || expression.test(file);
  }
  const part = wanted.toLowerCase();
  return ({ name, file }) =>
    name.toLowerCase().includes(part) || file.toLowerCase().includes(part);
}

/** @returns null for what is no expression, or none that works (yet). */
function expressionOf(term: string): RegExp | null {
  const [, source] = /^\/(.+)\/$/.exec(term) ?? [];
  if (source === undefined) return null;
  try {
    return new RegExp(source, "i");
  } catch {
    return null;
  }
}

/** @returns how much of the metric is in frames that match; a match within a match counts once. */
export function matchedValue(root: ViewNode, isMatch: Match): number {
  let sum = 0;
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.kind !== "all" && isMatch(node)) sum += node.value;
    else stack.push(...node.children);
  }
  return sum;
}
