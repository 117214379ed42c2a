/**
 * Ends a run whose reader has gone, also while there is nothing to write: of a
 * program that sleeps there may be no sample for hours.
 */

import { BrokenPipeError } from "../errors.ts";
import type { Watcher } from "../sampling/session.ts";
import type { SampleSettings } from "./settings.ts";

const PERIOD_US = 500_000;

/** What tells whether somebody reads; the shim does. */
export interface ReadOutput {
  outputIsRead(): boolean;
}

/** Whether somebody who is no file waits for samples on standard output. */
export function wantsReader({ pipe, output }: SampleSettings): boolean {
  return pipe && output === undefined;
}

/** Looks now and then whether the output is read. */
export class ReaderWatcher implements Watcher {
  readonly periodUs = PERIOD_US;
  readonly #output: ReadOutput;

  constructor(output: ReadOutput) {
    this.#output = output;
  }

  /** @throws BrokenPipeError */
  tick(): void {
    if (this.#output.outputIsRead()) return;
    throw new BrokenPipeError("Cannot write samples: the reader has gone");
  }
}
