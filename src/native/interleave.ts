/**
 * Joins a thread's stack of machine code with its Python frames.
 *
 * Python's evaluation loop is a function of machine code that runs one Python
 * frame or, from 3.11 on, several. Each of its frames is replaced by the
 * Python frames that it runs. From 3.12 on a loop's shim lies within its frame
 * of machine code, so which is which can be checked; before, the loops are
 * counted off from the root.
 *
 * Python's frames are the truth: where the two do not fit, nothing is joined.
 */

import { MAX_FRAMES } from "../limits.ts";
import type { LoopFrames } from "../python/halted_frames.ts";

/** What a function of machine code is to Python. */
export const Role = {
  /** Nothing: its frame is shown. */
  other: 0,
  /** The evaluation loop. */
  loop: 1,
  /** A part of the evaluation loop with a frame of its own: it is not shown. */
  loopPart: 2,
} as const;

export type Role = typeof Role[keyof typeof Role];

/** A stack of machine code, from the leaf. */
export interface MachineStack {
  readonly count: number;
  /** Frame ids. */
  readonly ids: Int32Array;
  readonly roles: Uint8Array;
  /** Stack pointers: a frame lies between its own and the next one's. */
  readonly stackPointers: Float64Array;
  /** Whether it reaches to the thread's first function. */
  readonly isWhole: boolean;
}

/**
 * Joins both.
 * @param into gets frame ids from the leaf to the root, at most MAX_FRAMES.
 * @returns how many; -1 when the two do not fit.
 */
export function interleave(
  machine: MachineStack,
  python: LoopFrames,
  into: Int32Array,
): number {
  if (!python.isWhole) return -1;
  const loops = findLoops(machine, python);
  const extra = loops.length - python.loopCount;
  // A loop that begins or ends has no frames: it can only be the innermost.
  if (extra !== 0 && extra !== 1) return -1;
  for (let i = 0; i < python.loopCount; i++) {
    if (!isInPlace(machine, python, loops[i + extra]!, i)) return -1;
  }
  if (machine.count + python.count > MAX_FRAMES) return -1;
  let count = 0;
  let next = extra;
  for (let i = 0; i < machine.count; i++) {
    if (loops[next] === i) {
      const loop = next++ - extra;
      const first = loop === 0 ? 0 : python.ends[loop - 1]!;
      for (let j = first; j < python.ends[loop]!; j++) {
        into[count++] = python.ids[j]!;
      }
    } else if (machine.roles[i] !== Role.loopPart) {
      into[count++] = machine.ids[i]!;
    }
  }
  return count;
}

/** @returns which frames of machine code are loops: those that are named so, and those with a shim in them. */
function findLoops(machine: MachineStack, python: LoopFrames): number[] {
  const loops: number[] = [];
  let anchored = 0;
  for (let i = 0; i < machine.count; i++) {
    const end = machine.stackPointers[i + 1]!;
    const anchor = anchored < python.loopCount ? python.anchors[anchored]! : 0;
    const hasAnchor = anchor !== 0 && anchor < end;
    if (hasAnchor) anchored++;
    if (hasAnchor || machine.roles[i] === Role.loop) loops.push(i);
  }
  return loops;
}

/** @returns whether a frame of machine code can be the one of a Python loop. */
function isInPlace(
  { stackPointers, roles, isWhole }: MachineStack,
  { anchors }: LoopFrames,
  index: number,
  loop: number,
): boolean {
  const anchor = anchors[loop]!;
  // Without an anchor only a whole stack tells which loop is which.
  if (anchor === 0) return isWhole && roles[index] === Role.loop;
  return anchor >= stackPointers[index]! && anchor < stackPointers[index + 1]!;
}
