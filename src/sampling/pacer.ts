// Hot path: called once per sample.
/**
 * When the next sample is due: absolute deadlines on the shim's clock.
 *
 * Deadlines that were missed are skipped, not caught up with in a burst. The
 * shim sleeps, because timers of the runtime are some milliseconds late and a
 * synchronous loop never sees its signal listeners run.
 */

/** A monotonic clock in microseconds that can be slept on. */
export interface Clock {
  now(): number;
  /** Sleeps until the deadline or a stop signal. @returns now. */
  sleepUntil(deadlineUs: number): number;
}

/** SIGINT and SIGTERM as the shim records them. */
export interface StopSignal {
  /** @returns the signal's number, negative when it came from the terminal; 0 when there was none. */
  takeStopSignal(): number;
}

/** Spaces samples evenly. */
export class Pacer {
  readonly #clock: Clock;
  readonly #intervalUs: number;
  readonly #endUs: number;
  #deadlineUs: number;

  /**
   * @param intervalUs 0 samples without a pause.
   * @param startUs time of the first sample. @param endUs time of the last one.
   */
  constructor(
    clock: Clock,
    intervalUs: number,
    startUs: number,
    endUs = Infinity,
  ) {
    this.#clock = clock;
    this.#intervalUs = intervalUs;
    this.#deadlineUs = startUs;
    this.#endUs = endUs;
  }

  /** Waits for the next deadline after `nowUs`. @returns the time at which it woke up. */
  wait(nowUs: number): number {
    const interval = this.#intervalUs;
    if (interval === 0) return nowUs;
    let deadline = this.#deadlineUs + interval;
    if (deadline <= nowUs) {
      deadline += Math.floor((nowUs - deadline) / interval) * interval;
      this.#deadlineUs = deadline;
      return nowUs;
    }
    this.#deadlineUs = deadline;
    return this.#clock.sleepUntil(
      deadline < this.#endUs ? deadline : this.#endUs,
    );
  }
}
