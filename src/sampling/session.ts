// Hot path: the loop of `sampleUntilEnd` runs once for each sample.
/**
 * One run: passes over all processes at their deadlines until something ends it.
 */

import type { Sink } from "../events/sink.ts";
import type { Clock, StopSignal } from "./pacer.ts";
import { Pacer } from "./pacer.ts";
import { PassStatus, type ProcessSampler } from "./process_sampler.ts";
import type { ProcessTree } from "./process_tree.ts";
import type { Statistics } from "./statistics.ts";

/** Why a run ended. */
export type SessionEnd =
  | { readonly kind: "exposure" }
  /** Every process has ended. */
  | { readonly kind: "gone" }
  /** The only process lives on without a Python, for instance after an exec. */
  | { readonly kind: "lost" }
  | { readonly kind: "signal"; readonly signum: number };

/** Looks at a run while it lasts. */
export interface Watcher {
  /** Time between two looks, at the least. */
  readonly periodUs: number;
  /** Called between two passes. */
  tick(nowUs: number): void;
}

/** What a run needs. */
export interface SessionOptions {
  readonly tree: ProcessTree;
  readonly sink: Sink;
  readonly statistics: Statistics;
  readonly clock: Clock;
  readonly stopSignal: StopSignal;
  readonly intervalUs: number;
  /** Time on `clock` at which the run ends, or Infinity. */
  readonly endUs: number;
  /** Time for which the run goes on without any Python; Infinity where others may come. */
  readonly patienceUs: number;
  readonly watcher?: Watcher | null;
}

/** Samples until the processes end, the time is over or a signal arrives. */
export function sampleUntilEnd(options: SessionOptions): SessionEnd {
  const { tree, sink, statistics, clock, stopSignal, endUs } = options;
  const watcher = options.watcher ?? null;
  tree.update(clock.now());
  const startUs = clock.now();
  const pacer = new Pacer(clock, options.intervalUs, startUs, endUs);
  let lastUs = Math.round(startUs);
  let aliveUs = startUs;
  let nextTickUs = watcher === null ? Infinity : startUs + watcher.periodUs;
  // Every end comes behind a pass, so that the times of a thread add up to the whole.
  for (let nowUs = startUs;; nowUs = pacer.wait(clock.now())) {
    const passUs = Math.round(nowUs);
    const isCollecting = samplePass(tree, sink, statistics, passUs);
    if (isCollecting) statistics.collectingUs += passUs - lastUs;
    lastUs = passUs;
    statistics.endPass(clock.now() - nowUs);
    sink.passEnd();
    if (tree.isEmpty) return { kind: "gone" };
    const signum = stopSignal.takeStopSignal();
    if (signum !== 0) return { kind: "signal", signum };
    if (nowUs >= endUs) return { kind: "exposure" };
    // Not before the pass: it takes milliseconds to find a Python, whose time counts from then on.
    tree.update(nowUs);
    if (tree.samplers.length > 0) aliveUs = nowUs;
    else if (nowUs - aliveUs > options.patienceUs) return { kind: "lost" };
    if (nowUs >= nextTickUs) {
      watcher!.tick(nowUs);
      nextTickUs = nowUs + watcher!.periodUs;
    }
  }
}

/** Samples every process once. @returns whether one of them collects garbage. */
function samplePass(
  tree: ProcessTree,
  sink: Sink,
  statistics: Statistics,
  nowUs: number,
): boolean {
  const { samplers } = tree;
  let isCollecting = false;
  for (let i = 0; i < samplers.length; i++) {
    const sampler = samplers[i]!;
    const status = sampler.pass(sink, nowUs);
    statistics.addStacks(sampler.samples, sampler.errors);
    if (sampler.isCollecting) isCollecting = true;
    if (status !== PassStatus.ok) lose(tree, sampler, status, nowUs);
  }
  return isCollecting;
}

/** `samplers` of the tree is another array afterwards; the loop over the old one goes on. */
function lose(
  tree: ProcessTree,
  sampler: ProcessSampler,
  status: PassStatus,
  nowUs: number,
): void {
  if (status === PassStatus.gone) tree.remove(sampler);
  else if (sampler.isLostSince(nowUs)) tree.detach(sampler, nowUs);
}
