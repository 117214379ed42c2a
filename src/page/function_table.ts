/**
 * The functions of a flame graph: what each took of its own, and with all that
 * it called.
 */

import type { ViewNode } from "../formats/flame_graph/view_tree.ts";

/** A function, or a line where the graph is by line. */
export interface FunctionRow {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  own: number;
  total: number;
}

/** A node that is entered, or left. */
type Step = readonly [node: ViewNode, isExit: boolean];

/** @returns a row for each function; in a recursion only the outermost call counts for the total. */
export function functionRows(root: ViewNode): FunctionRow[] {
  const rows = new Map<string, FunctionRow>();
  const active = new Map<string, number>();
  const stack: Step[] = [[root, false]];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const [node, isExit] = step;
    const depth = active.get(node.id) ?? 0;
    if (isExit) {
      active.set(node.id, depth - 1);
      continue;
    }
    active.set(node.id, depth + 1);
    stack.push([node, true]);
    if (node.kind === "frame") count(rows, node, depth === 0);
    for (const child of node.children) stack.push([child, false]);
  }
  return [...rows.values()];
}

function count(
  rows: Map<string, FunctionRow>,
  { id, name, file, line, own, value }: ViewNode,
  isOutermost: boolean,
): void {
  let row = rows.get(id);
  if (row === undefined) {
    row = { name, file, line, own: 0, total: 0 };
    rows.set(id, row);
  }
  row.own += own;
  if (isOutermost) row.total += value;
}
