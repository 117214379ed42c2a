// Hot path: no allocation per frame.
/**
 * The frame object of 3.8 to 3.10 that a walk is at, in the snapshot.
 *
 * 3.8 Include/frameobject.h _frame
 */

import type { Snapshot } from "../memory/snapshot.ts";
import type { FrameInterner } from "./frame_interner.ts";
import type { HeapFrameRules, Layout } from "./layouts/layout.ts";

/** One frame after the other. */
export class HeapFrame {
  readonly #snapshot: Snapshot;
  /** Bytes of a pointer, and of a slot of the evaluation stack. */
  readonly pointerSize: number;
  readonly #codeOffset: number;
  readonly #previousOffset: number;
  readonly #instructionOffset: number;
  readonly #stateOffset: number;
  readonly #isExecuting: number;
  readonly #stackOffset: number;
  /** Bytes from the start that tell of a frame what is the same in all. */
  readonly headerSize: number;
  address = 0;
  /** Its place. */
  at = 0;
  /** Offset of the slot of its evaluation stack that was read last; 0 when none was. */
  slot = 0;
  /** What that holds. */
  object = 0;
  /** Where it stood when it was gone to; a larger copy, which is a later one, may differ. */
  instruction = 0;
  /** Bytes that were copied from its place on. */
  #size = 0;

  constructor(snapshot: Snapshot, layout: Layout, rules: HeapFrameRules) {
    this.#snapshot = snapshot;
    this.pointerSize = layout.pointerSize;
    const { size, code, previous, instruction } = layout.frame;
    this.headerSize = size;
    this.#codeOffset = code;
    this.#previousOffset = previous;
    this.#instructionOffset = instruction;
    this.#stateOffset = rules.state;
    this.#isExecuting = rules.isExecuting;
    this.#stackOffset = rules.valueStack;
  }

  /** Goes to a frame if it executes and was called by another one. @returns whether it does. */
  goTo(address: number, caller: number): boolean {
    const snapshot = this.#snapshot;
    const at = snapshot.locate(address, this.headerSize);
    if (at < 0 || !this.isAliveAt(at, caller)) return false;
    this.address = address;
    this.at = at;
    this.#size = snapshot.windowLocal + snapshot.windowSize - at;
    this.instruction = this.instructionAt(at);
    this.slot = 0;
    this.object = 0;
    return true;
  }

  /** @returns the code object of a frame that need not be alive; -1 when there is none. */
  codeOf(address: number): number {
    const at = this.#snapshot.locate(address, this.headerSize);
    return at < 0 ? -1 : this.codeAt(at);
  }

  get code(): number {
    return this.codeAt(this.at);
  }

  /** Offset of its evaluation stack. */
  get stack(): number {
    return this.#snapshot.pointer(this.at + this.#stackOffset) - this.address;
  }

  /** Reads a slot of its evaluation stack. @returns what it holds; 0 when that cannot be read with the instruction that belongs to it. */
  readSlot(offset: number): number {
    this.slot = 0;
    this.object = 0;
    const needed = offset + this.pointerSize;
    if (needed > this.#size && !this.#widen(needed)) return 0;
    this.#snapshot.keepUntil(this.at + needed);
    this.slot = offset;
    return this.object = this.#snapshot.pointer(this.at + offset);
  }

  /** @returns whether the frame at a place executes and was called by another one. */
  isAliveAt(at: number, caller: number): boolean {
    const snapshot = this.#snapshot;
    return snapshot.u8(at + this.#stateOffset) === this.#isExecuting &&
      snapshot.pointer(at + this.#previousOffset) === caller;
  }

  codeAt(at: number): number {
    return this.#snapshot.pointer(at + this.#codeOffset);
  }

  instructionAt(at: number): number {
    return this.#snapshot.u32(at + this.#instructionOffset);
  }

  /** @returns a word of the copy. */
  pointerAt(at: number): number {
    return this.#snapshot.pointer(at);
  }

  /** @returns frame id of the frame at a place; -1 when it is none. */
  idAt(at: number, interner: FrameInterner): number {
    const snapshot = this.#snapshot;
    return interner.intern(
      snapshot.u32(at + this.#codeOffset),
      snapshot.high(at + this.#codeOffset),
      snapshot.u32(at + this.#instructionOffset),
      0,
    );
  }

  /** Has more of the frame copied, which is then later. @returns whether that could be read and stands where it stood. */
  #widen(needed: number): boolean {
    const snapshot = this.#snapshot;
    const at = snapshot.locate(this.address, needed);
    if (at < 0) return false;
    this.at = at;
    this.#size = snapshot.windowLocal + snapshot.windowSize - at;
    return this.instructionAt(at) === this.instruction;
  }
}
