/**
 * What a run reports of itself: counts, times and errors.
 *
 * A sample is one thread's stack. Its time is that of the pass it was taken in.
 */

/** Counters of one run. */
export class Statistics {
  /** Stacks written, those with missing frames included. */
  samples = 0;
  /** Stacks of which frames are missing, and interpreters that could not be read. */
  errors = 0;
  /** Stacks taken in a pass that was longer than the interval. */
  longSamples = 0;
  /** Time during which some process collected garbage. */
  collectingUs = 0;
  #minUs = Infinity;
  #maxUs = 0;
  #totalUs = 0;
  #passSamples = 0;
  readonly #intervalUs: number;

  constructor(intervalUs: number) {
    this.#intervalUs = intervalUs;
  }

  /** Adds what a pass took of one process. @param errors those of the stacks that are not whole. */
  addStacks(samples: number, errors: number): void {
    this.#passSamples += samples;
    this.errors += errors;
  }

  /** Ends a pass over all processes. @param passUs its duration. */
  endPass(passUs: number): void {
    const samples = this.#passSamples;
    this.#passSamples = 0;
    if (samples === 0) return;
    this.samples += samples;
    this.#totalUs += passUs * samples;
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
