/** A screenful of cells: what layouts draw on and the painter compares. */

import { clustersOf, widthOf } from "./cell_text.ts";
import { PLAIN } from "./style.ts";

/** Stands in the cell that a wide character covers beside its own. */
export const COVERED = "";

/** The size of a screen, in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Cells in rows. What does not fit is not drawn. */
export class Grid implements Size {
  readonly columns: number;
  readonly rows: number;
  /** By row and column: a character with its marks, or `COVERED`. */
  readonly texts: string[];
  readonly styles: Uint16Array;

  constructor({ columns, rows }: Size) {
    this.columns = columns;
    this.rows = rows;
    this.texts = new Array<string>(columns * rows).fill(" ");
    this.styles = new Uint16Array(columns * rows);
  }

  /**
   * Draws a text.
   * @param end column before which it ends at the latest.
   * @returns the column after it.
   */
  put(
    row: number,
    column: number,
    text: string,
    style: number = PLAIN,
    end: number = this.columns,
  ): number {
    if (row < 0 || row >= this.rows || column < 0) return column;
    const limit = Math.min(end, this.columns);
    for (const cluster of clustersOf(text)) {
      if (column + cluster.width > limit) break;
      const at = row * this.columns + column;
      this.#uncover(at);
      this.#uncover(at + cluster.width);
      this.texts[at] = cluster.text;
      this.styles[at] = style;
      if (cluster.width === 2) {
        this.texts[at + 1] = COVERED;
        this.styles[at + 1] = style;
      }
      column += cluster.width;
    }
    return column;
  }

  /** What is drawn over half of a wide character takes the other half away. */
  #uncover(at: number): void {
    if (this.texts[at] !== COVERED) return;
    this.texts[at - 1] = " ";
    this.texts[at] = " ";
  }

  /** Draws a text so that it ends before a column. */
  putRight(row: number, end: number, text: string, style?: number): void {
    this.put(row, Math.max(end - widthOf(text), 0), text, style, end);
  }

  /** Gives all cells of a row a style, whatever is in them. */
  tint(row: number, style: number): void {
    const start = row * this.columns;
    this.styles.fill(style, start, start + this.columns);
  }

  /** Blanks a row. */
  clear(row: number, style: number = PLAIN): void {
    const start = row * this.columns;
    this.texts.fill(" ", start, start + this.columns);
    this.styles.fill(style, start, start + this.columns);
  }

  /** @returns the texts of the rows, as they can be read. */
  toString(): string {
    const lines = Array.from({ length: this.rows }, (_, row) => {
      const start = row * this.columns;
      return this.texts.slice(start, start + this.columns).join("").trimEnd();
    });
    return lines.join("\n");
  }
}
