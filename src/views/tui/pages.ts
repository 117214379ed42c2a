/** What is between the header and the footer, for each view. */

import type { Metric } from "../../formats/metric.ts";
import { fitted } from "./cell_text.ts";
import { drawFlame } from "./draw_flame.ts";
import { drawHelp, HELP_LINES } from "./draw_help.ts";
import { type Area, drawTable } from "./draw_table.ts";
import { type Block, flameBlocks, flameRoot } from "./flame_blocks.ts";
import type { FoldedTree } from "./folded_tree.ts";
import type { Grid } from "./grid.ts";
import { filterOf, type Row } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Snapshot } from "./snapshot.ts";
import { type PlacedStack, placeStacks, stackRows } from "./stack_rows.ts";
import type { ColourDepth } from "./style.ts";
import { THEME } from "./theme.ts";
import { topRows } from "./top_rows.ts";
import { treeRows } from "./tree_rows.ts";
import type { Ui } from "./ui.ts";

/** What a page is drawn from, and where. */
export interface Page {
  readonly grid: Grid;
  readonly area: Area;
  readonly snapshot: Snapshot;
  readonly session: Session;
  readonly ui: Ui;
  /** Up to date with the snapshot. */
  readonly fold: FoldedTree;
  readonly depth: ColourDepth;
}

/** What keys need to know of what is on the screen. */
export interface Content {
  /** Of a table. */
  readonly rows: readonly Row[];
  /** Of the flame graph. */
  readonly levels: readonly (readonly Block[])[];
  /** Of a text. */
  readonly lineCount: number;
  /** Rows that are shown at a time. */
  readonly pageSize: number;
  readonly fold: FoldedTree;
  readonly threadCount: number;
  readonly metricCount: number;
}

/** What a page made of the choices: such as they can be. */
export interface Shown {
  readonly content: Content;
  readonly ui: Ui;
}

/** Before there are samples. */
export function showNothing(page: Page): Shown {
  const { grid, area, session, ui } = page;
  grid.put(area.top + 1, 1, waitingText(session), THEME.note);
  return { content: contentOf(page, {}), ui };
}

function waitingText({ phase, isLive }: Session): string {
  if (phase === "ended") return "There are no samples.";
  if (!isLive) return "Reading…";
  return phase === "waiting"
    ? "Waiting for a Python to sample…"
    : "Nothing was on a CPU yet, or took memory.";
}

/** The keys. */
export function showHelp(page: Page): Shown {
  const { grid, area, ui } = page;
  const pageSize = area.bottom - area.top;
  const scroll = Math.min(ui.scroll, Math.max(HELP_LINES - pageSize, 0));
  drawHelp(grid, area, scroll);
  const content = contentOf(page, { lineCount: HELP_LINES, pageSize });
  return { content, ui: { ...ui, scroll } };
}

/** What the command wrote to standard error. */
export function showOutput(page: Page): Shown {
  const { grid, area, ui, session } = page;
  const { output, outputCount, outputNote } = session;
  const lost = outputCount - output.length;
  const more = lost > 0 ? ` The first ${lost} lines are not kept.` : "";
  grid.put(
    area.top,
    1,
    fitted(outputNote + more, grid.columns - 2),
    THEME.note,
  );
  const content = contentOf(page, { lineCount: output.length });
  const most = Math.max(output.length - content.pageSize, 0);
  const scroll = Math.min(ui.scroll, most);
  output.slice(scroll, scroll + content.pageSize).forEach((line, i) => {
    grid.put(area.top + 1 + i, 0, fitted(line, grid.columns));
  });
  return { content, ui: { ...ui, scroll } };
}

/** The flame graph. */
export function showFlame(page: Page): Shown {
  const { grid, area, ui, fold, depth } = page;
  const root = flameRoot(fold, ui);
  const levels = flameBlocks(fold, root, grid.columns);
  const content = contentOf(page, { levels });
  const chosen = ui.selected.key ?? root;
  const level = levels.findIndex((blocks) =>
    blocks.some(({ node }) => node === chosen)
  );
  const settled = inSight(ui, Math.max(level, 0), levels.length, content);
  const passes = filterOf(ui);
  drawFlame(grid, area, {
    levels,
    ...measureOf(page),
    selected: level < 0 ? root : chosen,
    scroll: settled.scroll,
    isMatch: ui.filter === "" ? null : ({ label }) => passes(label),
    depth,
  });
  return { content, ui: settled };
}

/** Rows with weights. */
export function showTable(page: Page, view: "top" | "stack" | "tree"): Shown {
  const { grid, area, ui } = page;
  const rows = rowsOf(page, view);
  const content = contentOf(page, { rows });
  const settled = settle(ui, rows, content);
  drawTable(grid, area, {
    rows,
    ...measureOf(page),
    sort: view === "stack" ? null : ui.sorts[view],
    selected: settled.selected.index,
    scroll: settled.scroll,
  });
  return { content, ui: settled };
}

function rowsOf(
  { ui, fold, snapshot, session }: Page,
  view: "top" | "stack" | "tree",
): Row[] {
  const stacks = placeStacks(fold, snapshot, ui.thread);
  if (view === "stack") return stackRows(fold, stacks, ui, session.threadNames);
  const nodes = recentNodes(stacks);
  if (view === "tree") return treeRows(fold, ui, new Set(nodes.flat()));
  const leaves = nodes.flatMap((nodes) => nodes.slice(-1));
  return topRows(fold, ui, new Set(leaves.map((node) => fold.label(node))));
}

/** @returns the nodes that each thread was in at the last moment, from its root. */
function recentNodes(stacks: readonly PlacedStack[]): number[][] {
  return stacks.filter(({ stack }) => stack.isRecent)
    .map(({ nodes }) => nodes.filter((node) => node >= 0));
}

/** What weights are told in, and of how much they are parts. */
function measureOf(
  { snapshot, ui, fold }: Page,
): { metric: Metric; whole: number } {
  const metric = snapshot.sums!.samples.metrics[ui.metric]!;
  return { metric, whole: fold.total[Math.max(fold.rootOf(ui.thread), 0)]! };
}

function contentOf(page: Page, parts: Partial<Content>): Content {
  const { area, fold, snapshot: { sums } } = page;
  return {
    rows: [],
    levels: [],
    lineCount: 0,
    pageSize: area.bottom - area.top - 1,
    fold,
    threadCount: sums?.samples.threads.length ?? 0,
    metricCount: sums?.samples.metrics.length ?? 1,
    ...parts,
  };
}

/** The selected row stays selected wherever it has gone, and is in sight. */
function settle(ui: Ui, rows: readonly Row[], content: Content): Ui {
  const { key } = ui.selected;
  const found = key === null ? -1 : rows.findIndex((row) => row.key === key);
  const last = Math.max(rows.length - 1, 0);
  const index = Math.min(found < 0 ? ui.selected.index : found, last);
  return inSight(
    { ...ui, selected: { index, key } },
    index,
    rows.length,
    content,
  );
}

/** Scrolls no further than is needed to see a row. */
function inSight(
  ui: Ui,
  index: number,
  count: number,
  { pageSize }: Content,
): Ui {
  const most = Math.max(count - pageSize, 0);
  const least = Math.max(index - pageSize + 1, 0);
  const scroll = Math.min(Math.max(ui.scroll, least), index, most);
  return { ...ui, scroll };
}
