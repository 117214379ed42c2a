/**
 * Another way to take a thread's stack than to read it while it runs: the
 * border to `native/`, which halts it.
 */

import type { Sample } from "../events/sample.ts";
import type { FrameInterner } from "../python/frame_interner.ts";
import type { Thread } from "../python/thread.ts";

/** What became of a stack. */
export const TakeStatus = {
  /** It is in the sample. */
  taken: 0,
  /** There is none any more. */
  gone: 1,
  /** The thread could not be halted: only its Python frames can be had, while it runs. */
  refused: 2,
} as const;

export type TakeStatus = typeof TakeStatus[keyof typeof TakeStatus];

/** Takes stacks of one process. */
export interface StackTaker {
  /** Begins a pass over the process. @param nowUs whole microseconds. */
  begin(nowUs: number): void;
  /** Fills in a sample's frames. @param stamp see `FrameInterner.begin`. */
  take(thread: Thread, stamp: number, sample: Sample): TakeStatus;
  close(): void;
}

/** @param interner gives the ids of Python's frames. */
export type OpenStackTaker = (interner: FrameInterner) => StackTaker;
