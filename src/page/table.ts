/** The functions as a table, the most expensive first. */

import { formatAmount, formatShare } from "../formats/flame_graph/amount.ts";
import { colorOf, type Palette } from "../formats/flame_graph/color.ts";
import type { Whole } from "../formats/flame_graph/describe.ts";
import { element } from "./dom.ts";
import { type FunctionRow, functionRows } from "./function_table.ts";
import type { Match } from "./search.ts";

const MOST_ROWS = 200;

/** What a table shows. */
export interface TableContent {
  readonly whole: Whole;
  readonly order: "own" | "total";
  readonly isMatch: Match | null;
  readonly palette: Palette;
  readonly onOrder: (order: "own" | "total") => void;
  readonly onRow: (row: FunctionRow) => void;
}

/** @returns the table. */
export function functionTable(content: TableContent): HTMLElement {
  const { whole: { root }, order, isMatch } = content;
  const all = functionRows(root).filter((row) =>
    isMatch === null || isMatch({ ...root, ...row })
  );
  all.sort((one, other) => other[order] - one[order] || byName(one, other));
  const rows = all.slice(0, MOST_ROWS).map((row) => rowOf(row, content));
  const note = all.length > MOST_ROWS
    ? `The first ${MOST_ROWS} of ${all.length}; search for the others`
    : all.length === 0
    ? "No function"
    : "";
  const body = element("tbody", {}, ...rows);
  const table = element("table", {}, headOf(content), body);
  return element("div", {}, table, element("p", { class: "note" }, note));
}

function byName(one: FunctionRow, other: FunctionRow): number {
  return one.name < other.name ? -1 : 1;
}

function headOf({ order, onOrder }: TableContent): HTMLElement {
  const sortable = (name: "own" | "total", label: string) =>
    element(
      "th",
      { colspan: "2", "aria-sort": name === order ? "descending" : "none" },
      element(
        "button",
        { type: "button", name, click: () => onOrder(name) },
        label,
      ),
    );
  return element(
    "thead",
    {},
    element(
      "tr",
      {},
      sortable("own", "Own"),
      sortable("total", "Total"),
      element("th", {}, "Function"),
      element("th", {}, "File"),
    ),
  );
}

function rowOf(row: FunctionRow, content: TableContent): HTMLElement {
  const { whole: { root, metric: { unit } }, palette, onRow } = content;
  const amount = (value: number) => {
    const share = formatShare(value, root.value);
    const bar = element("td", { class: "share" }, share);
    bar.style.setProperty("--share", `${100 * value / (root.value || 1)}%`);
    bar.style.setProperty(
      "--fill",
      colorOf({ ...root, ...row, kind: "frame" }, {
        ...palette,
        compared: null,
      }),
    );
    return [element("td", {}, formatAmount(value, unit)), bar];
  };
  const { file, line } = row;
  const link = element(
    "button",
    { type: "button", class: "link", click: () => onRow(row) },
    row.name,
  );
  return element(
    "tr",
    {},
    ...amount(row.own),
    ...amount(row.total),
    element("td", { class: "function" }, link),
    element("td", { class: "file" }, line === 0 ? file : `${file}:${line}`),
  );
}
