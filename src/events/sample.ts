/**
 * One thread's stack at one moment: what producers fill in and sinks read.
 *
 * There is one object of this kind in a run, filled anew for every stack, so
 * that nothing is allocated while sampling. A sink that wants to keep one
 * copies it.
 */

import { MAX_FRAMES } from "../limits.ts";

/** What a run measures, and so which of a sample's metrics count. */
export type Metrics =
  /** `timeUs`. */
  | "time"
  /** `memoryBytes`. */
  | "memory"
  /** `timeUs`, `isIdle` and `memoryBytes`. */
  | "full";

/** A stack with its metrics. */
export class Sample {
  pid = 0;
  /** Interpreter id; 0 is the main one. */
  iid = 0;
  /** The kernel's thread id where known, else `pthread_self()`. */
  tid = 0;
  /** The thread's name where the producer has it; else empty. */
  threadName = "";
  /**
   * A small number that stays with the thread while it lives, for tables by
   * thread. It is used again for another thread after its end.
   */
  threadIndex = 0;
  /** Frame ids from the leaf to the root; only the first `frameCount` count. */
  readonly frameIds: Int32Array = new Int32Array(MAX_FRAMES);
  frameCount = 0;
  /** How many of them, from the leaf, are the kernel's. */
  kernelCount = 0;
  /** Whether frames are missing, because the stack could not be read whole. */
  isInvalid = false;
  /** Whether the interpreter is collecting garbage. */
  isCollecting = false;
  /** Microseconds since the previous pass over this process. */
  timeUs = 0;
  /** Whether the thread is off the CPU. */
  isIdle = false;
  /** Change of the process's resident memory since the previous pass, on the thread that it is put down to. */
  memoryBytes = 0;
}
