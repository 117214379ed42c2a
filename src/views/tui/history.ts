/** The last values of something that is measured now and then, and their picture in one row. */

/** Values that are kept: as many as the widest graph has columns. */
const CAPACITY = 300;

/** From a little to all. */
const BARS = "▁▂▃▄▅▆▇█";

/** A number that changes with time. */
export class History {
  readonly #values: number[] = [];

  /** Adds the present value. */
  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > CAPACITY) this.#values.shift();
  }

  /** The values, oldest first. */
  get values(): readonly number[] {
    return this.#values;
  }
}

/**
 * Draws a graph, its newest value to the right.
 *
 * @param values not below 0. @param full what fills a cell, at the least.
 * @returns `width` cells.
 */
export function graphOf(
  values: readonly number[],
  width: number,
  full: number,
): string {
  const shown = width > 0 ? values.slice(-width) : [];
  const top = Math.max(full, ...shown) || 1;
  const bars = shown.map((value) => {
    const height = Math.ceil((value / top) * BARS.length);
    return BARS[Math.min(Math.max(height - 1, 0), BARS.length - 1)]!;
  });
  return bars.join("").padStart(width);
}
