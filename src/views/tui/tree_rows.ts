/** The call tree: every way in which functions were called, the heaviest first. */

import type { FoldedTree } from "./folded_tree.ts";
import { filterOf, MAX_ROWS, orderOf, type Row } from "./rows.ts";
import { THRESHOLDS, type Ui } from "./ui.ts";

/** A node that is to be shown. */
interface Branch {
  readonly node: number;
  /** Drawn before its row. */
  readonly guide: string;
  /** Drawn before the rows below it. */
  readonly indent: string;
}

/** @param lastNodes nodes that the last stacks went through. */
export function treeRows(
  fold: FoldedTree,
  ui: Ui,
  lastNodes: ReadonlySet<number>,
): Row[] {
  const root = fold.rootOf(ui.thread);
  if (root < 0) return [];
  const least = THRESHOLDS[ui.threshold]! * fold.total[root]!;
  const isShown = shownNodes(fold, ui);
  const childrenOf = (node: number) =>
    sortedChildren(fold, ui, node)
      .filter((child) =>
        isShown(child) && fold.total[child]! > 0 && fold.total[child]! >= least
      );
  const rows: Row[] = [];
  const waiting = branches(childrenOf(root), "");
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (rows.length >= MAX_ROWS) break;
    const children = childrenOf(next.node);
    const isClosed = ui.closed.has(next.node);
    rows.push(rowOf(fold, next, children.length > 0, isClosed, lastNodes));
    // Not by spreading: a node may have any number of children.
    if (!isClosed) {
      for (const one of branches(children, next.indent)) waiting.push(one);
    }
  }
  return rows;
}

function rowOf(
  fold: FoldedTree,
  { node, guide }: Branch,
  hasChildren: boolean,
  isClosed: boolean,
  lastNodes: ReadonlySet<number>,
): Row {
  const mark = !hasChildren ? "·" : isClosed ? "▸" : "▾";
  const label = fold.labelOf(node);
  return {
    key: node,
    own: fold.own[node]!,
    total: fold.total[node]!,
    label,
    line: fold.line[node]!,
    guide: `${guide}${mark} `,
    isLast: lastNodes.has(node),
    note: "",
  };
}

/**
 * Only where there is a choice rows are moved in, so that deep stacks stay in
 * sight: an only child stands right below its parent.
 *
 * @returns the nodes, so that the first is taken first from the end.
 */
function branches(nodes: readonly number[], indent: string): Branch[] {
  if (nodes.length === 1) return [{ node: nodes[0]!, guide: indent, indent }];
  return nodes.map((node, i) => {
    const isLastChild = i === nodes.length - 1;
    return {
      node,
      guide: `${indent}${isLastChild ? "└" : "├"}`,
      indent: `${indent}${isLastChild ? " " : "│"}`,
    };
  }).reverse();
}

function sortedChildren(fold: FoldedTree, ui: Ui, node: number): number[] {
  const order = orderOf(ui, "tree");
  const sortable = fold.children(node).map((node) => ({
    node,
    own: fold.own[node]!,
    total: fold.total[node]!,
    label: fold.labelOf(node),
  }));
  return sortable.sort(order).map(({ node }) => node);
}

/** @returns whether a node has to do with what the filter lets through: it, one above it or one below it. */
function shownNodes(fold: FoldedTree, ui: Ui): (node: number) => boolean {
  if (ui.filter === "") return () => true;
  const passes = filterOf(ui);
  const isMeant = Array.from(
    { length: fold.labels.size },
    (_, number) => passes(fold.labels.get(number)),
  );
  const above = new Uint8Array(fold.size);
  const below = new Uint8Array(fold.size);
  for (let node = 1; node < fold.size; node++) {
    const isSelf = isMeant[fold.label(node)]!;
    above[node] = isSelf || above[fold.parent(node)] === 1 ? 1 : 0;
  }
  for (let node = fold.size - 1; node > 0; node--) {
    if (above[node] === 1) below[node] = 1;
    if (below[node] === 1) below[fold.parent(node)] = 1;
  }
  return (node) => above[node] === 1 || below[node] === 1;
}
