/** Amounts of a metric, for people. */

/** The largest unit first, with how many of the smallest it is. */
const UNITS = {
  us: [[60e6, "min"], [1e6, "s"], [1e3, "ms"], [1, "µs"]],
  bytes: [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]],
} as const;

/** @returns three digits and a unit: `1.23 s`, `45.6 KiB`. */
export function formatAmount(amount: number, unit: keyof typeof UNITS): string {
  const units = UNITS[unit];
  const [size, name] = units.find(([size]) => amount >= size) ?? units[3];
  const number = amount / size;
  const digits = size === 1 || number >= 100 ? 0 : number >= 10 ? 1 : 2;
  return `${number.toFixed(digits)} ${name}`;
}

/** @returns the share of `part` in `whole`: `6.67 %`. */
export function formatShare(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : 100 * part / whole).toFixed(2)} %`;
}
