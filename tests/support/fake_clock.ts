/** A clock that a test moves: sleeping takes no time at all. */

import type { Clock } from "../../src/sampling/pacer.ts";

/** Counts sleeps, which end late by as much as it is told. */
export class FakeClock implements Clock {
  /** Microseconds. */
  nowUs: number;
  /** How late a sleep ends. */
  latenessUs = 0;
  /** Deadlines that were slept until. */
  readonly deadlines: number[] = [];
  /** Called when a sleep has ended. */
  onWake: () => void = () => {};

  constructor(nowUs = 0) {
    this.nowUs = nowUs;
  }

  now(): number {
    return this.nowUs;
  }

  sleepUntil(deadlineUs: number): number {
    this.deadlines.push(deadlineUs);
    this.nowUs = Math.max(this.nowUs, deadlineUs + this.latenessUs);
    this.onWake();
    return this.nowUs;
  }
}
