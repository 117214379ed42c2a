/**
 * What is owed to a command that we started: signals reach it, and it is
 * waited for.
 *
 * An attached process is owed nothing; `Attached` does that in every case.
 */

import { type Child, spawn } from "../../process/spawn.ts";
import type { StopSignal } from "../../sampling/pacer.ts";

/** The process that a run samples, from the side of its owner. */
export interface Target {
  readonly pid: number;
  /** Waits for its end, if it is ours. @returns the last stop signal that came meanwhile, or 0. */
  wait(): Promise<number>;
  /** Asks it to end, if it is ours. */
  terminate(): void;
  /** Passes on a stop signal, if it is ours. @param signum as the shim gives it. */
  forward(signum: number): void;
}

/** A process that was there before us and is left alone. */
export class Attached implements Target {
  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  wait(): Promise<number> {
    return Promise.resolve(0);
  }

  terminate(): void {}

  forward(): void {}
}

/** Signals are looked for this often while a command is waited for. */
const SIGNAL_PERIOD_MS = 20;

/** Launches commands so that they inherit nothing that is only ours. */
export interface Launcher {
  launch<Child>(spawn: () => Child): Child;
}

/** A command that we started. */
export class Launched implements Target {
  readonly #child: Child;
  readonly #stopSignal: StopSignal;

  /** @throws LaunchError */
  constructor(
    command: string,
    args: readonly string[],
    stdout: "inherit" | "null",
    shim: StopSignal & Launcher,
  ) {
    this.#stopSignal = shim;
    this.#child = shim.launch(() => spawn(command, args, stdout));
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Passes signals on meanwhile: the command decides when it ends. */
  async wait(): Promise<number> {
    let last = 0;
    const timer = setInterval(() => {
      const signum = this.#stopSignal.takeStopSignal();
      if (signum === 0) return;
      last = signum;
      this.forward(signum);
    }, SIGNAL_PERIOD_MS);
    await this.#child.ended;
    clearInterval(timer);
    return last;
  }

  terminate(): void {
    this.#child.kill("SIGTERM");
  }

  /** A negative number came from the terminal, which sent it to the command as well. */
  forward(signum: number): void {
    if (signum > 0) this.#child.kill(signum === 2 ? "SIGINT" : "SIGTERM");
  }
}
