/**
 * What a run says about itself on standard error: a banner, the Pythons that
 * it finds, statistics. In pipe mode it keeps silent, but for the versions of
 * child processes, which have no other place.
 */

import { formatVersion, type Version } from "../python/version.ts";
import type { Statistics } from "../sampling/statistics.ts";
import { formatDuration, formatPercentage } from "../units.ts";
import type { Settings } from "./settings.ts";
import { say, type Style, styleFor } from "./style.ts";
import { VERSION } from "./version.ts";

const LOGO = [
  "▄▀█ █ █ █▀ ▀█▀ █ █▄ █",
  "█▀█ █▄█ ▄█  █  █ █ ▀█",
] as const;

/** Speaks for one run. */
export class Reporter {
  readonly #settings: Settings;
  readonly #style: Style;
  #parentVersion: string | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#style = styleFor(Deno.stderr);
  }

  /** Version of the parent process's Python; null as long as there is none. */
  get parentVersion(): string | null {
    return this.#parentVersion;
  }

  /** The run begins. */
  start(): void {
    const { bold, cyan } = this.#style;
    const [first, second] = LOGO;
    this.#tell(`\n${bold(first)}\n${bold(second)} ${cyan(VERSION)}\n\n`);
  }

  /** A Python was found. */
  found(pid: number, isParent: boolean, version: Version): void {
    const { bold, yellow } = this.#style;
    const python = formatVersion(version);
    if (isParent) this.#parentVersion = python;
    if (!this.#settings.children) {
      this.#tell(`🐍 ${bold("Python")} version: ${yellow(python)}\n`);
    } else if (!this.#settings.pipe) {
      const role = isParent ? "Parent" : "Child";
      say(
        `🐍 ${role} process ${bold(String(pid))} ${bold("Python")} version: ${
          yellow(python)
        }\n`,
      );
    } else if (!isParent) {
      say(`# python: ${python}\n`);
    }
  }

  /** Sampling begins. */
  running(): void {
    const { children, exposureSec } = this.#settings;
    if (children && this.#parentVersion === null) {
      this.#tell("👽 Parent is not a Python process.\n");
    }
    if (exposureSec === 0) return;
    const seconds = exposureSec === 1 ? "second" : "seconds";
    this.#tell(`🕑 Sampling for ${exposureSec} ${seconds}\n`);
  }

  /** Sampling has ended. */
  end(statistics: Statistics, durationUs: number): void {
    this.#tell(
      statistics.samples === 0
        ? "\n😣 No samples collected.\n"
        : this.#statisticsBlock(statistics, durationUs),
    );
  }

  #statisticsBlock(statistics: Statistics, durationUs: number): string {
    const { bold } = this.#style;
    const { samples, longSamples, errors, collectingUs } = statistics;
    const { min, average, max } = statistics.passTimesUs();
    const time = (us: number) => bold(formatDuration(us));
    const share = (part: number, whole: number) =>
      bold(formatPercentage(part, whole));
    const count = (part: number) =>
      `${bold(`${part}/${samples}`)} (${share(part, samples)})`;
    const collector = `🗑️  Garbage collector : ${time(collectingUs)} (${
      share(collectingUs, durationUs)
    })`;
    return [
      "",
      bold("Statistics"),
      `⌛ Sampling duration : ${time(durationUs)}`,
      ...this.#settings.probes.gc ? [collector] : [],
      `⏱️  Frame sampling (min/avg/max) : ${
        bold(`${min}/${average}/${max} μs`)
      }`,
      `🐢 Long sampling rate : ${
        count(longSamples)
      } samples took longer than the sampling interval to collect`,
      `💀 Error rate : ${count(errors)} invalid samples`,
      "",
    ].join("\n");
  }

  #tell(text: string): void {
    if (!this.#settings.pipe) say(text);
  }
}
