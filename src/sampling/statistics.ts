/**
 * What a run reports of itself: counts, times and errors.
 *
 * A sample is one thread's stack. Its time is that of the pass it was taken in.
 */

/** Counters of one run. */
export class Statistics {
  /** Stacks written, those with missing frames included. */
  samples = 0;
  /** Stacks of which frames are missing, and passes that gave none. */
  errors = 0;
  /** Stacks taken in a pass that was longer than the interval. */
  longSamples = 0;
  #minUs = Infinity;
  #maxUs = 0;
  #totalUs = 0;
  readonly #intervalUs: number;

  constructor(intervalUs: number) {
    this.#intervalUs = intervalUs;
  }

  /** @param samples stacks of a pass. @param errors those of them that are not whole. @param passUs its duration. */
  addPass(samples: number, errors: number, passUs: number): void {
    this.samples += samples;
    this.errors += errors;
    this.#totalUs += passUs * samples;
    if (samples === 0) return;
    if (passUs > this.#intervalUs) this.longSamples += samples;
    if (passUs < this.#minUs) this.#minUs = passUs;
    if (passUs > this.#maxUs) this.#maxUs = passUs;
  }

  /** @returns shortest, average and longest time of a sample in whole microseconds; zeroes without samples. */
  passTimesUs(): { min: number; average: number; max: number } {
    if (this.samples === 0) return { min: 0, average: 0, max: 0 };
    return {
      min: Math.round(this.#minUs),
      average: Math.round(this.#totalUs / this.samples),
      max: Math.round(this.#maxUs),
    };
  }
}
