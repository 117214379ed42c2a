// Hot path: no allocation per stack; see tests/bench/.
/**
 * A thread's stack of 3.8 to 3.10 as it was seen last, from the root, with the
 * few words of each frame that the walk went by.
 *
 * As long as those words are the same, so is what a walk would find: whom a
 * frame waits for follows from where it stands, what its evaluation stack holds
 * there, and from the callee's frame. So a walk goes on at the first frame that
 * has changed; see `heap_frames.ts`.
 */

import type { Snapshot } from "../memory/snapshot.ts";
import { type CallRecord, count } from "./call_witness.ts";
import type { CallSite } from "./call_sites.ts";
import type { FrameInterner } from "./frame_interner.ts";
import type { HeapFrame } from "./heap_frame.ts";

/** Copies after which frames are looked up anew, so that the snapshot goes on reading them. */
const LOOK_UP_COPIES = 32;

/** The frames of one thread as they were last. */
export class Trail {
  /** Frames of the last stack; behind them are those of deeper ones before it, which are likely to come again. */
  length = 0;
  readonly addresses: number[] = [];
  /** Frame ids. */
  readonly ids: number[] = [];
  readonly sites: CallSite[] = [];
  readonly #codes: number[] = [];
  readonly #instructions: number[] = [];
  /** Offset of the slot that says what is called; 0 where none does. */
  readonly #slots: number[] = [];
  readonly #objects: number[] = [];
  /** Whether its call is known so well that it need not be looked at again. */
  readonly #isSettled: boolean[] = [];
  /** Where its call is counted, if it is, and how often it was taken over since. */
  readonly #records: (CallRecord | null)[] = [];
  readonly #times: number[] = [];
  /** Where each frame is in the copy. */
  readonly #places: number[] = [];
  #layout = -1;
  #lookedUpAt = 0;
  #epoch = 0;
  #stamp = -1;
  #changes = -1;

  /** Notes the frame at hand, whose callee is looked for next. */
  set(depth: number, frame: HeapFrame, id: number, site: CallSite): void {
    this.#count(depth);
    this.addresses[depth] = frame.address;
    this.ids[depth] = id;
    this.sites[depth] = site;
    this.#codes[depth] = frame.code;
    this.#instructions[depth] = frame.instruction;
    this.#slots[depth] = frame.slot;
    this.#objects[depth] = frame.object;
    this.#isSettled[depth] = false;
    this.#records[depth] = null;
    this.#times[depth] = 0;
    this.#places[depth] = frame.at;
  }

  /** Notes that a frame's callee was found, and where that is counted. */
  settle(depth: number, record: CallRecord | null): void {
    this.#isSettled[depth] = true;
    this.#records[depth] = record;
  }

  /** Ends the stack. */
  end(depth: number, snapshot: Snapshot, interner: FrameInterner): void {
    this.length = depth;
    this.#layout = snapshot.layout;
    this.#stamp = interner.stamp;
    this.#changes = interner.changes;
  }

  /** Forgets what frame ids stood for before they were given out anew. @param epoch see `FrameInterner.epoch`. */
  forgetOld(epoch: number): void {
    if (epoch !== this.#epoch) this.ids.fill(-1);
    this.#epoch = epoch;
  }

  /**
   * Finds the frame at which the walk has to go on; it is at hand then.
   * @returns its depth; -1 when the walk has to begin anew.
   */
  goOn(
    frame: HeapFrame,
    snapshot: Snapshot,
    interner: FrameInterner,
  ): number {
    const isOld = snapshot.copy - this.#lookedUpAt >= LOOK_UP_COPIES;
    if (isOld || this.#layout !== snapshot.layout) {
      this.#lookUp(frame, snapshot);
    }
    const depth = this.#unchanged(frame, interner);
    if (depth < 0) return -1;
    const caller = depth === 0 ? 0 : this.addresses[depth - 1]!;
    return frame.goTo(this.addresses[depth]!, caller) ? depth : -1;
  }

  /** @returns depth of the innermost frame that still executes, is called by the one before it, and whose callers have not changed; -1 when there is none. */
  #unchanged(frame: HeapFrame, interner: FrameInterner): number {
    const { length, addresses, ids } = this;
    const times = this.#times;
    const isProven = this.#stamp === interner.stamp &&
      this.#changes === interner.changes;
    let caller = 0;
    for (let i = 0; i < length; i++) {
      const at = this.#places[i]!;
      if (at < 0 || !frame.isAliveAt(at, caller)) return i - 1;
      if (frame.codeAt(at) !== this.#codes[i]) return i - 1;
      if (frame.instructionAt(at) !== this.#instructions[i]) return i;
      const slot = this.#slots[i]!;
      if (slot !== 0 && frame.pointerAt(at + slot) !== this.#objects[i]) {
        return i;
      }
      if (!this.#isSettled[i]) return i;
      if (!isProven && frame.idAt(at, interner) !== ids[i]) return i;
      times[i]!++;
      caller = addresses[i]!;
    }
    return length - 1;
  }

  /** Counts a call as often as it was taken over, or short ones would seem to be more usual than long ones. */
  #count(depth: number): void {
    const times = this.#times[depth];
    const record = this.#records[depth];
    if (!times || !record) return;
    record.named += times;
    this.sites[depth]!.named += times;
    count(record, times);
  }

  #lookUp(frame: HeapFrame, snapshot: Snapshot): void {
    const { headerSize, pointerSize } = frame;
    for (let i = 0; i < this.length; i++) {
      const size = Math.max(headerSize, this.#slots[i]! + pointerSize);
      const at = snapshot.locate(this.addresses[i]!, size);
      this.#places[i] = at;
      if (at < 0) break;
    }
    this.#layout = snapshot.layout;
    this.#lookedUpAt = snapshot.copy;
  }
}
