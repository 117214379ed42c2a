/**
 * Quantities as people type and read them: `10ms`, `100us`, `0.31 s`.
 *
 * Parsing accepts what C's `strtol` does in base 10, then one of the units,
 * then nothing more; where Austin 3.7 wrapped a number that is too large or
 * negative, it is refused. A parser returns null for what is no such quantity;
 * the command line turns that into a message.
 */

/** Largest duration: 285 years, so that it is an exact number in microseconds too. */
export const MAX_DURATION_US = Number.MAX_SAFE_INTEGER;

/** Largest process id: `pid_t` is a signed 32-bit integer. */
export const MAX_PID = 2_147_483_647;

/** Largest size: a petabyte, which is an exact number of bytes too. */
const MAX_MEGABYTES = 1_000_000_000;

const MICROSECONDS = new Map([["", 1], ["us", 1], ["ms", 1_000], [
  "s",
  1_000_000,
]]);
const MILLISECONDS = new Map([["", 1], ["ms", 1], ["s", 1_000]]);
const PLAIN = new Map([["", 1]]);

/** @param text whole number of µs, or with a unit: `us`, `ms`, `s`. @returns µs; 0 means without a pause; null if it is none. */
export function parseInterval(text: string): number | null {
  return parseQuantity(text, MICROSECONDS, MAX_DURATION_US);
}

/** @param text whole number of ms, or with a unit: `ms`, `s`. @returns ms, or null if it is none. */
export function parseTimeout(text: string): number | null {
  return parseQuantity(text, MILLISECONDS, Math.floor(MAX_DURATION_US / 1e3));
}

/** @param text whole number of seconds, without a unit. @returns seconds, or null if it is none. */
export function parseSeconds(text: string): number | null {
  return parseQuantity(text, PLAIN, Math.floor(MAX_DURATION_US / 1e6));
}

/** @param text whole number of megabytes, without a unit. @returns it, or null if it is none. */
export function parseMegabytes(text: string): number | null {
  return parseQuantity(text, PLAIN, MAX_MEGABYTES);
}

/** @param text process id, from 1 to `MAX_PID`. @returns it, or null if it is none. */
export function parsePid(text: string): number | null {
  return parseQuantity(text, PLAIN, MAX_PID) || null;
}

/** @param text whole number from 1. @returns it, or null if it is none. */
export function parseCount(text: string): number | null {
  return parseQuantity(text, PLAIN, Number.MAX_SAFE_INTEGER) || null;
}

/** @param text number of a TCP port, or 0. @returns it, or null if it is none. */
export function parsePort(text: string): number | null {
  return parseQuantity(text, PLAIN, 65_535);
}

function parseQuantity(
  text: string,
  units: ReadonlyMap<string, number>,
  largest: number,
): number | null {
  const [, digits, unit] = /^\s*\+?(\d+)([a-z]*)$/.exec(text) ?? [];
  const scale = unit === undefined ? undefined : units.get(unit);
  if (scale === undefined) return null;
  const quantity = Number(digits) * scale;
  return quantity <= largest ? quantity : null;
}

/** @returns the interval in the largest unit that has no fraction, as `parseInterval` reads it: `100us`, `10ms`, `2s`. */
export function formatInterval(intervalUs: number): string {
  if (intervalUs === 0 || intervalUs % 1_000 !== 0) return `${intervalUs}us`;
  if (intervalUs % 1_000_000 !== 0) return `${intervalUs / 1_000}ms`;
  return `${intervalUs / 1_000_000}s`;
}

/** @returns a measured time for people: seconds with two digits, `0.31 s`. */
export function formatDuration(durationUs: number): string {
  return `${(durationUs / 1_000_000).toFixed(2)} s`;
}

/** @returns the share of `part` in `whole` for people: `6.67 %`; `0.00 %` of nothing. */
export function formatPercentage(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : 100 * part / whole).toFixed(2)} %`;
}
