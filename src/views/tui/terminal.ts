/**
 * The terminal: its modes, its size, its keys, and the signals that concern it.
 * Whatever is changed about it is undone by `leave`, any number of times.
 */

import type { Size } from "./grid.ts";
import { type Key, KeyReader } from "./keys.ts";

/** Another screen, no cursor, no wrapping: what is drawn goes where it is meant to. xterm, "Control Sequences" */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE = "\x1b[0m\x1b[?2026l\x1b[?7h\x1b[?25h\x1b[?1049l";

/** Time after which an Escape is the key, not the beginning of a sequence. */
const ESCAPE_MS = 40;

const DEFAULT_SIZE: Size = { columns: 80, rows: 24 };

/** Signals that end a view, with their numbers. */
const STOP_SIGNALS: readonly (readonly [Deno.Signal, number])[] =
  Deno.build.os === "windows" ? [["SIGINT", 2], ["SIGBREAK", 15]] : [
    ["SIGHUP", 1],
    ["SIGINT", 2],
    ["SIGQUIT", 3],
    ["SIGTERM", 15],
  ];

/** What the terminal, or somebody at it, does. */
export type TerminalEvent =
  | { readonly kind: "key"; readonly key: Key }
  | { readonly kind: "resized" }
  /** Somebody wants us to stop for a while. */
  | { readonly kind: "suspended" }
  | { readonly kind: "continued" }
  | { readonly kind: "stopped"; readonly signum: number };

/** The terminal of standard input and output. */
export class Terminal implements Disposable {
  readonly #take: (event: TerminalEvent) => void;
  readonly #listeners: (readonly [Deno.Signal, () => void])[] = [];
  #isEntered = false;

  /** @param take is told what happens. */
  constructor(take: (event: TerminalEvent) => void) {
    this.#take = take;
    for (const [signal, signum] of STOP_SIGNALS) {
      this.#listen(signal, { kind: "stopped", signum });
    }
    if (Deno.build.os === "windows") return;
    this.#listen("SIGWINCH", { kind: "resized" });
    this.#listen("SIGTSTP", { kind: "suspended" });
    this.#listen("SIGCONT", { kind: "continued" });
  }

  /** Takes the screen, or takes it again. */
  enter(): void {
    Deno.stdin.setRaw(true);
    // A second time it would forget where the cursor was.
    if (!this.#isEntered) writeAll(ENTER);
    this.#isEntered = true;
  }

  /** Gives the screen back as it was. */
  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    try {
      writeAll(LEAVE);
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal is gone.
    }
  }

  size(): Size {
    try {
      const { columns, rows } = Deno.consoleSize();
      return columns > 0 && rows > 0 ? { columns, rows } : DEFAULT_SIZE;
    } catch {
      return DEFAULT_SIZE;
    }
  }

  /** Writes without keeping others waiting; a slow terminal takes its time. */
  async write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) {
      at += await Deno.stdout.write(bytes.subarray(at));
    }
  }

  /** Reads keys until the terminal is gone. */
  async readKeys(): Promise<void> {
    const reader = new KeyReader();
    const bytes = new Uint8Array(1_024);
    let timer: ReturnType<typeof setTimeout> | undefined;
    for (;;) {
      const size = await Deno.stdin.read(bytes).catch(() => null);
      clearTimeout(timer);
      if (size === null) return this.#take({ kind: "stopped", signum: 1 });
      this.#give(reader.read(bytes.subarray(0, size)));
      if (!reader.isWaiting) continue;
      timer = setTimeout(() => this.#give(reader.flush()), ESCAPE_MS);
    }
  }

  /** Stops this process and those that belong to it, as Ctrl-Z does; `suspended` follows. */
  suspend(): void {
    if (Deno.build.os !== "windows") Deno.kill(0, "SIGTSTP");
  }

  /** Stops this process until it is continued. */
  sleep(): void {
    Deno.kill(Deno.pid, "SIGSTOP");
  }

  [Symbol.dispose](): void {
    this.leave();
    for (const [signal, listener] of this.#listeners) {
      Deno.removeSignalListener(signal, listener);
    }
  }

  #give(keys: readonly Key[]): void {
    for (const key of keys) this.#take({ kind: "key", key });
  }

  #listen(signal: Deno.Signal, event: TerminalEvent): void {
    const listener = () => this.#take(event);
    Deno.addSignalListener(signal, listener);
    this.#listeners.push([signal, listener]);
  }
}

function writeAll(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    at += Deno.stdout.writeSync(bytes.subarray(at));
  }
}
