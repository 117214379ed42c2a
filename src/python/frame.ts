// Hot path: no allocation per frame.
/**
 * Walks the frames of one thread, from the leaf to the root.
 *
 * The walk reads a snapshot only. Frames of 3.11 and later lie one after the
 * other in the chunks of the thread's data stack, so a whole chunk is asked
 * for at once; generators' frames, shims on the C stack and the heap frames of
 * 3.8 to 3.10 are asked for one by one. Which top to start from is the one
 * that the thread state announces.
 * 3.12 Include/internal/pycore_frame.h _PyInterpreterFrame
 */

import type { Sample } from "../events/sample.ts";
import { MAX_FRAMES } from "../limits.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import type { FrameInterner } from "./frame_interner.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";

/** How a walk ended. */
export const WalkStatus = {
  /** The root was reached. */
  ok: 0,
  /** Something that cannot be was met: the target went on while the snapshot was taken. */
  torn: 1,
  /** There are more frames than MAX_FRAMES; those nearest to the leaf are there. */
  tooDeep: 2,
} as const;

export type WalkStatus = typeof WalkStatus[keyof typeof WalkStatus];

/** 3.11 Include/cpython/pystate.h _PyStackChunk: previous, size, top, data. */
const CHUNK_SIZE = 8;
const CHUNK_TOP = 16;
const CHUNK_DATA = 24;

/** No chunk of the data stack is larger: one holds 16 KiB or a single huge frame. 3.12 Python/pystate.c push_chunk */
const MAX_CHUNK_SIZE = 16 * 1024 * 1024;

/** Bytes behind the data stack's top that are read as well, for frames that are pushed meanwhile. */
const SLACK_SIZE = 256;

/** Walks stacks of one process. */
export class FrameWalker {
  readonly #snapshot: Snapshot;
  readonly #interner: FrameInterner;
  readonly #layout: Layout;
  /** The oldest chunk that this walk has asked for. */
  #chunk = 0;

  constructor(snapshot: Snapshot, interner: FrameInterner, layout: Layout) {
    this.#snapshot = snapshot;
    this.#interner = interner;
    this.#layout = layout;
  }

  /**
   * Fills in a sample's frames.
   * @param threadAt place of the thread state in the snapshot.
   */
  walk(threadAt: number, sample: Sample): WalkStatus {
    sample.frameCount = 0;
    const top = this.#topFrame(threadAt);
    if (top < 0) return WalkStatus.torn;
    this.#askForNewestChunk(threadAt);
    return this.#follow(top, sample);
  }

  /** @returns address of the innermost frame, 0 when there is none, -1 when that cannot be told. */
  #topFrame(threadAt: number): number {
    const { framesAre, thread, cframeCurrentFrame } = this.#layout;
    const top = this.#snapshot.pointer(threadAt + thread.top);
    if (framesAre !== "cframe" || top === 0) return top;
    const at = this.#snapshot.locate(top + cframeCurrentFrame, 8);
    return at < 0 ? -1 : this.#snapshot.pointer(at);
  }

  /** Has the newest chunk read up to its top, so that its frames need no reads of their own. */
  #askForNewestChunk(threadAt: number): void {
    const { dataStackChunk } = this.#layout.thread;
    this.#chunk = 0;
    if (dataStackChunk === ABSENT) return;
    const chunk = this.#snapshot.pointer(threadAt + dataStackChunk);
    const top = this.#snapshot.pointer(threadAt + dataStackChunk + 8);
    const size = top - chunk + SLACK_SIZE;
    if (chunk === 0 || size < CHUNK_DATA || size > MAX_CHUNK_SIZE) return;
    if (this.#snapshot.locate(chunk, size) >= 0) this.#chunk = chunk;
  }

  #follow(top: number, sample: Sample): WalkStatus {
    const snapshot = this.#snapshot;
    const interner = this.#interner;
    const { frame, firstForeignOwner, instructionIs } = this.#layout;
    const { code, previous, instruction, owner, size } = frame;
    const hasOwner = owner !== ABSENT;
    const isAddress = instructionIs === "address";
    const ids = sample.frameIds;
    let count = 0;
    let address = top;
    // The region that the last frame was found in: first and last address at
    // which a frame fits, and how far its bytes are from their addresses.
    let first = 0;
    let last = -1;
    let shift = 0;
    for (let steps = 0; address !== 0; steps++) {
      if (address < first || address > last) {
        const at = this.#locateFrame(address);
        if (at < 0) return WalkStatus.torn;
        first = snapshot.windowAddress;
        last = first + snapshot.windowSize - size;
        shift = first - snapshot.windowLocal;
      }
      const at = address - shift;
      address = snapshot.pointer(at + previous);
      if (steps === 2 * MAX_FRAMES) return WalkStatus.torn;
      if (hasOwner && snapshot.u8(at + owner) >= firstForeignOwner) continue;
      // The low bits of a code pointer are tags from 3.14 on.
      const codeLow = (snapshot.u32(at + code) & ~7) >>> 0;
      const codeHigh = snapshot.u32(at + code + 4);
      if (codeLow === 0 && codeHigh === 0) {
        // A frame loses its code when it is popped; only the innermost may be.
        if (count === 0) continue;
        return WalkStatus.torn;
      }
      if (count === MAX_FRAMES) return tooDeep(sample, count);
      const id = interner.intern(
        codeLow,
        codeHigh,
        snapshot.u32(at + instruction),
        isAddress ? snapshot.u32(at + instruction + 4) : 0,
      );
      if (id < 0) return WalkStatus.torn;
      ids[count++] = id;
    }
    sample.frameCount = count;
    return WalkStatus.ok;
  }

  /** Finds a frame that is not where the last one was. */
  #locateFrame(address: number): number {
    const { size } = this.#layout.frame;
    if (this.#chunk !== 0) this.#askForChunkOf(address);
    return this.#snapshot.locate(address, size);
  }

  /** Has the next older chunk read as well when the frame is in it. */
  #askForChunkOf(address: number): void {
    const snapshot = this.#snapshot;
    const newer = snapshot.locate(this.#chunk, CHUNK_DATA);
    const older = newer < 0 ? 0 : snapshot.pointer(newer);
    if (older === 0) return;
    const at = snapshot.locate(older, CHUNK_DATA);
    if (at < 0) return;
    const size = snapshot.pointer(at + CHUNK_SIZE);
    if (address < older || address >= older + size) return;
    if (size > MAX_CHUNK_SIZE) return;
    this.#chunk = older;
    const used = CHUNK_DATA + 8 * snapshot.pointer(at + CHUNK_TOP);
    if (used <= size) snapshot.locate(older, used);
  }
}

function tooDeep(sample: Sample, count: number): WalkStatus {
  sample.frameCount = count;
  return WalkStatus.tooDeep;
}
