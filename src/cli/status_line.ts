/**
 * What a run tells while it lasts: one line on the terminal that changes a few
 * times a second and is gone at the end.
 *
 * It is drawn on standard error, from the first column and never to the last,
 * so that it does not wrap. There is none where a program reads along, nor
 * where samples or the command's own output go to the same terminal.
 */

import type { Watcher } from "../sampling/session.ts";
import type { Statistics } from "../sampling/statistics.ts";
import type { SampleSettings } from "./settings.ts";
import { say } from "./style.ts";

/** Time between two drawings. */
const PERIOD_US = 250_000;

/** Columns of a terminal that does not tell. */
const DEFAULT_COLUMNS = 80;

/** What the line tells of. */
export interface Progress {
  readonly statistics: Pick<Statistics, "samples" | "errors">;
  /** One for each process, with the stacks of its last pass. */
  readonly tree: { readonly samplers: readonly { readonly samples: number }[] };
  readonly startUs: number;
  /** Infinity where the run ends with the process. */
  readonly endUs: number;
}

/** The terminal. */
export interface Terminal {
  columns(): number;
  write(text: string): void;
}

/** Whether a run with these settings has a status line on this machine's streams. */
export function wantsStatusLine(
  settings: SampleSettings,
  { stdout, stderr }: Record<"stdout" | "stderr", { isTerminal(): boolean }> =
    Deno,
): boolean {
  if (settings.pipe || !stderr.isTerminal()) return false;
  const stdoutIsQuiet = settings.mode === "attach" &&
    settings.output !== undefined;
  return stdoutIsQuiet || !stdout.isTerminal();
}

/** Draws the line. */
export class StatusLine implements Watcher, Disposable {
  readonly periodUs = PERIOD_US;
  readonly #terminal: Terminal;
  #progress: Progress | null = null;
  #lastUs = 0;
  #lastSamples = 0;
  #drawn = 0;

  constructor(terminal: Terminal = standardError) {
    this.#terminal = terminal;
  }

  /** Sampling begins. */
  begin(progress: Progress): void {
    this.#progress = progress;
    this.#lastUs = progress.startUs;
  }

  /** Draws the line anew. */
  tick(nowUs: number): void {
    if (this.#progress === null) return;
    this.#draw(this.#text(this.#progress, nowUs));
    this.#lastUs = nowUs;
    this.#lastSamples = this.#progress.statistics.samples;
  }

  /** Removes the line, before something else is said and at the end. */
  clear(): void {
    if (this.#drawn > 0) this.#draw("");
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #text(progress: Progress, nowUs: number): string {
    const { statistics: { samples, errors }, tree: { samplers } } = progress;
    const elapsedUs = nowUs - this.#lastUs;
    const rate = (samples - this.#lastSamples) / (elapsedUs / 1e6);
    const threads = samplers.reduce((sum, { samples }) => sum + samples, 0);
    return [
      shownTime(progress, nowUs),
      `${Math.round(rate)} samples/s`,
      counted(errors, "error", "errors"),
      counted(samplers.length, "process", "processes"),
      counted(threads, "thread", "threads"),
    ].join("  ");
  }

  /** Spaces, not an escape sequence, wipe out what was longer before: every terminal knows them. */
  #draw(text: string): void {
    const shown = text.slice(0, Math.max(this.#terminal.columns() - 1, 0));
    const rest = " ".repeat(Math.max(this.#drawn - shown.length, 0));
    this.#terminal.write(`\r${shown}${rest}${text === "" ? "\r" : ""}`);
    this.#drawn = shown.length;
  }
}

/** The time that is left, where that is known. */
function shownTime({ startUs, endUs }: Progress, nowUs: number): string {
  return endUs === Infinity
    ? formatTime(Math.floor((nowUs - startUs) / 1e6))
    : `${formatTime(Math.ceil(Math.max(endUs - nowUs, 0) / 1e6))} left`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** @returns for instance `0:05` or `1:02:03`. */
function formatTime(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${two(minutes)}:${rest}`;
}

const standardError: Terminal = {
  columns() {
    try {
      return Deno.consoleSize().columns || DEFAULT_COLUMNS;
    } catch {
      return DEFAULT_COLUMNS;
    }
  },
  write: say,
};
