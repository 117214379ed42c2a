/** What V8 prints of its collections with `--trace-gc`. */

/** One collection of garbage. */
export interface Collection {
  /** Since the start of the process. */
  readonly atMs: number;
  /** For which the program stood still. */
  readonly pauseMs: number;
  /** Size of all objects, garbage included. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

const MEBIBYTE = 1 << 20;

/** `[1:0x7f…]  57 ms: Scavenge 2.9 (4.2) -> 2.6 (5.2) MB, pooled: 0.0 MB, 0.58 / 0.00 ms  (average mu = …) …` */
const LINE =
  /(\d+) ms: [\w-].*? ([\d.]+) \([\d.]+\) -> ([\d.]+) \([\d.]+\) MB.*? ([\d.]+) \/ [\d.]+ ms/;

/** @param printed lines of V8 among others. */
export function parseCollections(printed: string): Collection[] {
  return printed.split("\n").flatMap((line) => {
    const found = LINE.exec(line)?.slice(1).map(Number);
    if (found === undefined) return [];
    const [atMs = 0, before = 0, after = 0, pauseMs = 0] = found;
    const bytes = {
      beforeBytes: before * MEBIBYTE,
      afterBytes: after * MEBIBYTE,
    };
    return [{ atMs, pauseMs, ...bytes }];
  });
}
