// Hot path: no allocation per frame.
/**
 * Walks the frames of one thread.
 *
 * The walk reads a snapshot only. Where frames lie one after the other and tell
 * whether they are alive, it goes inward from the root (`stacked_frames.ts`).
 * Elsewhere it goes outward from the frame that the thread state announces, and
 * believes what it finds: on 3.8 to 3.10, in free-threaded builds, and where a
 * data stack cannot be read.
 * 3.12 Include/internal/pycore_frame.h _PyInterpreterFrame
 */

import type { Sample } from "../events/sample.ts";
import { MAX_FRAMES } from "../limits.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import type { FrameInterner } from "./frame_interner.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";
import { DataStack } from "./data_stack.ts";
import type { KnownStack } from "./known_stack.ts";
import { Liveness } from "./liveness.ts";
import { announcedFrame, StackedFrames } from "./stacked_frames.ts";

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

/** A frame loses its code when it is popped. */
const NO_CODE = -2;

/** Walks stacks of one process. */
export class FrameWalker {
  readonly #snapshot: Snapshot;
  readonly #interner: FrameInterner;
  readonly #layout: Layout;
  readonly #data: DataStack;
  readonly #stacked: StackedFrames | null = null;
  /** The region that the last frame was found in, and its place in the copy. */
  #windowAddress = 0;
  #windowSize = 0;
  #windowLocal = 0;
  /** Address of the outermost frame of the last walk that reached it; 0 when there was none. */
  root = 0;

  constructor(snapshot: Snapshot, interner: FrameInterner, layout: Layout) {
    this.#snapshot = snapshot;
    this.#interner = interner;
    this.#layout = layout;
    this.#data = new DataStack(snapshot, layout);
    if (layout.liveness === null) return;
    const liveness = new Liveness(
      snapshot,
      layout.liveness,
      layout.pointerSize,
    );
    this.#stacked = new StackedFrames(
      snapshot,
      interner,
      layout,
      liveness,
      this.#data,
    );
  }

  /**
   * Fills in a sample's frames.
   * @param threadAt place of the thread state in the snapshot.
   * @param known what the last walk of the same thread found. @param isFinal whether it is the last attempt, at which what can be had counts.
   */
  walk(
    threadAt: number,
    sample: Sample,
    known: KnownStack,
    isFinal = false,
  ): WalkStatus {
    this.root = 0;
    this.#windowSize = 0;
    sample.frameCount = 0;
    const announcer = this.#snapshot.pointer(
      threadAt + this.#layout.thread.top,
    );
    const stacked = this.#stacked;
    const hasData = this.#data.find(threadAt);
    if (stacked === null || !hasData) {
      const top = announcedFrame(this.#snapshot, this.#layout, announcer);
      // A thread that calls nothing has no data stack; any other has one the next time.
      const isWhole = stacked === null || top === 0 || isFinal;
      return isWhole && top >= 0 ? this.#follow(top, sample) : WalkStatus.torn;
    }
    if (!stacked.walk(announcer, sample.frameIds, isFinal, known)) {
      if (!isFinal || stacked.count > 0) return WalkStatus.torn;
      const top = announcedFrame(this.#snapshot, this.#layout, announcer);
      return top < 0 ? WalkStatus.torn : this.#follow(top, sample);
    }
    this.root = stacked.root;
    const { count } = stacked;
    sample.frameCount = Math.min(count, MAX_FRAMES);
    return count > MAX_FRAMES ? WalkStatus.tooDeep : WalkStatus.ok;
  }

  /** Goes outward from a frame. */
  #follow(top: number, sample: Sample): WalkStatus {
    const snapshot = this.#snapshot;
    const { frame, firstForeignOwner } = this.#layout;
    const hasOwner = frame.owner !== ABSENT;
    let count = 0;
    let own = 0;
    // A frame that comes up again closes a ring; Brent's way to notice it.
    let mark = 0;
    let address = top;
    for (let steps = 0; address !== 0; steps++) {
      if (address === mark || steps === 2 * MAX_FRAMES) return WalkStatus.torn;
      if ((steps & (steps - 1)) === 0) mark = address;
      const at = this.#locate(address);
      if (at < 0) return WalkStatus.torn;
      own = address;
      address = snapshot.pointer(at + frame.previous);
      if (hasOwner && snapshot.u8(at + frame.owner) >= firstForeignOwner) {
        continue;
      }
      const id = this.#idAt(at);
      if (id === NO_CODE && count === 0) continue;
      if (id < 0) return WalkStatus.torn;
      if (this.#interner.isShim(this.#interner.lastEntry)) continue;
      if (count === MAX_FRAMES) {
        sample.frameCount = count;
        return WalkStatus.tooDeep;
      }
      sample.frameIds[count++] = id;
    }
    sample.frameCount = count;
    this.root = own;
    return WalkStatus.ok;
  }

  /** Finds a frame, without a search where the last one was near. */
  #locate(address: number): number {
    const snapshot = this.#snapshot;
    const { size } = this.#layout.frame;
    const offset = address - this.#windowAddress;
    if (offset >= 0 && offset <= this.#windowSize - size) {
      return this.#windowLocal + offset;
    }
    const at = snapshot.locate(address, size);
    this.#windowAddress = snapshot.windowAddress;
    this.#windowSize = at < 0 ? 0 : snapshot.windowSize;
    this.#windowLocal = snapshot.windowLocal;
    return at;
  }

  /** @returns frame id; NO_CODE for a frame that was popped, another negative number when there is none. */
  #idAt(at: number): number {
    const snapshot = this.#snapshot;
    const { frame, instructionIs } = this.#layout;
    // The two low bits of a code pointer are tags from 3.14 on.
    const codeLow = (snapshot.u32(at + frame.code) & ~3) >>> 0;
    const codeHigh = snapshot.high(at + frame.code);
    if (codeLow === 0 && codeHigh === 0) return NO_CODE;
    return this.#interner.intern(
      codeLow,
      codeHigh,
      snapshot.u32(at + frame.instruction),
      instructionIs === "address" ? snapshot.high(at + frame.instruction) : 0,
    );
  }
}
