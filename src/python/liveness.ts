// Hot path: runs for each frame of each stack, where a version has rules.
/**
 * Whether a frame of the data stack is running, waits for a callee, or is gone.
 *
 * The pointer to the top frame and the chunk that holds the frames are copied
 * some 0.4 µs apart, and in that time frames die and others are born in their
 * place. What the frames themselves say was copied in one piece:
 *
 * | CPython    | runs            | waits for a callee | gone, or not yet begun             |
 * | ---------- | --------------- | ------------------ | ---------------------------------- |
 * | 3.11, 3.12 | `stacktop` is -1 | `stacktop` ≥ locals | it waits at a return, or before the first instruction |
 * | 3.13       | the same        | the same           | the same, at the first instruction, or `stacktop` is 0 |
 * | 3.14, 3.15 | cannot be told apart | cannot be told apart | it has no code, or stands as above |
 *
 * No frame waits at a return, a `raise` or where a generator was made of it. A
 * frame that an exception went through waits at its call for ever; nothing that
 * runs follows it (`stacked_frames.ts`).
 *
 * A caller keeps the function that it called on its evaluation stack, just
 * above the top that it saved: `calls` compares that with the callee's own
 * function. Not every kind of call does so; which ones do is learnt by the
 * walker.
 * 3.12 Include/internal/pycore_frame.h _PyInterpreterFrame, Python/bytecodes.c
 */

import type { Snapshot } from "../memory/snapshot.ts";
import { ABSENT, type LivenessRules } from "./layouts/layout.ts";

/** What a frame does. */
export const FrameState = {
  running: 0,
  waiting: 1,
  /** Running or waiting: this version does not tell. */
  alive: 2,
  gone: 3,
} as const;

export type FrameState = typeof FrameState[keyof typeof FrameState];

/** Whether one frame called another. */
export const Calls = {
  no: 0,
  yes: 1,
  /** The caller's evaluation stack was not copied. */
  unknown: 2,
} as const;

export type Calls = typeof Calls[keyof typeof Calls];

/** Places of an evaluation stack at which the called function may be. */
const CALLABLE_SLOTS = 2;

/** -1 as a uint32. */
const RUNNING_DEPTH = 0xffffffff;

/** No frame has more words than this. */
const MAX_STACK_DEPTH = 1 << 20;

/** Judges frames by the rules of one version. */
export class Liveness {
  readonly #snapshot: Snapshot;
  readonly #rules: LivenessRules;
  /** Bytes of a slot of the evaluation stack. */
  readonly #slot: number;

  constructor(snapshot: Snapshot, rules: LivenessRules, slotSize = 8) {
    this.#snapshot = snapshot;
    this.#rules = rules;
    this.#slot = slotSize;
  }

  /**
   * @param at place of the frame in the snapshot.
   * @param localCount of its code object. @param cannotWait whether a frame that waits cannot stand at its instruction: it is a return, or the function has not begun.
   */
  stateOf(at: number, localCount: number, cannotWait: boolean): FrameState {
    const { stackTop } = this.#rules;
    if (stackTop === ABSENT) {
      return cannotWait ? FrameState.gone : FrameState.alive;
    }
    const depth = this.#snapshot.u32(at + stackTop);
    if (depth === RUNNING_DEPTH) return FrameState.running;
    return cannotWait || depth < localCount
      ? FrameState.gone
      : FrameState.waiting;
  }

  /** @returns whether C called the frame, so that its caller need not wait for it. */
  isEntry(at: number): boolean {
    const { isEntry } = this.#rules;
    return isEntry !== ABSENT && this.#snapshot.u8(at + isEntry) !== 0;
  }

  /**
   * @param callerAt place of a frame that waits. @param shift address of a byte of the region that holds it, less its place.
   * @param end where that region ends in the snapshot.
   * @returns whether the caller's evaluation stack names the callee's function.
   */
  calls(
    callerAt: number,
    calleeAt: number,
    shift: number,
    end: number,
  ): Calls {
    const snapshot = this.#snapshot;
    const { functionObject } = this.#rules;
    const low = (snapshot.u32(calleeAt + functionObject) & ~3) >>> 0;
    const high = snapshot.high(calleeAt + functionObject);
    const size = this.#slot;
    let slot = this.#stackTopAt(callerAt, shift);
    for (let i = 0; i < CALLABLE_SLOTS; i++, slot += size) {
      if (slot < callerAt || slot + size > end) return Calls.unknown;
      const isSame = (snapshot.u32(slot) & ~3) >>> 0 === low &&
        snapshot.high(slot) === high;
      if (isSame) return Calls.yes;
    }
    return Calls.no;
  }

  /**
   * @param at place of a frame that waits. @param shift as for `calls`. @param slot 1 for the top of its evaluation stack, 2 for what is below.
   * @returns address of the frame of the generator that is there, if it is one; 0 where there cannot be one.
   */
  heldGenerator(at: number, end: number, shift: number, slot: number): number {
    const { generatorFrame, locals } = this.#rules;
    const place = this.#stackTopAt(at, shift) - this.#slot * slot;
    if (generatorFrame === ABSENT || place < at + locals) return 0;
    if (place + this.#slot > end) return 0;
    const low = (this.#snapshot.u32(place) & ~3) >>> 0;
    const held = this.#snapshot.high(place) * 4294967296 + low;
    return held === 0 || held % 8 !== 0 ? 0 : held + generatorFrame;
  }

  /** @returns place of the first free slot of a frame's evaluation stack, as it was when the frame began to wait. */
  #stackTopAt(at: number, shift: number): number {
    const { stackTop, stackPointer, locals } = this.#rules;
    if (stackTop === ABSENT) {
      return this.#snapshot.pointer(at + stackPointer) - shift;
    }
    const depth = this.#snapshot.u32(at + stackTop);
    return depth < MAX_STACK_DEPTH ? at + locals + this.#slot * depth : -1;
  }
}
