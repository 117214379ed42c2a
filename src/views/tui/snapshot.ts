/**
 * A profile at one moment: what a screen is made of. It does not change while
 * the run goes on, so that a view can be paused and still be moved in.
 */

import type { Frame } from "../../events/frame_table.ts";
import type { CallTree } from "../../formats/call_tree.ts";
import type { SampleTree } from "../../formats/sample_tree.ts";
import type { LastStack, Recorder } from "./recorder.ts";

/** The sums of a profile at one moment. */
export interface Sums {
  /** Says what keys stand for; those known at the moment stay as they are. */
  readonly samples: SampleTree;
  /** Its nodes stay as they are; only those below `size` were there. */
  readonly tree: CallTree;
  readonly size: number;
  /** What nodes have of their own, by metric and node. */
  readonly own: readonly Float64Array[];
}

/** A thread's last stack at one moment. */
export interface ThreadStack extends Omit<LastStack, "ids" | "count" | "time"> {
  /** From the root. */
  readonly frames: readonly Frame[];
  /** Whether it is of the last moments. */
  readonly isRecent: boolean;
}

/** A profile at one moment. */
export interface Snapshot {
  /** Null before the first sample. */
  readonly sums: Sums | null;
  readonly samples: number;
  readonly errors: number;
  /** Those that came last first. */
  readonly stacks: readonly ThreadStack[];
  readonly facts: ReadonlyMap<string, string>;
}

/** Refreshes for which a stack is still that of the last moments. */
const RECENT_TIME = 8;

/** @returns the profile as it is now. */
export function takeSnapshot(recorder: Recorder): Snapshot {
  const { samples, errors, facts } = recorder;
  return {
    sums: samples === null ? null : sumsOf(samples),
    samples: samples?.samples ?? 0,
    errors,
    stacks: stacksOf(recorder),
    facts: new Map(facts),
  };
}

function sumsOf(samples: SampleTree): Sums {
  const { tree, metrics } = samples;
  const own = metrics.map((_, metric) => tree.owns(metric));
  return { samples, tree, size: tree.size, own };
}

function stacksOf({ stacks, frames, time }: Recorder): ThreadStack[] {
  const newestFirst = [...stacks].sort((one, other) => other.time - one.time);
  return newestFirst.map(({ ids, count, time: came, ...stack }) => ({
    ...stack,
    frames: Array.from(ids.subarray(0, count), (id) => frames.get(id))
      .reverse(),
    isRecent: time - came <= RECENT_TIME,
  }));
}
