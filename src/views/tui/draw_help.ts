/** The page that says what each key does. */

import type { Grid } from "./grid.ts";
import { THEME } from "./theme.ts";

/** Keys and what they do; a text alone is a heading. */
const HELP: readonly (readonly [string, string])[] = [
  ["", "Views"],
  ["1 t", "Top: the functions in which the most is spent"],
  ["2 w", "Where: the last stack of each thread"],
  ["3 f", "Full call tree; ◂ is on a stack just now"],
  ["4 g", "Flame graph"],
  ["5 o", "Output: what the command wrote to standard error"],
  ["Tab", "next view"],
  ["", "Moving"],
  ["← →", "threads: all of them, or one"],
  ["↑ ↓ k j", "rows; in the graph, callers and callees"],
  ["PgUp PgDn", "a page of rows; Home, End: the first, the last"],
  ["[ ]", "blocks beside each other in the graph"],
  ["Enter", "opens or closes a branch; zooms into a block"],
  ["Backspace", "zooms out; opens all branches"],
  ["", "What is shown"],
  ["< > r", "sorts by another column; the other way round"],
  ["l", "tells lines apart, or only functions"],
  ["m", "another metric, where there are several"],
  ["+ -", "leaves out more, or less, of what is small"],
  ["/", "only functions and files with this in their name"],
  ["Esc", "takes the filter away"],
  ["p Space", "holds the view still; sampling goes on"],
  ["z", "forgets all samples and begins anew"],
  ["", "Columns"],
  ["OWN", "spent in the function itself"],
  ["TOTAL", "spent in it and in all that it called"],
  ["", "And"],
  ["s", "saves what was sampled, in any format"],
  ["^L ^Z", "draws the screen anew; suspends"],
  ["q ^C", "ends; a command that was launched is ended too"],
];

const KEY_WIDTH = 12;

/** Number of lines; more than small screens have. */
export const HELP_LINES: number = HELP.length;

/** Fills the rows from `top` up to `bottom`. @param scroll lines above the first one that is shown. */
export function drawHelp(
  grid: Grid,
  { top, bottom }: { readonly top: number; readonly bottom: number },
  scroll: number,
): void {
  for (let row = top; row < bottom; row++) {
    const line = HELP[scroll + row - top];
    if (line === undefined) return;
    const [keys, text] = line;
    if (keys === "") {
      grid.put(row, 1, text, THEME.head);
    } else {
      const column = grid.put(row, 3, keys, THEME.key);
      grid.put(row, Math.max(3 + KEY_WIDTH, column + 2), text);
    }
  }
}
