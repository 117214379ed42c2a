/** Draws rows with their weights: how much, how much of the whole, what and where. */

import type { Metric } from "../../formats/metric.ts";
import { fitted, fittedEnd, widthOf } from "./cell_text.ts";
import type { Grid } from "./grid.ts";
import { percent, shortBytes, shortTime } from "./numbers.ts";
import type { Row } from "./rows.ts";
import { heat, THEME } from "./theme.ts";
import type { Sort } from "./ui.ts";

/** What a table shows. */
export interface Table {
  readonly rows: readonly Row[];
  readonly metric: Metric;
  /** Of which parts are told; 0 where nothing was measured. */
  readonly whole: number;
  /** What it is sorted by; null where it is in an order of its own. */
  readonly sort: Sort | null;
  /** Place of the row that is selected. */
  readonly selected: number;
  /** Rows above the first one that is shown. */
  readonly scroll: number;
}

/** Where on a screen a table goes. */
export interface Area {
  /** Its first row. */
  readonly top: number;
  /** The row after its last one. */
  readonly bottom: number;
}

/** Screens with fewer columns have no room for both amounts and parts. */
const MIN_COLUMNS_FOR_AMOUNTS = 64;

/** Columns that names need before files get their own. */
const MIN_COLUMNS_FOR_FILES = 48;

/** Share of its own from which on a function's name is warm. */
const WARM_SHARE = 0.03;

const BAR_WIDTH = 10;
const MIN_COLUMNS_FOR_BARS = 110;

/** Where columns end and begin. */
interface Columns {
  /** Ends of the columns; those of amounts are null where there is no room. */
  readonly own: number | null;
  readonly total: number | null;
  readonly ownPart: number;
  readonly totalPart: number;
  /** Start of the bars; null where there is no room. */
  readonly bar: number | null;
  readonly name: number;
  /** Start of the files; null where they follow the names. */
  readonly file: number | null;
}

function columnsOf(grid: Grid): Columns {
  const hasAmounts = grid.columns >= MIN_COLUMNS_FOR_AMOUNTS;
  const start = hasAmounts ? 15 : 0;
  const totalPart = start + 14;
  const hasBars = grid.columns >= MIN_COLUMNS_FOR_BARS;
  const name = totalPart + 2 + (hasBars ? BAR_WIDTH + 2 : 0);
  const rest = grid.columns - name;
  return {
    own: hasAmounts ? 7 : null,
    total: hasAmounts ? 15 : null,
    ownPart: start + 7,
    totalPart,
    bar: hasBars ? totalPart + 2 : null,
    name,
    file: rest >= MIN_COLUMNS_FOR_FILES ? grid.columns - fileWidth(rest) : null,
  };
}

/** Names matter more than folders. @param rest columns for both. */
function fileWidth(rest: number): number {
  return Math.min(Math.floor(rest * 0.42), 60);
}

/** Draws the heads of the columns in one row, and the table below. */
export function drawTable(grid: Grid, area: Area, table: Table): void {
  const columns = columnsOf(grid);
  drawHeads(grid, area.top, columns, table.sort);
  for (let row = area.top + 1; row < area.bottom; row++) {
    const index = table.scroll + row - area.top - 1;
    const shown = table.rows[index];
    if (shown === undefined) return;
    drawRow(grid, row, columns, shown, table);
    if (index === table.selected) grid.tint(row, THEME.selected);
  }
}

function drawHeads(
  grid: Grid,
  row: number,
  columns: Columns,
  sort: Sort | null,
): void {
  const { own, total, ownPart, totalPart, name, file } = columns;
  const styleOf = (of: Sort) => sort === of ? THEME.sortedHead : THEME.head;
  if (own !== null) grid.putRight(row, own, "OWN", styleOf("own"));
  if (total !== null) grid.putRight(row, total, "TOTAL", styleOf("total"));
  grid.putRight(row, ownPart, "%OWN", styleOf("own"));
  grid.putRight(row, totalPart, "%TOTAL", styleOf("total"));
  grid.put(row, name, "FUNCTION", styleOf("function"));
  if (file !== null) grid.put(row, file, "FILE:LINE", styleOf("file"));
}

function drawRow(
  grid: Grid,
  row: number,
  columns: Columns,
  shown: Row,
  { metric, whole }: Table,
): void {
  const amount = metric.unit === "bytes" ? shortBytes : shortTime;
  const draw = (end: number | null, weight: number | null, isPart: boolean) => {
    if (end === null || weight === null) return;
    const share = whole > 0 ? weight / whole : 0;
    const text = isPart ? percent(share) : weight > 0 ? amount(weight) : "0";
    grid.putRight(row, end, text, heat(share));
  };
  draw(columns.own, shown.own, false);
  draw(columns.total, shown.total, false);
  draw(columns.ownPart, shown.own, true);
  draw(columns.totalPart, shown.total, true);
  const share = whole > 0 ? (shown.total ?? 0) / whole : 0;
  const ownShare = whole > 0 ? (shown.own ?? 0) / whole : 0;
  if (columns.bar !== null) drawBar(grid, row, columns.bar, share, ownShare);
  drawName(grid, row, columns, shown, ownShare);
}

/** Eighths of a cell. */
const PARTS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** What is own is as warm as it is much, what is below is pale. */
function drawBar(
  grid: Grid,
  row: number,
  start: number,
  share: number,
  ownShare: number,
): void {
  const eighths = Math.round(Math.min(share, 1) * BAR_WIDTH * 8);
  const bar = "█".repeat(eighths >> 3) + PARTS[eighths & 7];
  grid.put(row, start, bar, THEME.guide);
  const ownCells = Math.round(Math.min(ownShare, 1) * BAR_WIDTH);
  const own = ownShare === share ? bar : bar.slice(0, ownCells);
  grid.put(row, start, own, heat(ownShare));
}

function drawName(
  grid: Grid,
  row: number,
  { name: start, file: fileStart }: Columns,
  { label, line, guide, isLast, note }: Row,
  ownShare: number,
): void {
  const isAlone = fileStart === null || label.file === "";
  const end = isAlone ? grid.columns - 1 : fileStart - 1;
  let column = grid.put(row, start, guide, THEME.guide, end);
  const style = nameStyle(label.kind, ownShare, isLast);
  column = grid.put(row, column, fitted(label.name, end - column), style, end);
  if (isLast) column = grid.put(row, column, " ◂", THEME.good, end);
  if (note !== "") column = grid.put(row, column, `  ${note}`, THEME.note, end);
  if (label.file === "") return;
  const place = line > 0 ? `${label.file}:${line}` : label.file;
  if (fileStart === null) {
    const rest = grid.columns - column - 1;
    grid.put(row, column + 1, short(place, rest), THEME.file);
  } else {
    const width = grid.columns - fileStart;
    grid.put(row, fileStart, fittedEnd(place, width), THEME.file);
  }
}

function nameStyle(
  kind: Row["label"]["kind"],
  ownShare: number,
  isLast: boolean,
): number {
  if (kind === "mark") return THEME.note;
  if (kind !== "frame") return THEME.thread;
  if (ownShare >= WARM_SHARE) return heat(ownShare);
  return isLast ? THEME.name : THEME.fact;
}

/** @returns the place without folders where there is little room; nothing where there is none. */
function short(place: string, width: number): string {
  const name = place.slice(place.lastIndexOf("/") + 1);
  return widthOf(name) <= width
    ? name
    : width >= 8
    ? fittedEnd(name, width)
    : "";
}
