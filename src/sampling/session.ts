// Hot path: the loop of `sampleUntilEnd` runs once for each sample.
/**
 * One run: passes at their deadlines until something ends it.
 */

import type { Sink } from "../events/sink.ts";
import type { Clock, StopSignal } from "./pacer.ts";
import { Pacer } from "./pacer.ts";
import { PassStatus, type ProcessSampler } from "./process_sampler.ts";
import type { Statistics } from "./statistics.ts";

/** Why a run ended. */
export type SessionEnd =
  | { readonly kind: "exposure" }
  /** The process has ended. */
  | { readonly kind: "gone" }
  /** The kernel no longer lets us read the process. */
  | { readonly kind: "denied" }
  /** The process lives on without the interpreter that we sampled, for instance after an exec. */
  | { readonly kind: "lost" }
  | { readonly kind: "signal"; readonly signum: number };

/** What a run needs. */
export interface SessionOptions {
  readonly sampler: ProcessSampler;
  readonly sink: Sink;
  readonly statistics: Statistics;
  readonly clock: Clock;
  readonly stopSignal: StopSignal;
  readonly intervalUs: number;
  /** Time on `clock` at which the run ends, or Infinity. */
  readonly endUs: number;
}

/** Time without a single stack after which the interpreter counts as lost. */
const LOST_PERIOD_US = 100_000;

/** Samples until the target ends, the time is over or a signal arrives. */
export function sampleUntilEnd(options: SessionOptions): SessionEnd {
  const { sampler, sink, statistics, clock, stopSignal, endUs } = options;
  const pacer = new Pacer(clock, options.intervalUs, clock.now());
  let foundUs = clock.now();
  for (let nowUs = foundUs; nowUs < endUs; nowUs = pacer.wait(clock.now())) {
    const signum = stopSignal.takeStopSignal();
    if (signum !== 0) return { kind: "signal", signum };
    const status = sampler.pass(sink, Math.round(nowUs));
    statistics.addPass(sampler.samples, sampler.errors, clock.now() - nowUs);
    if (status === PassStatus.ok) foundUs = nowUs;
    else if (status === PassStatus.gone) return { kind: "gone" };
    else if (status === PassStatus.denied) return { kind: "denied" };
    else if (nowUs - foundUs > LOST_PERIOD_US) return { kind: "lost" };
    sink.passEnd();
  }
  return { kind: "exposure" };
}
