/**
 * Frames by what they say: equal ones have one id, whichever process or file
 * they come from.
 */

import type { Frame, FrameTable } from "../events/frame_table.ts";
import { MAX_DISTINCT_FRAMES } from "./limits.ts";

/** Fills a table of frames, each of them once. */
export class FrameIndex {
  /** What the ids mean. */
  readonly frames: FrameTable;
  readonly #texts = new Map<string, number>();
  readonly #ids = new Map<string, number>();

  constructor(frames: FrameTable) {
    this.frames = frames;
  }

  /** @returns the frame's id; -1 when there are too many. */
  idOf(frame: Frame): number {
    const key = `${this.#text(frame.file)},${
      this.#text(frame.scope)
    },${frame.line},${frame.endLine},${frame.column},${frame.endColumn}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    if (this.#ids.size >= MAX_DISTINCT_FRAMES) return -1;
    const id = this.frames.add(isKernel(frame) ? kernelFrame(frame) : frame);
    this.#ids.set(key, id);
    return id;
  }

  /** @returns how many frames from the leaf are the kernel's. @param roots ids from the root. */
  kernelLeaves(roots: readonly number[]): number {
    let count = 0;
    for (let i = roots.length - 1; i >= 0; i--, count++) {
      if (this.frames.get(roots[i]!).machine?.kind !== "kernel") break;
    }
    return count;
  }

  #text(text: string): number {
    let number = this.#texts.get(text);
    if (number === undefined) {
      number = this.#texts.size;
      this.#texts.set(text, number);
    }
    return number;
  }
}

/** Files say it by the name that stands in the place of a file. */
function isKernel({ file, line }: Frame): boolean {
  return file === "kernel" && line === 0;
}

function kernelFrame(frame: Frame): Frame {
  return { ...frame, machine: { kind: "kernel" } };
}
