// Hot path: no allocation per frame.
/**
 * Walks the frames of one thread, from the leaf to the root.
 *
 * The walk reads a snapshot only. Frames of 3.11 and later lie one after the
 * other in the chunks of the thread's data stack, so a whole chunk is asked
 * for at once; generators' frames, shims on the C stack and the heap frames of
 * 3.8 to 3.10 are asked for one by one.
 *
 * The walk begins at the frame that the thread state announces. By the time
 * that the frames are copied it may have returned, or called others; where a
 * version has rules for it (`liveness.ts`), the walk leaves out what is gone,
 * adds what was called meanwhile, and is torn when a frame was not called by
 * the one before it.
 * 3.12 Include/internal/pycore_frame.h _PyInterpreterFrame
 */

import type { Sample } from "../events/sample.ts";
import { MAX_FRAMES } from "../limits.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import type { FrameInterner } from "./frame_interner.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";
import { Calls, FrameState, Liveness } from "./liveness.ts";

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

/** A chunk has this size, or a multiple of it. 3.12 Python/pystate.c DATA_STACK_CHUNK_SIZE */
const CHUNK_UNIT = 16 * 1024;

/** Bytes behind the data stack's top that are read as well, for frames that are pushed meanwhile. */
const SLACK_SIZE = 256;

/** Calls that may have been made between the copy of the thread state and that of its frames. */
const MAX_NEW_CALLS = 64;

/** Walks stacks of one process. */
export class FrameWalker {
  readonly #snapshot: Snapshot;
  readonly #interner: FrameInterner;
  readonly #layout: Layout;
  readonly #liveness: Liveness | null;
  #isFinal = false;
  /** Address of the outermost frame of the last walk that reached it; 0 when there was none. */
  root = 0;
  /** The oldest chunk that this walk has asked for. */
  #chunk = 0;

  constructor(snapshot: Snapshot, interner: FrameInterner, layout: Layout) {
    this.#snapshot = snapshot;
    this.#interner = interner;
    this.#layout = layout;
    this.#liveness = layout.liveness === null
      ? null
      : new Liveness(snapshot, layout.liveness);
  }

  /**
   * Fills in a sample's frames.
   * @param threadAt place of the thread state in the snapshot.
   * @param isFinal whether a stack is taken though a rule that was learnt from others says that it is torn.
   */
  walk(threadAt: number, sample: Sample, isFinal = false): WalkStatus {
    this.#isFinal = isFinal;
    this.root = 0;
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
    const used = top - chunk;
    if (chunk === 0 || used < CHUNK_DATA || used > MAX_CHUNK_SIZE) return;
    // What follows the chunk may not be mapped.
    const end = Math.ceil(used / CHUNK_UNIT) * CHUNK_UNIT;
    const size = Math.min(used + SLACK_SIZE, end);
    if (this.#snapshot.locate(chunk, size) >= 0) this.#chunk = chunk;
  }

  #follow(top: number, sample: Sample): WalkStatus {
    const snapshot = this.#snapshot;
    const interner = this.#interner;
    const liveness = this.#liveness;
    const { frame, firstForeignOwner, instructionIs } = this.#layout;
    const { code, previous, instruction, owner, size } = frame;
    const hasOwner = owner !== ABSENT;
    const isAddress = instructionIs === "address";
    const ids = sample.frameIds;
    let count = 0;
    let address = top;
    let own = 0;
    // The region that the last frame was found in: first and last address at
    // which a frame fits, and how far its bytes are from their addresses.
    let first = 0;
    let last = -1;
    let shift = 0;
    // The frame before this one, and whether this one has to wait for it.
    let calleeAt = 0;
    let waitsForCallee = false;
    // A frame that comes up again closes a ring; Brent's way to notice it.
    let mark = 0;
    for (let steps = 0; address !== 0; steps++) {
      if (address === mark) return WalkStatus.torn;
      if ((steps & (steps - 1)) === 0) mark = address;
      if (address < first || address > last) {
        const at = this.#locateFrame(address);
        if (at < 0) return WalkStatus.torn;
        first = snapshot.windowAddress;
        last = first + snapshot.windowSize - size;
        shift = first - snapshot.windowLocal;
      }
      const at = address - shift;
      own = address;
      address = snapshot.pointer(at + previous);
      if (steps === 2 * MAX_FRAMES) return WalkStatus.torn;
      if (hasOwner && snapshot.u8(at + owner) >= firstForeignOwner) {
        waitsForCallee = false;
        continue;
      }
      // The low bits of a code pointer are tags from 3.14 on.
      const codeLow = (snapshot.u32(at + code) & ~7) >>> 0;
      const codeHigh = snapshot.u32(at + code + 4);
      if (codeLow === 0 && codeHigh === 0) {
        // A frame loses its code when it is popped, and all that it called is gone as well.
        if (liveness === null && count > 0) return WalkStatus.torn;
        count = 0;
        waitsForCallee = false;
        continue;
      }
      if (count === MAX_FRAMES) return tooDeep(sample, count);
      const id = interner.intern(
        codeLow,
        codeHigh,
        snapshot.u32(at + instruction),
        isAddress ? snapshot.u32(at + instruction + 4) : 0,
      );
      if (id < 0) return WalkStatus.torn;
      if (interner.isShim(interner.lastEntry)) {
        waitsForCallee = false;
        continue;
      }
      if (liveness !== null) {
        const entry = interner.lastEntry;
        const state = this.#stateAt(at);
        if (count > 0 && waitsForCallee) {
          const end = last + size - shift;
          if (state === FrameState.running || state === FrameState.gone) {
            count = 0;
          } else if (!this.#isCallee(entry, at, calleeAt, shift, end)) {
            return WalkStatus.torn;
          }
        }
        waitsForCallee = !liveness.isEntry(at);
        calleeAt = at;
        if (count === 0) {
          if (state === FrameState.gone) continue;
          if (state !== FrameState.running) {
            count = this.#addCallees(own, shift, last, sample);
          }
        }
      }
      ids[count++] = id;
    }
    sample.frameCount = count;
    this.root = own;
    return WalkStatus.ok;
  }

  /** @returns whether a frame was called by another; true as well where the kind of call does not show it. */
  #isCallee(
    callerEntry: number,
    callerAt: number,
    calleeAt: number,
    shift: number,
    end: number,
  ): boolean {
    const interner = this.#interner;
    const keeps = interner.keepsCallable(callerEntry);
    const calls = this.#liveness!.calls(callerAt, calleeAt, shift, end);
    if (calls === Calls.unknown) return true;
    if (calls === Calls.yes) {
      if (!keeps) interner.setKeepsCallable(callerEntry, true);
      return true;
    }
    if (keeps && this.#isFinal) interner.setKeepsCallable(callerEntry, false);
    return !keeps || this.#isFinal;
  }

  /**
   * Adds the frames that the announced top called before they were copied.
   * Each lies behind its caller and points back to it.
   * @param address of the frame that was interned last. @param last address at which a frame fits into its region.
   * @returns frames added.
   */
  #addCallees(
    address: number,
    shift: number,
    last: number,
    sample: Sample,
  ): number {
    const snapshot = this.#snapshot;
    const interner = this.#interner;
    const { frame, firstForeignOwner } = this.#layout;
    const ids = sample.frameIds;
    let count = 0;
    while (count < MAX_NEW_CALLS) {
      const size = interner.frameSize(interner.lastEntry);
      const callee = address + size;
      const at = callee - shift;
      if (size === 0 || callee > last) break;
      if (snapshot.pointer(at + frame.previous) !== address) break;
      if (snapshot.u8(at + frame.owner) >= firstForeignOwner) break;
      const id = this.#internAt(at);
      if (id < 0) break;
      if (!interner.isShim(interner.lastEntry)) {
        const state = this.#stateAt(at);
        if (state === FrameState.gone) break;
        ids[count++] = id;
        if (state === FrameState.running) break;
      }
      address = callee;
    }
    ids.subarray(0, count).reverse();
    return count;
  }

  /** @returns frame id of a frame that may be another's callee; -1 when it is none. */
  #internAt(at: number): number {
    const snapshot = this.#snapshot;
    const { code, instruction } = this.#layout.frame;
    const codeLow = (snapshot.u32(at + code) & ~7) >>> 0;
    const codeHigh = snapshot.u32(at + code + 4);
    if (codeLow === 0 && codeHigh === 0) return -1;
    if (this.#liveness!.isEntry(at)) return -1;
    return this.#interner.intern(
      codeLow,
      codeHigh,
      snapshot.u32(at + instruction),
      snapshot.u32(at + instruction + 4),
    );
  }

  /** @returns the state of the frame that was interned last. */
  #stateAt(at: number): FrameState {
    const interner = this.#interner;
    const entry = interner.lastEntry;
    return this.#liveness!.stateOf(
      at,
      interner.localCount(entry),
      interner.cannotWait(entry),
    );
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
