/** Amounts in few cells, for people. */

const SECOND_US = 1_000_000;

/** @returns at most six cells: `950us`, `12.3ms`, `4.56s`, `12:34`, `1h23m`. */
export function shortTime(us: number): string {
  if (us < 999.5) return `${Math.round(us)}us`;
  if (us < 999_500) return `${threeDigits(us / 1_000)}ms`;
  if (us < 99.95 * SECOND_US) return `${threeDigits(us / SECOND_US)}s`;
  const seconds = Math.round(us / SECOND_US);
  if (seconds < 6_000) return clock(seconds);
  const minutes = Math.round(seconds / 60);
  return minutes < 6_000
    ? `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`
    : `${Math.round(minutes / 1_440)}d`;
}

/** @returns at most six cells: `12B`, `3.4kB`, `567MB`; units are of 1024. */
export function shortBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1_024;
    unit++;
  }
  return `${unit === 0 ? Math.round(amount) : threeDigits(amount)}${
    units[unit]
  }`;
}

/** @returns at most five cells: `123`, `1.23k`, `45.6M`. */
export function shortCount(count: number): string {
  if (count < 10_000) return String(Math.round(count));
  if (count < 999_500) return `${threeDigits(count / 1e3)}k`;
  return count < 999.5e6
    ? `${threeDigits(count / 1e6)}M`
    : `${threeDigits(count / 1e9)}G`;
}

/** @param part of 1. @returns at most five cells: `12.3`, `100`, `0.1`. */
export function percent(part: number): string {
  const value = 100 * part;
  return value >= 99.95 ? value.toFixed(0) : value.toFixed(1);
}

/** @returns for instance `0:05` or `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours === 0
    ? `${minutes}:${two(whole % 60)}`
    : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function threeDigits(value: number): string {
  return value < 9.995
    ? value.toFixed(2)
    : value < 99.95
    ? value.toFixed(1)
    : value.toFixed(0);
}
