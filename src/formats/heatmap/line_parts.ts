/**
 * A line of source cut where expressions begin and end. Each part belongs to
 * the smallest expression that it is in.
 */

import type { Heat, HotRange } from "./heatmap.ts";

/** A piece of a line. */
export interface LinePart {
  readonly text: string;
  /** What the smallest expression around it took; null where none is known. */
  readonly heat: Heat | null;
}

/** @param ranges expressions; CPython counts their columns in bytes of UTF-8. */
export function lineParts(
  text: string,
  ranges: readonly HotRange[],
): LinePart[] {
  if (ranges.length === 0) return [{ text, heat: null }];
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const limit = (column: number) => Math.min(column - 1, bytes.length);
  const cuts = new Set([0, bytes.length]);
  for (const { column, endColumn } of ranges) {
    cuts.add(limit(column)).add(limit(endColumn));
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  const smallestFirst = ranges.toSorted((a, b) => sizeOf(a) - sizeOf(b));
  return sorted.slice(0, -1).map((start, i) => {
    const end = sorted[i + 1]!;
    const around = smallestFirst.find(({ column, endColumn }) =>
      limit(column) <= start && end <= limit(endColumn)
    );
    const part = decoder.decode(bytes.subarray(start, end));
    return { text: part, heat: around?.heat ?? null };
  });
}

function sizeOf({ column, endColumn }: HotRange): number {
  return endColumn - column;
}
