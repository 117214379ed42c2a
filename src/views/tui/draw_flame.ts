/** Draws the flame graph from the top down, and says what the selected block is. */

import type { Metric } from "../../formats/metric.ts";
import { fitted, fittedEnd, widthOf } from "./cell_text.ts";
import type { Area } from "./draw_table.ts";
import type { Block } from "./flame_blocks.ts";
import type { Grid } from "./grid.ts";
import { percent, shortBytes, shortTime } from "./numbers.ts";
import { type ColourDepth, selected, style } from "./style.ts";
import { flame, THEME } from "./theme.ts";

/** What is drawn. */
export interface Flame {
  readonly levels: readonly (readonly Block[])[];
  readonly metric: Metric;
  /** Of which parts are told. */
  readonly whole: number;
  /** Node of the selected block. */
  readonly selected: number;
  /** Levels above the first one that is shown. */
  readonly scroll: number;
  /** @returns whether a name is one that the user looks for; null where none is. */
  readonly isMatch: ((block: Block) => boolean) | null;
  readonly depth: ColourDepth;
}

/** Draws a row about the selected block, and the graph below. */
export function drawFlame(grid: Grid, area: Area, flame: Flame): void {
  const all = flame.levels.flat();
  const chosen = all.find(({ node }) => node === flame.selected) ?? all[0];
  if (chosen !== undefined) drawChosen(grid, area.top, chosen, flame);
  for (let row = area.top + 1; row < area.bottom; row++) {
    const level = flame.levels[flame.scroll + row - area.top - 1];
    if (level === undefined) return;
    level.forEach((block, i) => drawBlock(grid, row, block, i, flame));
  }
}

function drawChosen(
  grid: Grid,
  row: number,
  { label, total }: Block,
  { metric, whole }: Flame,
): void {
  const amount = metric.unit === "bytes" ? shortBytes : shortTime;
  const share = `${percent(whole > 0 ? total / whole : 0)}%`;
  let column = grid.put(row, 1, `${share} ${amount(total)}  `, THEME.head);
  const room = grid.columns - column - 1;
  column = grid.put(row, column, fitted(label.name, room), THEME.name) + 2;
  grid.put(
    row,
    column,
    fittedEnd(label.file, grid.columns - column),
    THEME.file,
  );
}

function drawBlock(
  grid: Grid,
  row: number,
  block: Block,
  place: number,
  { selected: chosen, isMatch, depth }: Flame,
): void {
  const { start, end, label, node } = block;
  const width = end - start;
  const name = fitted(label.name, width - 1);
  const text = width < 3 ? "" : name;
  let look = depth === 0
    ? style({ reverse: true, bold: place % 2 === 0 })
    : label.kind === "frame"
    ? flame(label.name)
    : style({ reverse: true });
  if (isMatch?.(block) && depth > 0) look = THEME.match;
  if (isMatch !== null && depth === 0) {
    look = style({ reverse: isMatch(block) });
  }
  if (node === chosen) look = selected(look);
  // The edge to the left keeps neighbours apart whatever the colours.
  const filled = (width > 1 ? "▏" : " ") + text;
  grid.put(
    row,
    start,
    filled + " ".repeat(Math.max(width - widthOf(filled), 0)),
    look,
    end,
  );
}
