/** The last row: what is typed, what there is to say, or which keys there are. */

import { widthOf } from "./cell_text.ts";
import type { Grid } from "./grid.ts";
import type { Session } from "./session.ts";
import { THEME } from "./theme.ts";
import { THRESHOLDS, type Ui } from "./ui.ts";

/** Keys worth a reminder, the most important first. */
const HINTS: readonly (readonly [string, string])[] = [
  ["?", "help"],
  ["q", "quit"],
  ["←→", "thread"],
  ["/", "filter"],
  ["s", "save"],
  ["p", "pause"],
  ["<>", "sort"],
  ["+-", "threshold"],
  ["l", "lines"],
];

const PROMPTS = { filter: "Filter: ", save: "Save as: " } as const;

/** Draws the last row. */
export function drawFooter(grid: Grid, ui: Ui, session: Session): void {
  const row = grid.rows - 1;
  const { prompt } = ui;
  if (prompt !== null) {
    const column = grid.put(row, 1, PROMPTS[prompt.kind], THEME.filter);
    const room = grid.columns - column - 2;
    const over = Math.max(widthOf(prompt.text) - room, 0);
    const shown = over === 0 ? prompt.text : prompt.text.slice(over);
    grid.put(row, grid.put(row, column, shown), " ", THEME.bar);
    return;
  }
  const told = ui.notice || session.trouble;
  if (told !== "") {
    grid.put(row, 1, told, ui.notice === "" ? THEME.bad : THEME.name);
    return;
  }
  const choices = choicesOf(ui);
  const end = grid.columns - widthOf(choices) - 2;
  grid.putRight(row, grid.columns - 1, choices, THEME.filter);
  drawHints(grid, row, end);
}

function choicesOf({ filter, threshold, isByLine }: Ui): string {
  const least = THRESHOLDS[threshold]!;
  return [
    isByLine ? "by line" : "",
    least === 0 ? "" : `≥${100 * least}%`,
    filter === "" ? "" : `/${filter}`,
  ].filter((text) => text !== "").join("  ");
}

function drawHints(grid: Grid, row: number, end: number): void {
  let column = 1;
  for (const [keys, what] of HINTS) {
    if (column + widthOf(keys) + 1 + what.length > end) return;
    column = grid.put(row, column, keys, THEME.key) + 1;
    column = grid.put(row, column, what, THEME.hint) + 2;
  }
}
