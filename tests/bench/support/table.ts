// deno-lint-ignore-file no-console -- what a bench prints is its result
/** Tables on the terminal that can be pasted into BENCHMARKS.md, and the numbers in them. */

/** Prints a Markdown table row by row, so that a long bench shows how it gets on. */
export class Table {
  readonly #widths: number[];

  /** @param columns their headings; a column is as wide as its heading, and right-aligned but for the first. */
  constructor(columns: readonly string[]) {
    this.#widths = columns.map((column) => column.length);
    this.#print(columns);
    this.#print(
      this.#widths.map((width, index) =>
        index === 0 ? "-".repeat(width) : "-".repeat(width - 1) + ":"
      ),
    );
  }

  row(cells: readonly string[]): void {
    this.#print(cells);
  }

  #print(cells: readonly string[]): void {
    const padded = cells.map((cell, index) => {
      const width = this.#widths[index] ?? 0;
      return index === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    console.log(`| ${padded.join(" | ")} |`);
  }
}

/** Prints a heading of a part of a bench. */
export function heading(text: string): void {
  console.log(`\n${text}\n`);
}

/** Prints a line below a table. */
export function remark(text: string): void {
  console.log(text);
}

/** @returns the middle one, or the mean of the two middle ones; NaN when there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** @returns half of the range of all values as a share of their median: `±4 %`. */
export function spread(values: readonly number[]): string {
  const range = Math.max(...values) - Math.min(...values);
  return `±${(50 * range / median(values)).toFixed(0)} %`;
}

/** A rate or a count: `156 343`. */
export function whole(value: number): string {
  if (!Number.isFinite(value)) return "-";
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** A ratio or a share with two digits behind the point; `-` when there is none. */
export function ratio(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : "-";
}

/** A share in percent. */
export function percent(value: number, digits = 1): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : "-";
}
