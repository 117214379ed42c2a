/** What tables are made of, whichever view they are in. */

import type { Label } from "./labels.ts";
import type { Sort, Ui } from "./ui.ts";

/** A row of a table. */
export interface Row {
  /** By which it is found again at the next refresh. */
  readonly key: number;
  /** Of the metric; null where it is not known. */
  readonly own: number | null;
  readonly total: number | null;
  readonly label: Label;
  /** 0 where there is none. */
  readonly line: number;
  /** What is drawn before the name: branches of a tree. */
  readonly guide: string;
  /** Whether it is of a stack that was seen at the last moment. */
  readonly isLast: boolean;
  /** Said behind the name. */
  readonly note: string;
}

/** No table is longer: nobody reads on. */
export const MAX_ROWS = 20_000;

/** @returns whether a label is among those that the filter lets through. */
export function filterOf(
  { filter }: Pick<Ui, "filter">,
): (label: Label) => boolean {
  const wanted = filter.toLowerCase();
  return ({ name, file }) =>
    name.toLowerCase().includes(wanted) || file.toLowerCase().includes(wanted);
}

/** What rows are compared by. */
export interface Sortable {
  readonly own: number | null;
  readonly total: number | null;
  readonly label: Label;
}

const COMPARE: Readonly<Record<Sort, (a: Sortable, b: Sortable) => number>> = {
  own: (a, b) => (b.own ?? 0) - (a.own ?? 0) || (b.total ?? 0) - (a.total ?? 0),
  total: (a, b) =>
    (b.total ?? 0) - (a.total ?? 0) || (b.own ?? 0) - (a.own ?? 0),
  function: (a, b) => compareTexts(a.label.name, b.label.name),
  file: (a, b) =>
    compareTexts(a.label.file, b.label.file) || a.label.line - b.label.line,
};

/** @returns the order of a view's rows that the user wants; equal ones stay as they are. */
export function orderOf(
  { sorts, isReversed }: Ui,
  view: keyof Ui["sorts"],
): (a: Sortable, b: Sortable) => number {
  const compare = COMPARE[sorts[view]];
  return isReversed ? (a, b) => compare(b, a) : compare;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
