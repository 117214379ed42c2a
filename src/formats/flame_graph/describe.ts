/** What is said of a frame where there is room for it. */

import { formatAmount, formatShare } from "./amount.ts";
import { changeOf } from "./color.ts";
import type { DocumentMetric } from "./document.ts";
import type { ViewNode } from "./view_tree.ts";

/** What the frame is part of. */
export interface Whole {
  readonly root: ViewNode;
  readonly metric: DocumentMetric;
  /** Whether two runs are compared. */
  readonly isCompared: boolean;
}

/** @returns where the frame is, or an empty text. */
export function placeOf({ file, line }: ViewNode): string {
  return line === 0 ? file : `${file}:${line}`;
}

/** @returns what it took: `1.23 s · 12.00 % of all · 300 ms own`. */
export function amountsOf(
  node: ViewNode,
  { root, metric: { unit }, isCompared }: Whole,
): string {
  const parts = [
    formatAmount(node.value, unit),
    `${formatShare(node.value, root.value)} of all`,
    `${formatAmount(node.own, unit)} own`,
  ];
  if (isCompared) {
    const points = 100 * changeOf(node, root);
    const sign = points > 0 ? "+" : points < 0 ? "−" : "±";
    parts.push(
      `${sign}${Math.abs(points).toFixed(2)} points since the base (${
        formatAmount(node.base, unit)
      })`,
    );
  }
  return parts.join(" · ");
}

/** @returns all that there is to say, in lines. */
export function describe(node: ViewNode, whole: Whole): string {
  const place = placeOf(node);
  const lines = [node.name, ...place === "" ? [] : [place]];
  return [...lines, amountsOf(node, whole)].join("\n");
}
