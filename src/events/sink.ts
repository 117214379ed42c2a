/**
 * What takes samples: the border between producers and outputs.
 *
 * Calls come in this order: `metadata` for the head, `sample` any number of
 * times with `passEnd` after each pass over the process, `metadata` for the
 * trailer, `close`. Every method may throw an OutputError or BrokenPipeError.
 */

import type { Sample } from "./sample.ts";

/** Takes a run's metadata and samples. */
export interface Sink {
  /** A fact about the run, such as `mode` or `duration`. */
  metadata(key: string, value: string): void;
  /** The head is complete, samples follow. */
  start(): void;
  /** One stack. The object is only valid during the call. */
  sample(sample: Sample): void;
  /** All threads of a process have been sampled once. */
  passEnd(): void;
  /** No more samples; the trailer's metadata follow. */
  end(): void;
  /** Writes out what is held back. Nothing is called after it. */
  close(): void;
}
