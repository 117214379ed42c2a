/** What the times of samples say of a sampler that was asked for one every so often. */

/** Phases of the deadlines that are tried; it is not known which the sampler had. */
const PHASES = 50;

/** Upper bounds of the gaps that are counted apart, as multiples of the interval. */
export const GAP_BOUNDS: readonly number[] = [
  0.5,
  0.9,
  1.1,
  1.5,
  2.5,
  5,
  10,
  100,
  Infinity,
];

/**
 * @param timesUs ascending.
 * @returns share of the deadlines, from the first sample to the last, that have a sample in the interval that begins with them; in the phase that suits the sampler best.
 */
export function shareMet(
  timesUs: readonly number[],
  intervalUs: number,
): number {
  let best = 0;
  for (let phase = 0; phase < PHASES; phase++) {
    const offset = phase / PHASES;
    best = Math.max(best, shareInPhase(timesUs, intervalUs, offset));
  }
  return best;
}

function shareInPhase(
  timesUs: readonly number[],
  intervalUs: number,
  offset: number,
): number {
  const start = timesUs[0]!;
  let met = 0;
  let last = -1;
  for (const time of timesUs) {
    const index = Math.floor((time - start) / intervalUs + offset);
    if (index !== last) met++;
    last = index;
  }
  return met / (last + 1);
}

/** @returns shares of the gaps between samples up to each of {@linkcode GAP_BOUNDS}. */
export function gapShares(
  timesUs: readonly number[],
  intervalUs: number,
): number[] {
  const counts = GAP_BOUNDS.map(() => 0);
  for (let i = 1; i < timesUs.length; i++) {
    const gap = (timesUs[i]! - timesUs[i - 1]!) / intervalUs;
    counts[GAP_BOUNDS.findIndex((bound) => gap < bound)]!++;
  }
  return counts.map((count) => count / (timesUs.length - 1));
}
