/**
 * Walks the frames of a thread that does not run meanwhile: it is halted, or
 * sleeps. Nothing has to be judged then; what is announced is what is there.
 *
 * Beside the frames themselves it tells which of them one evaluation loop
 * runs, which is what joins them with a stack of machine code. Where a loop
 * begins:
 *
 * | CPython  | mark                                                        |
 * | -------- | ----------------------------------------------------------- |
 * | 3.8–3.10 | every frame has a loop of its own                           |
 * | 3.11     | `is_entry` of the loop's first frame                        |
 * | 3.12 on  | a shim, which lies in the loop's own frame of machine code  |
 *
 * 3.12 Include/internal/pycore_frame.h _PyInterpreterFrame, Python/ceval.c
 */

import { MAX_FRAMES } from "../limits.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import { WalkStatus } from "./frame.ts";
import { type FrameInterner, Proof } from "./frame_interner.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";

/** Walks until names are those of the code objects that are there now. */
const MAX_ATTEMPTS = 3;

/** Python frames by the evaluation loops that run them. */
export class LoopFrames {
  /** Frame ids from the leaf to the root; only the first `count` are valid. */
  ids = new Int32Array(256);
  count = 0;
  /** For each loop from the leaf: how many frames there are up to its last one. */
  ends = new Int32Array(256);
  /** Address within each loop's frame of machine code, or 0. */
  anchors = new Float64Array(256);
  loopCount = 0;

  clear(): void {
    this.count = 0;
    this.loopCount = 0;
  }

  add(id: number): void {
    if (this.count === this.ids.length) this.ids = twice(this.ids, Int32Array);
    this.ids[this.count++] = id;
  }

  /** The frames since the last loop's are one. @param anchor address within its frame of machine code, or 0. */
  endLoop(anchor: number): void {
    if (this.loopCount === this.ends.length) {
      this.ends = twice(this.ends, Int32Array);
      this.anchors = twice(this.anchors, Float64Array);
    }
    this.ends[this.loopCount] = this.count;
    this.anchors[this.loopCount++] = anchor;
  }

  /** Whether every frame belongs to a loop. */
  get isWhole(): boolean {
    const last = this.loopCount === 0 ? 0 : this.ends[this.loopCount - 1]!;
    return last === this.count;
  }
}

function twice<T extends Int32Array | Float64Array>(
  array: T,
  type: new (size: number) => T,
): T {
  const larger = new type(array.length * 2);
  larger.set(array);
  return larger;
}

/** Where one thread's machine stack is. */
export interface StackRange {
  readonly start: number;
  readonly end: number;
}

/** Walks stacks of one process. */
export class HaltedWalker {
  readonly #interner: FrameInterner;
  readonly #layout: Layout;
  readonly #isEntry: number;
  /** The frames of the last walk. */
  readonly frames = new LoopFrames();

  constructor(interner: FrameInterner, layout: Layout) {
    this.#interner = interner;
    this.#layout = layout;
    this.#isEntry = layout.liveness?.isEntry ?? ABSENT;
  }

  /**
   * Fills in the frames.
   * @param snapshot of the thread alone, taken since it halted. @param thread address of its thread state.
   * @param stamp see `FrameInterner.begin`.
   */
  walk(
    snapshot: Snapshot,
    thread: number,
    stack: StackRange,
    stamp: number,
  ): WalkStatus {
    for (let i = 0; i < MAX_ATTEMPTS; i++) {
      this.#interner.begin(stamp);
      const status = this.#walkOnce(snapshot, thread, stack);
      if (this.#interner.prove() !== Proof.changed) return status;
    }
    return WalkStatus.torn;
  }

  #walkOnce(snapshot: Snapshot, thread: number, stack: StackRange): WalkStatus {
    const { frame, firstForeignOwner, framesAre } = this.#layout;
    const { frames } = this;
    const hasOwner = frame.owner !== ABSENT;
    frames.clear();
    let address = this.#top(snapshot, thread);
    for (let steps = 0; address !== 0; steps++) {
      const at = snapshot.locate(address, frame.size);
      if (at < 0 || address < 0 || steps > 2 * MAX_FRAMES) {
        return WalkStatus.torn;
      }
      if (hasOwner && snapshot.u8(at + frame.owner) >= firstForeignOwner) {
        // 3.14 and later have one more at the root, which is no loop's.
        const isLoop = address >= stack.start && address < stack.end;
        if (isLoop) frames.endLoop(address);
      } else {
        if (frames.count === MAX_FRAMES) return WalkStatus.tooDeep;
        if (!this.#addFrame(snapshot, at)) return WalkStatus.torn;
        const isFirst = this.#isEntry === ABSENT
          ? framesAre === "objects"
          : snapshot.u8(at + this.#isEntry) !== 0;
        if (isFirst) frames.endLoop(0);
      }
      address = snapshot.pointer(at + frame.previous);
    }
    return WalkStatus.ok;
  }

  /** @returns address of the innermost frame, 0 when there is none, -1 when that cannot be told. */
  #top(snapshot: Snapshot, address: number): number {
    const { framesAre, thread, cframeCurrentFrame } = this.#layout;
    const at = snapshot.locate(address, thread.size);
    if (at < 0) return -1;
    const top = snapshot.pointer(at + thread.top);
    this.#askForChunk(snapshot, at);
    if (framesAre !== "cframe" || top === 0) return top;
    const cframe = snapshot.locate(top + cframeCurrentFrame, 8);
    return cframe < 0 ? -1 : snapshot.pointer(cframe);
  }

  /** Has the newest chunk of the data stack read at once. */
  #askForChunk(snapshot: Snapshot, threadAt: number): void {
    const { dataStackChunk } = this.#layout.thread;
    if (dataStackChunk === ABSENT) return;
    const chunk = snapshot.pointer(threadAt + dataStackChunk);
    const used = snapshot.pointer(threadAt + dataStackChunk + 8) - chunk;
    if (chunk !== 0 && used > 0 && used < MAX_CHUNK_SIZE) {
      snapshot.locate(chunk, used);
    }
  }

  #addFrame(snapshot: Snapshot, at: number): boolean {
    const { frame, instructionIs } = this.#layout;
    const interner = this.#interner;
    // The low bits of a code pointer are tags from 3.14 on.
    const id = interner.intern(
      (snapshot.u32(at + frame.code) & ~7) >>> 0,
      snapshot.u32(at + frame.code + 4),
      snapshot.u32(at + frame.instruction),
      instructionIs === "address"
        ? snapshot.u32(at + frame.instruction + 4)
        : 0,
    );
    if (id < 0) return false;
    if (!interner.isShim(interner.lastEntry)) this.frames.add(id);
    return true;
  }
}

/** Bytes of the newest chunk that are asked for in advance; the rest of a larger one comes frame by frame. */
const MAX_CHUNK_SIZE = 1024 * 1024;
