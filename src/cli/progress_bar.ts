/**
 * How far a long piece of work is: a bar on the terminal, which is gone at the
 * end. Without a terminal there is none.
 */

import { say } from "./style.ts";

/** Work that is done before is not worth a bar. */
const DELAY_MS = 300;
const PERIOD_MS = 100;
const WIDTH = 30;

/** What the bar needs of the world. */
export interface BarTerminal {
  isTerminal(): boolean;
  now(): number;
  write(text: string): void;
}

/** Shows how many of the bytes there are have been read. */
export class ProgressBar implements Disposable {
  readonly #size: number | null;
  readonly #terminal: BarTerminal;
  readonly #isShown: boolean;
  #done = 0;
  #nextMs: number;
  #drawn = 0;

  /** @param size bytes in all; null where that is not known. */
  constructor(size: number | null, terminal: BarTerminal = standardError) {
    this.#size = size;
    this.#terminal = terminal;
    this.#isShown = terminal.isTerminal();
    this.#nextMs = terminal.now() + DELAY_MS;
  }

  /** More bytes have been read. */
  advance(bytes: number): void {
    this.#done += bytes;
    if (!this.#isShown) return;
    const nowMs = this.#terminal.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + PERIOD_MS;
    this.#draw(this.#text());
  }

  [Symbol.dispose](): void {
    if (this.#drawn > 0) this.#draw("");
  }

  #text(): string {
    const read = megabytes(this.#done);
    if (this.#size === null || this.#size === 0) return `${read} read`;
    const share = Math.min(this.#done / this.#size, 1);
    const full = Math.round(share * WIDTH);
    const bar = "█".repeat(full) + "░".repeat(WIDTH - full);
    const percent = Math.floor(share * 100);
    return `${bar} ${percent} %  ${read} of ${megabytes(this.#size)}`;
  }

  #draw(text: string): void {
    const rest = " ".repeat(Math.max(this.#drawn - text.length, 0));
    this.#terminal.write(`\r${text}${rest}${text === "" ? "\r" : ""}`);
    this.#drawn = text.length;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const standardError: BarTerminal = {
  isTerminal: () => Deno.stderr.isTerminal(),
  now: () => performance.now(),
  write: say,
};
