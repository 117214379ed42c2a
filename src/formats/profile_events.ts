/**
 * What a recorded profile says, whatever its format: the border between
 * readers and converters.
 *
 * Samples are the same objects that sinks take, so a file can be fed to a sink
 * as a run is. Frames are ids of a table that the reader fills and never
 * empties.
 */

import { type Metrics, Sample } from "../events/sample.ts";
import { MAX_FRAMES } from "../limits.ts";

/** A sample from a file. */
export class RecordedSample extends Sample {
  /** Sets the frames. Of too many only those at the leaf are kept. @param roots ids from the root. @param kernelCount how many, from the leaf, are the kernel's. */
  setFrames(roots: readonly number[], kernelCount = 0): void {
    const count = Math.min(roots.length, MAX_FRAMES);
    for (let i = 0; i < count; i++) {
      this.frameIds[i] = roots[roots.length - 1 - i]!;
    }
    this.frameCount = count;
    this.kernelCount = Math.min(kernelCount, count);
    if (count < roots.length) this.isInvalid = true;
  }
}

/** A fact about the run, or one stack. */
export type ProfileEvent =
  | { readonly kind: "metadata"; readonly key: string; readonly value: string }
  /** The sample is only valid until the next event is taken. */
  | { readonly kind: "sample"; readonly sample: RecordedSample };

/** Turns the bytes of a profile, piece by piece, into events. */
export interface ProfileDecoder {
  /**
   * Takes the next bytes. The events must all be taken before the next call,
   * and before the bytes are overwritten.
   * @throws ProfileError, after the events before the damage
   */
  decode(bytes: Uint8Array): Generator<ProfileEvent, void, void>;
  /** There are no more bytes. @throws ProfileError, when the profile has been cut */
  end(): Generator<ProfileEvent, void, void>;
}

/** @param mode the value of `mode` in the metadata. @returns which metrics its samples have. */
export function metricsOfMode(mode: string | undefined): Metrics {
  return mode === "memory" || mode === "full" ? mode : "time";
}
