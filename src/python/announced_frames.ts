// Hot path: no allocation per frame.
/**
 * The frames from the one that a thread announces as its innermost to its
 * root, by the pointers from callee to caller (3.8 to 3.10).
 *
 * They are followed only as far as somebody asks. Each was copied at another
 * moment, so none of them proves anything; see `heap_frames.ts`.
 * 3.8 Include/frameobject.h _frame.f_back
 */

import { MAX_FRAMES } from "../limits.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import type { Layout } from "./layouts/layout.ts";

/** The announced frames of one thread after the other. */
export class AnnouncedFrames {
  readonly #snapshot: Snapshot;
  readonly #frameSize: number;
  readonly #previousOffset: number;
  /** From the innermost on. */
  readonly #frames: number[] = [];
  #count = 0;
  /** Where the walk inward is. */
  #position = -1;
  /** The frame that comes next; 0 behind the last one. */
  #next = 0;
  /** Whether they lead to what is no frame, or go round in a ring. */
  isBroken = false;

  constructor(snapshot: Snapshot, layout: Layout) {
    this.#snapshot = snapshot;
    this.#frameSize = layout.frame.size;
    this.#previousOffset = layout.frame.previous;
  }

  /** Begins anew at a thread's innermost frame. */
  begin(top: number): void {
    this.#count = 0;
    this.#position = -1;
    this.#next = top;
    this.isBroken = false;
  }

  /** Follows them to the last one. @returns its address; 0 when there is none. */
  findRoot(): number {
    this.#followTo(0);
    return this.root;
  }

  /** Address of the last one; 0 as long as that was not asked for, and when there is none. */
  get root(): number {
    const isEnd = this.#next === 0 && this.#count > 0 && !this.isBroken;
    return isEnd ? this.#frames[this.#count - 1]! : 0;
  }

  /** @returns address of the frame that points back to a caller; 0 when none does. Ask for callers from the root inward. */
  calleeOf(caller: number): number {
    for (let i = this.#position; i > 0; i--) {
      if (this.#frames[i] !== caller) continue;
      this.#position = i;
      return this.#frames[i - 1]!;
    }
    const isReached = this.#next === caller && this.#count > 0;
    if (!isReached && !this.#followTo(caller)) return 0;
    return this.#frames[this.#count - 1]!;
  }

  /** @returns whether the frame that comes next is a certain one. */
  #followTo(caller: number): boolean {
    const snapshot = this.#snapshot;
    const frames = this.#frames;
    let count = this.#count;
    let next = this.#next;
    // A frame that comes up again closes a ring; Brent's way to notice it.
    let mark = 0;
    while (next !== 0 && (next !== caller || count === 0)) {
      const isRing = next === mark || count === 2 * MAX_FRAMES;
      const at = isRing ? -1 : snapshot.locate(next, this.#frameSize);
      if (at < 0) {
        this.isBroken = true;
        break;
      }
      if ((count & (count - 1)) === 0) mark = next;
      frames[count++] = next;
      next = snapshot.pointer(at + this.#previousOffset);
    }
    this.#count = count;
    this.#position = count - 1;
    this.#next = this.isBroken ? 0 : next;
    return next !== 0 && next === caller && !this.isBroken;
  }
}
