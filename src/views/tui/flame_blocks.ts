/** The flame graph: who called whom, as wide as it lasted. */

import type { FoldedTree } from "./folded_tree.ts";
import type { Label } from "./labels.ts";
import type { Ui } from "./ui.ts";

/** One node of the graph. */
export interface Block {
  readonly node: number;
  readonly label: Label;
  readonly total: number;
  /** Columns from `start` up to `end`. */
  readonly start: number;
  readonly end: number;
}

/** Levels that are drawn; a stack may be deeper than anybody scrolls. */
const MAX_LEVELS = 2_000;

/**
 * Lays the graph out. Children stand in the order in which they appeared, so
 * that nothing jumps about while it grows.
 *
 * @param root the node that is as wide as all.
 * @returns the blocks by level, from `root` inward.
 */
export function flameBlocks(
  fold: FoldedTree,
  root: number,
  columns: number,
): Block[][] {
  if (root < 0 || !(fold.total[root]! > 0)) return [];
  const perColumn = fold.total[root]! / columns;
  const levels: Block[][] = [];
  let parents: readonly Span[] = [{ node: root, from: 0 }];
  while (parents.length > 0 && levels.length < MAX_LEVELS) {
    levels.push(parents.map((span) => blockOf(fold, span, perColumn)));
    parents = parents.flatMap((span) => childSpans(fold, span))
      .filter((span) => widthOf(fold, span, perColumn) > 0);
  }
  return levels;
}

/** A node, and how much there is to the left of it. */
interface Span {
  readonly node: number;
  readonly from: number;
}

function childSpans(fold: FoldedTree, { node, from }: Span): Span[] {
  let at = from;
  return fold.children(node).map((child) => {
    const span = { node: child, from: at };
    at += fold.total[child]!;
    return span;
  });
}

function widthOf(fold: FoldedTree, span: Span, perColumn: number): number {
  const [start, end] = edgesOf(fold, span, perColumn);
  return end - start;
}

/** Both edges are rounded the same way, so blocks neither overlap nor leave gaps. */
function edgesOf(
  fold: FoldedTree,
  { node, from }: Span,
  perColumn: number,
): readonly [number, number] {
  const until = from + fold.total[node]!;
  return [Math.round(from / perColumn), Math.round(until / perColumn)];
}

function blockOf(fold: FoldedTree, span: Span, perColumn: number): Block {
  const { node } = span;
  const [start, end] = edgesOf(fold, span, perColumn);
  const label = fold.labelOf(node);
  return { node, label, total: fold.total[node]!, start, end };
}

/** Ways to go from a block. */
export type Direction = "up" | "down" | "previous" | "next";

/** @returns the block that lies in that direction from a node; the node itself where there is none. */
export function neighbour(
  levels: readonly (readonly Block[])[],
  fold: FoldedTree,
  node: number,
  direction: Direction,
): number {
  const level = levels.findIndex((blocks) =>
    blocks.some((block) => block.node === node)
  );
  if (level < 0) return levels[0]?.[0]?.node ?? node;
  const blocks = levels[level]!;
  const index = blocks.findIndex((block) => block.node === node);
  const found = {
    up: () => levels[level - 1]?.find((b) => b.node === fold.parent(node)),
    down: () => widest(levels[level + 1] ?? [], fold, node),
    previous: () => blocks[index - 1],
    next: () => blocks[index + 1],
  }[direction]();
  return found?.node ?? node;
}

function widest(
  blocks: readonly Block[],
  fold: FoldedTree,
  parent: number,
): Block | undefined {
  return blocks.filter(({ node }) => fold.parent(node) === parent)
    .sort((one, other) => other.total - one.total)[0];
}

/** @returns the node that the graph begins with: where the user zoomed in, or the thread's. */
export function flameRoot(fold: FoldedTree, ui: Ui): number {
  return ui.zoom ?? fold.rootOf(ui.thread);
}
