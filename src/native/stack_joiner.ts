// Hot path: `join` runs once for each stack.
/**
 * Makes one stack of the kernel's frames, those of machine code and Python's.
 *
 * Python's frames are the truth. Where machine code could not be unwound to
 * the root, or the two do not fit together, they stand alone and the sample is
 * marked.
 */

import type { Sample } from "../events/sample.ts";
import { MAX_FRAMES } from "../limits.ts";
import type { LoopFrames } from "../python/halted_frames.ts";
import { interleave, type MachineStack } from "./interleave.ts";
import type { MachineFrames } from "./machine_frames.ts";
import { UnwindEnd, type Unwinder } from "./unwinder.ts";

/** What a stack is made of. */
export interface StackParts {
  /** The kernel's frames, from the innermost. */
  readonly kernelIds: readonly number[];
  readonly python: LoopFrames;
  /** Whether Python's frames could all be read. */
  readonly isPythonWhole: boolean;
  /** How unwinding ended; the frames are those of the unwinder. */
  readonly end: UnwindEnd;
}

/** Joins stacks of one process. */
export class StackJoiner {
  readonly #unwinder: Unwinder;
  readonly #machineFrames: MachineFrames;
  #ids = new Int32Array(256);
  #roles = new Uint8Array(256);

  constructor(unwinder: Unwinder, machineFrames: MachineFrames) {
    this.#unwinder = unwinder;
    this.#machineFrames = machineFrames;
  }

  /** Fills in a sample's frames. @returns whether the parts fit together. */
  join(parts: StackParts, sample: Sample): boolean {
    const { kernelIds, python, isPythonWhole, end } = parts;
    const { frameIds } = sample;
    let count = isPythonWhole
      ? interleave(this.#machineStack(end), python, frameIds)
      : -1;
    const fits = count >= 0;
    sample.isInvalid = !fits || end !== UnwindEnd.root;
    if (!fits) {
      count = python.count;
      frameIds.set(python.ids.subarray(0, count));
    }
    const isRoom = count + kernelIds.length <= MAX_FRAMES;
    sample.kernelCount = isRoom ? kernelIds.length : 0;
    if (sample.kernelCount > 0) {
      frameIds.copyWithin(kernelIds.length, 0, count);
      frameIds.set(kernelIds);
    }
    sample.frameCount = count + sample.kernelCount;
    return fits;
  }

  #machineStack(end: UnwindEnd): MachineStack {
    const { count, pcs, isReturn, stackPointers } = this.#unwinder;
    if (count > this.#ids.length) {
      this.#ids = new Int32Array(count * 2);
      this.#roles = new Uint8Array(count * 2);
    }
    for (let i = 0; i < count; i++) {
      const { id, role } = this.#machineFrames.find(
        pcs[i]!,
        isReturn[i]! !== 0,
      );
      this.#ids[i] = id;
      this.#roles[i] = role;
    }
    return {
      count,
      ids: this.#ids,
      roles: this.#roles,
      stackPointers,
      isWhole: end === UnwindEnd.root,
    };
  }
}
