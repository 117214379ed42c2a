/** The functions, or lines, in which the most was spent, wherever they were called from. */

import type { FoldedTree } from "./folded_tree.ts";
import { filterOf, MAX_ROWS, orderOf, type Row } from "./rows.ts";
import { THRESHOLDS, type Ui } from "./ui.ts";

/** Sums by label. */
interface Tally {
  readonly own: Float64Array;
  readonly total: Float64Array;
  /** The line with most weight of its own, or below it where there is none. */
  readonly line: Int32Array;
}

/** @param lastLabels labels that threads are in at the last moment. */
export function topRows(
  fold: FoldedTree,
  ui: Ui,
  lastLabels: ReadonlySet<number>,
): Row[] {
  const whole = fold.total[fold.rootOf(ui.thread)] ?? 0;
  const least = THRESHOLDS[ui.threshold]! * whole;
  const { own, total, line } = tallyOf(fold, ui.thread);
  const isWanted = filterOf(ui);
  const rows: Row[] = [];
  for (let key = 0; key < total.length; key++) {
    const label = fold.labels.get(key);
    if (label.kind === "thread" || label.kind === "process") continue;
    const isShown = total[key]! > 0 && total[key]! >= least && isWanted(label);
    if (!isShown) continue;
    const weights = { own: own[key]!, total: total[key]!, line: line[key]! };
    const isLast = lastLabels.has(key);
    rows.push({ key, ...weights, label, guide: "", isLast, note: "" });
  }
  return rows.sort(orderOf(ui, "top")).slice(0, MAX_ROWS);
}

function tallyOf(fold: FoldedTree, thread: number | null): Tally {
  const count = fold.labels.size;
  const own = new Float64Array(count);
  const total = new Float64Array(count);
  const line = new Int32Array(count);
  const heaviest = new Float64Array(count);
  for (let node = 1; node < fold.size; node++) {
    if (thread !== null && fold.thread(node) !== thread) continue;
    const label = fold.label(node);
    const nodeOwn = fold.own[node]!;
    own[label]! += nodeOwn;
    if (!fold.isRecursive(node)) total[label]! += fold.total[node]!;
    // Any weight of its own counts more than what is only below.
    const weight = nodeOwn > 0 ? 1 + nodeOwn : fold.total[node]! * 1e-18;
    if (weight < heaviest[label]!) continue;
    heaviest[label] = weight;
    line[label] = fold.line[node]!;
  }
  return { own, total, line };
}
