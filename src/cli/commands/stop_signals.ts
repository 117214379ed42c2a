/**
 * Ctrl-C and SIGTERM, for commands that leave the runtime its event loop.
 *
 * The shim's handler tells where a signal comes from. The runtime may put one
 * of its own before it, at any time, which calls the shim's and then ends the
 * process, unless somebody listens. So somebody does. On Windows the runtime's
 * does not call the shim's, so there the listener is told instead of it.
 *
 * One from the terminal reaches all that we have started as well; one that was
 * sent to us only is to be passed on.
 */

import { openShim } from "../../../ffi/shim.ts";
import { heardSignals } from "../heard_signals.ts";

/** Signals are looked for this often. */
const PERIOD_MS = 50;

/** Whether a signal that the runtime has heard is over. */
const ENDS_AT_RUNTIME = Deno.build.os === "windows";

/** Hears stop signals until it is disposed of. */
export class StopSignals implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #listeners = heardSignals.map(([signal, signum]) => {
    // Whatever the console tells, it tells to all.
    const told = () => this.#take(-signum);
    return [signal, ENDS_AT_RUNTIME ? told : ignore] as const;
  });
  #pass: (signal: Deno.Signal) => void = () => {};
  #next = Promise.withResolvers<void>();
  #hasCome = false;

  constructor() {
    const shim = openShim();
    shim.recordStopSignals();
    for (const [signal, listener] of this.#listeners) {
      Deno.addSignalListener(signal, listener);
    }
    this.#timer = setInterval(
      () => this.#take(shim.takeStopSignal()),
      PERIOD_MS,
    );
  }

  /** Whether there was one. */
  get hasCome(): boolean {
    return this.#hasCome;
  }

  /** @param pass gets those that only we were sent. */
  passTo(pass: (signal: Deno.Signal) => void): void {
    this.#pass = pass;
  }

  /** Waits for the next one. */
  next(): Promise<void> {
    return this.#next.promise;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const [signal, listener] of this.#listeners) {
      Deno.removeSignalListener(signal, listener);
    }
  }

  /** @param signum as the shim has it: 0 for none, negative from the terminal. */
  #take(signum: number): void {
    if (signum === 0) return;
    this.#hasCome = true;
    if (signum > 0) this.#pass(signum === 2 ? "SIGINT" : "SIGTERM");
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }
}

function ignore(): void {}
