/**
 * What the samples of each mode can be added up by.
 *
 * Every one of them is never negative, so that a part is never larger than
 * its whole: memory that comes and memory that goes are two metrics.
 */

import type { Sample } from "../events/sample.ts";

/** One number of a sample. */
export interface Metric {
  /** A word for programs; the same in every version. */
  readonly name: "wall" | "cpu" | "gained" | "released";
  /** A word or two for people. */
  readonly title: string;
  readonly unit: "us" | "bytes";
  /** @returns how much of it the sample stands for. */
  of(sample: Sample): number;
}

const wall: Metric = {
  name: "wall",
  title: "Wall time",
  unit: "us",
  of: ({ timeUs }) => positive(timeUs),
};

const cpu: Metric = {
  name: "cpu",
  title: "CPU time",
  unit: "us",
  of: ({ timeUs, isIdle }) => isIdle ? 0 : positive(timeUs),
};

const gained: Metric = {
  name: "gained",
  title: "Memory gained",
  unit: "bytes",
  of: ({ memoryBytes }) => positive(memoryBytes),
};

const released: Metric = {
  name: "released",
  title: "Memory released",
  unit: "bytes",
  of: ({ memoryBytes }) => positive(-memoryBytes),
};

/** @param mode the value of `mode` in the metadata. @returns its metrics, the usual one first. */
export function metricsOf(mode: string | undefined): readonly Metric[] {
  if (mode === "full") return [wall, cpu, gained, released];
  if (mode === "memory") return [gained, released];
  return mode === "cpu" ? [cpu] : [wall];
}

/** Files may say anything; sums must stay numbers. */
function positive(amount: number): number {
  return amount > 0 ? Math.min(amount, Number.MAX_SAFE_INTEGER) : 0;
}
