/**
 * What a run says about itself on standard error, unless in pipe mode: the
 * banner when it starts, statistics when it ends.
 */

import type { Statistics } from "../sampling/statistics.ts";
import { formatDuration, formatPercentage } from "../units.ts";
import type { Style } from "./style.ts";
import { VERSION } from "./version.ts";

const LOGO = [
  "▄▀█ █ █ █▀ ▀█▀ █ █▄ █",
  "█▀█ █▄█ ▄█  █  █ █ ▀█",
] as const;

/** @returns the lines that a run begins with. */
export function banner(style: Style): string {
  const [first, second] = LOGO;
  return `\n${style.bold(first)}\n${style.bold(second)} ${
    style.cyan(VERSION)
  }\n\n`;
}

/** @param python the interpreter's version. @param exposureSec 0 when the run has no set end. */
export function runningLine(
  style: Style,
  python: string,
  exposureSec: number,
): string {
  const line = `🐍 ${style.bold("Python")} version: ${style.yellow(python)}\n`;
  if (exposureSec === 0) return line;
  const seconds = exposureSec === 1 ? "second" : "seconds";
  return `${line}🕑 Sampling for ${exposureSec} ${seconds}\n`;
}

/** @returns the block of statistics. */
export function statisticsBlock(
  style: Style,
  statistics: Statistics,
  durationUs: number,
): string {
  const { samples, longSamples, errors } = statistics;
  if (samples === 0) return "\n😣 No samples collected.\n";
  const { min, average, max } = statistics.passTimesUs();
  const share = (part: number) =>
    `${style.bold(`${part}/${samples}`)} (${
      style.bold(formatPercentage(part, samples))
    })`;
  return [
    "",
    style.bold("Statistics"),
    `⌛ Sampling duration : ${style.bold(formatDuration(durationUs))}`,
    `⏱️  Frame sampling (min/avg/max) : ${
      style.bold(`${min}/${average}/${max} μs`)
    }`,
    `🐢 Long sampling rate : ${
      share(longSamples)
    } samples took longer than the sampling interval to collect`,
    `💀 Error rate : ${share(errors)} invalid samples`,
    "",
  ].join("\n");
}
