/**
 * Makes the terminal show a grid, by writing the cells that changed since the
 * last one: one text for a refresh, shown at once where the terminal knows
 * synchronized output.
 */

import { COVERED, type Grid } from "./grid.ts";
import { type ColourDepth, sequenceOf } from "./style.ts";

/** Unknown private modes are ignored by every terminal. ECMA-48 8.3.106 */
const BEGIN = "\x1b[?2026h";
const END = "\x1b[?2026l";

/** Characters after which every terminal's cursor is one column further. */
const CERTAIN = /^[ -~…─│├└▏▎▍▌▋▊▉█▁▂▃▄▅▆▇·●■▸▾◂]$/;

/** Unchanged cells between changed ones are written again when there are fewer: moving costs as much. */
const SMALL_GAP = 4;

/** Knows what the terminal shows. */
export class Painter {
  readonly #depth: ColourDepth;
  #shown: Grid | null = null;

  constructor(depth: ColourDepth) {
    this.#depth = depth;
  }

  /** What the terminal shows is not known any more. */
  forget(): void {
    this.#shown = null;
  }

  /** @returns what to write so that the terminal shows the grid; empty when it does. */
  paint(grid: Grid): string {
    const shown = this.#shown;
    const isKnown = shown !== null && shown.columns === grid.columns &&
      shown.rows === grid.rows;
    let text = isKnown ? "" : "\x1b[0m\x1b[2J";
    const pen = new Pen(this.#depth);
    for (let row = 0; row < grid.rows; row++) {
      text += this.#row(grid, isKnown ? shown : null, row, pen);
    }
    this.#shown = grid;
    return text === "" ? "" : `${BEGIN}${text}\x1b[0m${END}`;
  }

  #row(grid: Grid, shown: Grid | null, row: number, pen: Pen): string {
    const { columns, texts, styles } = grid;
    let text = "";
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const isSame = shown === null
        ? texts[at] === " " && styles[at] === 0
        : texts[at] === shown.texts[at] && styles[at] === shown.styles[at];
      if (isSame || texts[at] === COVERED) continue;
      for (let c = pen.startOf(row, column); c <= column; c++) {
        const i = row * columns + c;
        if (texts[i] !== COVERED) {
          text += pen.draw(row, c, texts[i]!, styles[i]!);
        }
      }
    }
    return text;
  }
}

/** Where the terminal's cursor is and how it draws. */
class Pen {
  readonly #depth: ColourDepth;
  #row = -1;
  #column = -1;
  #style = -1;

  constructor(depth: ColourDepth) {
    this.#depth = depth;
  }

  /** @returns the column to draw from so that `column` is drawn with the least ado. */
  startOf(row: number, column: number): number {
    const gap = column - this.#column;
    const isKnown = row === this.#row && this.#column >= 0;
    return isKnown && gap >= 0 && gap < SMALL_GAP ? this.#column : column;
  }

  draw(row: number, column: number, text: string, style: number): string {
    let sequence = "";
    if (row !== this.#row || column !== this.#column) {
      sequence += `\x1b[${row + 1};${column + 1}H`;
    }
    if (style !== this.#style) sequence += sequenceOf(style, this.#depth);
    this.#row = row;
    this.#style = style;
    // Terminals differ in how wide some characters are: after these, say where we are.
    this.#column = CERTAIN.test(text) ? column + 1 : -1;
    return sequence + text;
  }
}
