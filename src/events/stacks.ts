/**
 * What one look at a process gave: all its threads with their names and
 * frames, for those who show where a program is instead of measuring it.
 */

import type { Frame } from "./frame_table.ts";

/** One process. */
export interface ProcessStacks {
  readonly pid: number;
  /** Whether it is a descendant of the process that was asked for. */
  readonly isChild: boolean;
  /** Version of its Python, for instance `3.12.1`. */
  readonly python: string;
  /** In the interpreter's order: the newest thread of the newest interpreter first. */
  readonly threads: readonly ThreadStack[];
  /** Whether there are threads that could not be read at all. */
  readonly lacksThreads: boolean;
}

/** One thread. */
export interface ThreadStack {
  /** Interpreter id; 0 is the main one. */
  readonly iid: number;
  /** The kernel's thread id where known, else `pthread_self()`. */
  readonly tid: number;
  /** Its name in Python, else the one that it has in the kernel; null when it has none of its own. */
  readonly name: string | null;
  /** Whether it is off the CPU. */
  readonly isIdle: boolean;
  /** Whether its interpreter collects garbage. */
  readonly isCollecting: boolean;
  /** Whether frames are missing, because the stack could not be read whole. */
  readonly isInvalid: boolean;
  /** From the root to the leaf. */
  readonly frames: readonly Frame[];
}
