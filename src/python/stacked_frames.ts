// Hot path: no allocation per frame.
/**
 * Walks the frames of one thread inward, from the root to the leaf, where they
 * lie one after the other on the data stack (3.11 on).
 *
 * A frame's callee begins where the frame ends, in whichever way it was
 * called; what is behind the leaf was called before and is gone. Which frame
 * is the leaf is told by the frames alone (`liveness.ts`): their copy is nearly
 * of one moment, and the pointer to the leaf is of another. That one is asked
 * only for generators, which lie elsewhere (`detached_frames.ts`).
 *
 * Frames that wait are believed when one that runs follows: all that is gone
 * waits for ever. A waiting frame without one is cut off, unless what it called
 * has just returned.
 * 3.12 Python/ceval.c, Include/internal/pycore_frame.h
 */

import { MAX_FRAMES } from "../limits.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import type { DataStack } from "./data_stack.ts";
import { DetachedFrames } from "./detached_frames.ts";
import type { FrameInterner } from "./frame_interner.ts";
import { FrameView } from "./frame_view.ts";
import { KnownStack } from "./known_stack.ts";
import type { Layout } from "./layouts/layout.ts";
import { Calls, FrameState, type Liveness } from "./liveness.ts";

/** `enter` found no frame that is alive. */
const NO_FRAME = 0;
/** `enter` found what cannot be. */
const TORN = -1;

/** A frame of the data stack has no other owner. 3.11 Include/internal/pycore_frame.h FRAME_OWNED_BY_THREAD */
const THREAD_OWNER = 0;

const PAGE_SIZE = 4_096;

/** Walks after which it is looked whether C still links frames that have not changed. */
const LINK_WALKS = 4_096;

/** Stands for what an announced leaf called: nothing. */
const NO_CALLEE = new FrameView();

/** Walks stacks of one process. */
export class StackedFrames {
  readonly #snapshot: Snapshot;
  readonly #interner: FrameInterner;
  readonly #layout: Layout;
  readonly #frame: Layout["frame"];
  readonly #liveness: Liveness;
  readonly #data: DataStack;
  readonly #detached: DetachedFrames;
  #isFinal = false;
  #ids: Int32Array = new Int32Array(0);
  #count = 0;
  /** Frames that are known to be alive, from the root. */
  #certain = 0;
  /** The frame that was entered last, and that of the frame before it. */
  #caller = new FrameView();
  #callee = new FrameView();
  /** Place behind the last frame; -1 when it was not copied. */
  #behindAt = -1;
  /** Whether the last frame's callee has just returned, or is about to begin. */
  #isBetweenCalls = false;
  #known = new KnownStack();
  /** Whether what is entered may be taken over by the next walk. */
  #isOpen = true;
  /** Address of the outermost frame of the last walk; 0 when there was none. */
  root = 0;

  constructor(
    snapshot: Snapshot,
    interner: FrameInterner,
    layout: Layout,
    liveness: Liveness,
    data: DataStack,
  ) {
    this.#snapshot = snapshot;
    this.#interner = interner;
    this.#layout = layout;
    this.#frame = layout.frame;
    this.#liveness = liveness;
    this.#data = data;
    this.#detached = new DetachedFrames(
      snapshot,
      interner,
      layout,
      liveness,
      data,
    );
  }

  /**
   * Walks the data stack that was found last.
   * @param announcer leads to the announced leaf. @param ids gets frame ids from the leaf, MAX_FRAMES at most.
   * @param isFinal whether it is the last attempt, at which what can be had counts.
   * @param known what the last walk of the same thread found.
   * @returns whether the frames fit together.
   */
  walk(
    announcer: number,
    ids: Int32Array,
    isFinal: boolean,
    known: KnownStack,
  ): boolean {
    this.#isFinal = this.#detached.isFinal = isFinal;
    this.#ids = ids;
    this.#count = this.#certain = 0;
    this.#caller.clear();
    this.#isBetweenCalls = false;
    this.#behindAt = -1;
    this.#detached.begin();
    this.root = 0;
    this.#known = known;
    this.#takeOver();
    if (!this.#enterAll()) return false;
    known.keep(ids, this.#snapshot, this.#interner, this.#data);
    if (!this.#end(announcer)) return false;
    this.#turn();
    return true;
  }

  /** Frames of the last walk; more than MAX_FRAMES when the outermost are missing. */
  get count(): number {
    return this.#count;
  }

  /** Enters the frames that the last walk found and that have not changed. */
  #takeOver(): void {
    const known = this.#known;
    this.#isOpen = true;
    known.keepUnchanged(this.#snapshot, this.#interner, this.#data);
    const mayRelink = this.#snapshot.copy % LINK_WALKS === 0;
    if (mayRelink && known.linked.length > 0) this.#checkLinks();
    if (known.count === 0) return;
    const last = known.count - 1;
    const caller = this.#caller;
    this.#view(last, caller);
    known.copyIds(last, this.#ids);
    this.#count = caller.idCount;
    this.#certain = caller.certainCount;
    this.root = known.root;
  }

  /**
   * What is between two frames lies on the C stack, and is looked at again, but
   * not often: both have not changed, and the callee still names the same place
   * there, which C would leave with another call and come back to only by accident.
   */
  #checkLinks(): void {
    const known = this.#known;
    const caller = this.#caller;
    const callee = this.#callee;
    for (let i = 0; i < known.linked.length; i++) {
      const index = known.linked[i]!;
      if (index === 0) caller.clear();
      else this.#view(index - 1, caller);
      this.#view(index, callee);
      const previous = this.#snapshot.pointer(
        callee.at + this.#layout.frame.previous,
      );
      if (this.#detached.link(previous, callee, caller, -1) !== 0) {
        known.cut(index);
      }
    }
    caller.clear();
  }

  #view(index: number, frame: FrameView): void {
    const chunk = this.#data.count - 1 - this.#known.chunkOf(index);
    this.#known.view(index, frame, this.#data.shift(chunk));
  }

  /** Enters frames until there are no more. @returns whether they fit together. */
  #enterAll(): boolean {
    const data = this.#data;
    const { size } = this.#layout.frame;
    const { count } = this.#known;
    const taken = count === 0 ? 0 : this.#known.chunkOf(count - 1);
    let address = count === 0 ? 0 : this.#caller.address + this.#caller.length;
    for (let chunk = data.count - 1 - taken; chunk >= 0; chunk--) {
      const last = data.end(chunk) - size;
      const shift = data.shift(chunk);
      const endAt = last + size - shift;
      if (address === 0) address = data.first(chunk);
      while (address <= last) {
        this.#behindAt = address - shift;
        const length = this.#enter(address, address - shift, endAt);
        if (length <= NO_FRAME) return length === NO_FRAME;
        if (this.#isOpen) {
          this.#known.add(this.#caller, data.count - 1 - chunk);
        }
        address += length;
      }
      this.#behindAt = -1;
      address = 0;
    }
    // The frames may go on behind what was copied.
    return !data.askForMore() || this.#isFinal;
  }

  /** Enters the frame at a place, if there is one. @returns its length in bytes, NO_FRAME or TORN. */
  #enter(address: number, at: number, endAt: number): number {
    const snapshot = this.#snapshot;
    const interner = this.#interner;
    const frame = this.#frame;
    const caller = this.#caller;
    // The low bits of a code pointer are tags from 3.14 on.
    const codeLow = (snapshot.u32(at + frame.code) & ~3) >>> 0;
    const codeHigh = snapshot.high(at + frame.code);
    if (codeLow === 0 && codeHigh === 0) return NO_FRAME;
    if (snapshot.u8(at + frame.owner) !== THREAD_OWNER) return NO_FRAME;
    const previous = snapshot.pointer(at + frame.previous);
    const isEntry = this.#liveness.isEntry(at);
    const isInlined = previous === caller.address && !isEntry;
    if (!this.#mayCall(previous, isInlined)) return NO_FRAME;
    const id = interner.intern(
      codeLow,
      codeHigh,
      snapshot.u32(at + frame.instruction),
      snapshot.high(at + frame.instruction),
    );
    if (id < 0) return NO_FRAME;
    const entry = interner.lastEntry;
    const length = interner.frameSize(entry);
    const isShim = interner.isShim(entry);
    const state = isShim ? FrameState.waiting : this.#liveness.stateOf(
      at,
      interner.localCount(entry),
      interner.cannotWait(entry),
    );
    if (state === FrameState.gone) {
      this.#isBetweenCalls = isInlined;
      return NO_FRAME;
    }
    const callee = this.#callee;
    callee.address = address;
    callee.at = at;
    callee.calledAt = isShim && at + length + frame.size <= endAt
      ? at + length
      : at;
    callee.isEntry = isEntry;
    callee.id = isShim ? caller.id : id;
    callee.entry = entry;
    callee.state = state;
    callee.length = length;
    callee.isLinked = previous !== caller.address;
    if (callee.isLinked) {
      const between = this.#count;
      if (!this.#addBetween(previous)) {
        return state === FrameState.waiting ? NO_FRAME : this.#tornHere();
      }
      // Generators change though the data stack does not.
      if (this.#count > between) this.#isOpen = false;
    } else if (isInlined && caller.at >= 0 && !isShim && !this.#isCallee()) {
      return this.#tornHere();
    }
    if (!isShim) this.#push(id);
    if (state !== FrameState.waiting) this.#certain = this.#count;
    if (this.root === 0) this.root = address;
    callee.idCount = this.#count;
    callee.certainCount = this.#certain;
    this.#callee = caller;
    this.#caller = callee;
    return length === 0 ? NO_FRAME : length;
  }

  /** Frames do not fit together. @returns TORN; at the last attempt the stack ends with what is certain. */
  #tornHere(): number {
    return this.#isFinal && this.#count > 0 ? NO_FRAME : TORN;
  }

  /** @returns whether the last frame may have called one whose `previous` is that. */
  #mayCall(previous: number, isInlined: boolean): boolean {
    const caller = this.#caller;
    const { state, address } = caller;
    if (state === FrameState.running) return !isInlined || address === 0;
    return state !== FrameState.waiting || isInlined || previous !== address;
  }

  /** Adds generators between the last frame and the one that is entered. @returns whether they fit together. */
  #addBetween(previous: number): boolean {
    const count = this.#detached.link(previous, this.#callee, this.#caller, -1);
    this.#add(count);
    return count >= 0;
  }

  /** @returns whether the frame that is entered was called by the last one; true as well where the kind of call does not show it. */
  #isCallee(): boolean {
    const interner = this.#interner;
    const { at, address, entry, state } = this.#caller;
    const length = interner.frameSize(entry);
    // Chunks are copied one after the other, so frames of two often differ.
    const areTogether = this.#callee.address - address === length;
    if (state === FrameState.alive) {
      if (interner.resumes(entry)) return false;
      if (!areTogether || isOnTwoPages(address, length)) {
        return this.#detached.calls(this.#caller, this.#callee);
      }
    }
    const shift = address - at;
    const calls = this.#liveness.calls(at, this.#callee.at, shift, at + length);
    if (calls === Calls.unknown) return true;
    const keeps = interner.keepsCallable(entry);
    if (calls === Calls.yes || areTogether) {
      interner.noteCallable(entry, calls === Calls.yes);
    }
    return calls === Calls.yes || !keeps;
  }

  /** Finds out where the stack ends. @param announcer leads to the announced leaf. @returns whether that can be told. */
  #end(announcer: number): boolean {
    const { state } = this.#caller;
    const top = this.#announcedBy(announcer);
    if (top < 0) return false;
    if (this.#isApart(top)) {
      const count = this.#countAnnounced(top);
      if (this.#add(count)) return true;
      if (count < 0) {
        // It has ended meanwhile: so may have what is here by now. What is
        // certain without it would end at a caller far too often.
        if (!this.#isFinal && this.#isLost(top)) return false;
        if (state === FrameState.alive && this.#addHeld()) return true;
        if (this.#addRemains()) return true;
      }
    }
    if (state === FrameState.waiting && this.#addHeld()) return true;
    // What is announced cannot be on a stack without frames.
    if (this.#count === 0) return top === 0;
    if (this.#certain === this.#count || this.#isBetweenCalls) return true;
    if (this.#addRemains()) return true;
    // Its callee has returned, and the chunk that held it is being given back,
    // which takes as long as many calls.
    const isAnnounced = top === this.#caller.address || this.#isFinal;
    if (isAnnounced && this.#certain < this.#count - 1) return true;
    this.#count = this.#certain;
    return this.#certain > 0;
  }

  /** @returns address of the announced leaf, 0 when there is none, -1 when that cannot be told. */
  #announcedBy(announcer: number): number {
    const { framesAre, frame } = this.#layout;
    if (framesAre !== "cframe") return announcer;
    const leaf = this.#caller;
    const mayBeKnown = this.#isOpen && leaf.at >= 0 &&
      leaf.state === FrameState.running;
    const caller = mayBeKnown
      ? this.#snapshot.pointer(leaf.at + frame.previous)
      : 0;
    if (mayBeKnown && this.#known.isLeaf(announcer, caller)) {
      return leaf.address;
    }
    const top = announcedFrame(this.#snapshot, this.#layout, announcer);
    if (mayBeKnown && top === leaf.address) {
      this.#known.noteLeaf(announcer, caller);
    }
    return top;
  }

  /** @returns generators from the announced leaf up to the last frame; -1 when they do not fit together. */
  #countAnnounced(top: number): number {
    const caller = this.#caller;
    return this.#detached.link(top, NO_CALLEE, caller, this.#behindAt);
  }

  /** @returns whether an announced leaf is none of the data stack, nor yet part of the stack. */
  #isApart(top: number): boolean {
    return top !== 0 && !this.#data.holds(top) &&
      !this.#detached.isLinked(top);
  }

  /** @returns whether what was announced was a generator; on 3.11 and 3.12 the announcement lies on the C stack and may be none. */
  #isLost(top: number): boolean {
    const { framesAre } = this.#layout;
    return framesAre !== "cframe" || this.#detached.isGenerator(top) ||
      this.#detached.runsGenerators(this.#caller);
  }

  /** Adds generators that the last frame is known to wait for. @returns whether there are any. */
  #addHeld(): boolean {
    return this.#add(this.#detached.linkHeld(this.#caller, this.#behindAt));
  }

  /** Adds the generator that was made last, where it is known to be the leaf. @returns whether it is. */
  #addRemains(): boolean {
    if (this.#behindAt < 0) return false;
    return this.#add(this.#detached.linkRemains(this.#behindAt, this.#caller));
  }

  /** Adds generators, as they were found. @returns whether there are any. */
  #add(count: number): boolean {
    for (let i = count - 1; i >= 0; i--) this.#push(this.#detached.ids[i]!);
    return count > 0;
  }

  /** The ids of the outermost frames are written over when there are too many. */
  #push(id: number): void {
    this.#ids[this.#count++ & (MAX_FRAMES - 1)] = id;
  }

  /** Turns the frame ids from the leaf's end. */
  #turn(): void {
    const first = this.#count > MAX_FRAMES ? this.#count % MAX_FRAMES : 0;
    const kept = Math.min(this.#count, MAX_FRAMES);
    reverse(this.#ids, 0, first);
    reverse(this.#ids, first, kept);
  }
}

/** @returns whether a frame's instruction and its evaluation stack may be of two moments: pages are copied one after the other. */
function isOnTwoPages(address: number, length: number): boolean {
  return ((address >>> 0) & (PAGE_SIZE - 1)) + length > PAGE_SIZE;
}

/**
 * @param announcer what a thread state says of its innermost frame.
 * @returns that frame's address, 0 when there is none, -1 when that cannot be told.
 */
export function announcedFrame(
  snapshot: Snapshot,
  layout: Layout,
  announcer: number,
): number {
  const { framesAre, cframeCurrentFrame, pointerSize } = layout;
  if (framesAre !== "cframe" || announcer === 0) return announcer;
  const at = snapshot.locate(announcer + cframeCurrentFrame, pointerSize);
  return at < 0 ? -1 : snapshot.pointer(at);
}

/** Turns a part of an array around; a view of it would be garbage afterwards. */
function reverse(ids: Int32Array, from: number, to: number): void {
  for (let i = from, j = to - 1; i < j; i++, j--) {
    const id = ids[i]!;
    ids[i] = ids[j]!;
    ids[j] = id;
  }
}
