// Hot path: runs for calls through C, and for generators.
/**
 * What lies between two frames of the data stack: generators, which are on the
 * heap, and the shims that C puts on its own stack from 3.12 on.
 *
 * They are copied some hundred nanoseconds before or after the data stack, and
 * may be of another moment by then. A shim only says who called C; one that
 * was overwritten can be done without where that is known. A generator is
 * believed when it is in the right state and is known to be called from where
 * its caller stands (`known_calls.ts`); what proves a call is
 *
 * | proof        | what is seen                                                      |
 * | ------------ | ----------------------------------------------------------------- |
 * | the callable | a caller that waits has the function on its evaluation stack      |
 * | the remains  | behind the data stack's last frame lies the one that the generator was made of: same code, same caller |
 * | stillness    | read again, caller and callee stand where they stood              |
 */

import { MAX_FRAMES } from "../limits.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import type { DataStack } from "./data_stack.ts";
import type { FrameInterner } from "./frame_interner.ts";
import { FrameView } from "./frame_view.ts";
import { Evidence, KnownCalls } from "./known_calls.ts";
import type { Layout } from "./layouts/layout.ts";
import { Calls, FrameState, type Liveness } from "./liveness.ts";

/** 3.11 Include/internal/pycore_frame.h FRAME_OWNED_BY_GENERATOR */
const GENERATOR_OWNER = 1;

/** No version has owners above it; what has is no frame. */
const MAX_OWNER = 7;

/** Generators that are remembered while a stack is walked; few have callees on the data stack. */
const MAX_LINKED = 64;

/** Pages of C stacks that are remembered; a power of two. Shims of a thread lie on a few. */
const SHIM_PAGES = 1_024;

/** Stands for the code objects of all generators; none has that address. */
const ANY_GENERATOR = 1;

const PAGE_SIZE = 4_096;

/** Finds and judges what lies between two frames. */
export class DetachedFrames {
  readonly #snapshot: Snapshot;
  readonly #interner: FrameInterner;
  readonly #liveness: Liveness;
  readonly #layout: Layout;
  readonly #known = new KnownCalls();
  readonly #data: DataStack;
  readonly #generator = new FrameView();
  readonly #other = new FrameView();
  readonly #remains = new FrameView();
  /** Pages on which shims were seen: part of a C stack, where nothing else is. */
  readonly #shimPages = new Float64Array(SHIM_PAGES).fill(-1);
  /** Frame ids of the generators that `link` found, the innermost first. */
  readonly ids: Int32Array = new Int32Array(MAX_FRAMES);
  #count = 0;
  /** Whether it is the last attempt at a stack, at which what can be had counts. */
  isFinal = false;
  /** Addresses of the last generators that became part of the stack. */
  readonly #linked = new Float64Array(MAX_LINKED);
  #linkedCount = 0;

  constructor(
    snapshot: Snapshot,
    interner: FrameInterner,
    layout: Layout,
    liveness: Liveness,
    data: DataStack,
  ) {
    this.#data = data;
    this.#snapshot = snapshot;
    this.#interner = interner;
    this.#layout = layout;
    this.#liveness = liveness;
  }

  /** Begins a stack. */
  begin(): void {
    this.#linkedCount = 0;
  }

  /** Whether a generator is known to be part of the stack. */
  isLinked(address: number): boolean {
    const count = Math.min(this.#linkedCount, MAX_LINKED);
    for (let i = 0; i < count; i++) {
      if (this.#linked[i] === address) return true;
    }
    return false;
  }

  /** Whether a frame on the heap, and not what is left of one, is at an address. */
  isGenerator(address: number): boolean {
    const { frame } = this.#layout;
    const at = this.#snapshot.locate(address, frame.size);
    return at >= 0 && this.#snapshot.u8(at + frame.owner) === GENERATOR_OWNER;
  }

  /** Whether a frame stands where it is known to run generators. */
  runsGenerators(caller: FrameView): boolean {
    return this.#known.isKnown(caller.id, ANY_GENERATOR, 0);
  }

  /**
   * Follows links outward, from what a frame calls its caller to the frame of the data stack before it.
   * @param start address of the first link.
   * @param callee the frame that has that link; without a place when the link was announced as the leaf.
   * @param caller the frame to arrive at. @param remainsAt place behind the data stack's last frame, or -1.
   * @returns how many generators there are in between, with their ids in `ids`; -1 when the links do not fit together.
   */
  link(
    start: number,
    callee: FrameView,
    caller: FrameView,
    remainsAt: number,
  ): number {
    const snapshot = this.#snapshot;
    const { frame, firstForeignOwner } = this.#layout;
    this.#count = 0;
    let link = start;
    let inner = callee;
    let isDirect = !callee.isEntry;
    for (let steps = 0; steps < MAX_FRAMES; steps++) {
      if (link === caller.address) {
        return this.#arrive(inner, caller, isDirect, true, remainsAt);
      }
      const at = link === 0 ? -1 : snapshot.locate(link, frame.size);
      const owner = at < 0 ? MAX_OWNER + 1 : snapshot.u8(at + frame.owner);
      const isForeign = owner >= firstForeignOwner && owner <= MAX_OWNER;
      if (isForeign || owner !== GENERATOR_OWNER && this.#isShim(link)) {
        const previous = isForeign ? snapshot.pointer(at + frame.previous) : -1;
        isDirect = false;
        if (previous === caller.address) {
          // The base of all frames is no part of a C stack (3.14 on).
          if (previous !== 0) this.#noteShim(link);
          return this.#arrive(inner, caller, false, true, remainsAt);
        }
        if (!isForeign || this.#isShim(link) && this.#data.holds(previous)) {
          return this.#arrive(inner, caller, false, false, remainsAt);
        }
        link = previous;
        continue;
      }
      if (owner !== GENERATOR_OWNER) return -1;
      if (this.#count === 0) this.#noteIndirect(callee, caller);
      const outer = this.#enter(link, at, inner, isDirect);
      if (outer === null) return -1;
      if (!this.#calls(outer, inner, isDirect, remainsAt)) return -1;
      this.ids[this.#count++] = outer.id;
      this.#linked[this.#linkedCount++ % MAX_LINKED] = outer.address;
      isDirect = !outer.isEntry;
      inner = outer;
      link = snapshot.pointer(outer.at + frame.previous);
    }
    return -1;
  }

  /** Whether a frame is known to call another, though the two were not copied together. */
  calls(outer: FrameView, inner: FrameView): boolean {
    return this.#isKnown(outer, inner, -1, true);
  }

  /**
   * Goes inward from a frame that waits, over the generators that it and they wait for.
   * @param outermost the frame. @returns as `link`.
   */
  linkHeld(outermost: FrameView, remainsAt: number): number {
    let outer: FrameView | null = outermost;
    let count = 0;
    while (count < MAX_FRAMES) {
      outer = this.#heldBy(outer, 1, remainsAt) ??
        this.#heldBy(outer, 2, remainsAt);
      if (outer === null) break;
      this.ids[count++] = outer.id;
    }
    this.ids.subarray(0, count).reverse();
    return count;
  }

  /** @returns the generator that a frame is known to run, and has in a slot of its evaluation stack. */
  #heldBy(outer: FrameView, slot: number, remainsAt: number): FrameView | null {
    const { state, at } = outer;
    if (state !== FrameState.waiting && state !== FrameState.alive) return null;
    if (!this.#interner.resumes(outer.entry)) return null;
    const { frame } = this.#layout;
    const end = at + this.#interner.frameSize(outer.entry);
    const address = this.#liveness.heldGenerator(
      at,
      end,
      outer.address - at,
      slot,
    );
    if (address === 0 || !this.isGenerator(address)) return null;
    const place = this.#snapshot.locate(address, frame.size);
    const inner = this.#view(address, place, outer);
    if (inner === null) return null;
    this.#count = 1;
    return this.#isKnown(outer, inner, remainsAt, true) ? inner : null;
  }

  /**
   * Follows links outward from what is left of the function that made a
   * generator, behind the data stack's last frame. Where its caller is known to
   * run such a generator, that one is the leaf, though it was not copied in time.
   * @returns as `link`, the generator among them.
   */
  linkRemains(at: number, caller: FrameView): number {
    const snapshot = this.#snapshot;
    const interner = this.#interner;
    const { frame } = this.#layout;
    const low = (snapshot.u32(at + frame.code) & ~3) >>> 0;
    const high = snapshot.high(at + frame.code);
    if (low === 0 && high === 0) return -1;
    const maker = snapshot.pointer(at + frame.previous);
    if (maker !== caller.address && !this.isGenerator(maker)) return -1;
    const id = interner.intern(
      low,
      high,
      snapshot.u32(at + frame.instruction),
      snapshot.high(at + frame.instruction),
    );
    if (id < 0 || !interner.madeGenerator(interner.lastEntry)) return -1;
    const remains = this.#remains;
    remains.at = remains.calledAt = at;
    remains.id = id;
    if (maker === caller.address) {
      if (!this.#known.isKnown(caller.id, low, high)) return -1;
      this.ids[0] = id;
      return 1;
    }
    const makerAt = snapshot.locate(maker, this.#layout.frame.size + 8);
    if (makerAt < 0) return -1;
    remains.isEntry =
      this.#liveness.stateOf(makerAt, 0, false) === FrameState.running;
    const count = this.link(maker, remains, caller, -1);
    if (count < 0) return -1;
    this.ids.copyWithin(1, 0, count);
    this.ids[0] = id;
    return count + 1;
  }

  /** The links ended at the caller, by way of C when they are not direct. */
  #arrive(
    inner: FrameView,
    caller: FrameView,
    isDirect: boolean,
    isWhole: boolean,
    remainsAt: number,
  ): number {
    const waits = isDirect && caller.address !== 0;
    const unfit = waits ? FrameState.running : FrameState.waiting;
    if (caller.state === unfit) return -1;
    const isResumed = waits && this.#count > 0;
    if (isResumed && !this.#interner.resumes(caller.entry)) return -1;
    if (caller.id < 0 || inner.at < 0) return this.#count;
    const isCall = this.#count > 0
      ? this.#isKnown(caller, inner, remainsAt, isWhole)
      : this.#isKnownThroughC(caller, inner, isWhole);
    return isCall ? this.#count : -1;
  }

  /** Fills in what is known of a generator. @returns null when it cannot have called `inner`. */
  #enter(
    address: number,
    at: number,
    inner: FrameView,
    isDirect: boolean,
  ): FrameView | null {
    const view = this.#view(address, at, inner);
    if (view === null) return null;
    const waits = inner.at >= 0 && isDirect;
    const fit = waits ? FrameState.waiting : FrameState.running;
    if (view.state === fit || view.state === FrameState.alive) return view;
    return null;
  }

  /** @returns a generator; null when there is none. It stays until the next but one. */
  #view(address: number, at: number, last: FrameView): FrameView | null {
    const snapshot = this.#snapshot;
    const interner = this.#interner;
    const id = this.#idAt(at);
    if (id < 0) return null;
    const length = interner.frameSize(interner.lastEntry);
    const whole = snapshot.locate(address, length);
    // A part that was copied on its own is of another moment.
    if (whole < 0 || whole !== at && this.#idAt(whole) !== id) return null;
    const view = last === this.#generator ? this.#other : this.#generator;
    const entry = interner.lastEntry;
    view.address = address;
    view.at = view.calledAt = whole;
    view.id = id;
    view.entry = entry;
    view.isEntry = this.#liveness.isEntry(whole);
    const locals = interner.localCount(entry);
    view.state = this.#liveness.stateOf(whole, locals, false);
    return view;
  }

  /** @returns frame id of the frame at a place in the snapshot; -1 when there is none. */
  #idAt(at: number): number {
    const snapshot = this.#snapshot;
    const { code, instruction } = this.#layout.frame;
    // The low bits of a code pointer are tags from 3.14 on.
    return this.#interner.intern(
      (snapshot.u32(at + code) & ~3) >>> 0,
      snapshot.high(at + code),
      snapshot.u32(at + instruction),
      snapshot.high(at + instruction),
    );
  }

  /** @returns whether a generator calls what hangs on it; the leaf calls nothing. */
  #calls(
    outer: FrameView,
    inner: FrameView,
    isDirect: boolean,
    remainsAt: number,
  ): boolean {
    if (inner.at < 0) return true;
    const interner = this.#interner;
    if (isDirect) {
      const isResumed = this.#count > 0;
      const resumes = interner.resumes(outer.entry);
      // Where it goes on with a generator it calls nothing else. Other versions tell better whether it waits.
      if (isResumed ? !resumes : resumes && outer.state === FrameState.alive) {
        return false;
      }
    }
    // The interpreter's own frames run no function.
    const hasFunction = inner.calledAt === inner.at;
    if (
      isDirect && this.#count === 0 && hasFunction &&
      interner.keepsCallable(outer.entry)
    ) {
      const end = outer.at + interner.frameSize(outer.entry);
      const shift = outer.address - outer.at;
      const { at } = inner;
      if (this.#liveness.calls(outer.at, at, shift, end) === Calls.yes) {
        return true;
      }
    }
    return this.#isKnown(outer, inner, remainsAt, true);
  }

  /** @returns whether a frame is known to call a generator, or a generator to call a frame. */
  #isKnown(
    outer: FrameView,
    inner: FrameView,
    remainsAt: number,
    isWhole: boolean,
  ): boolean {
    const known = this.#known;
    const low = this.#codeLow(inner);
    const high = this.#codeHigh(inner);
    const isUsual = known.see(outer.id, this.#codeLow(outer), low, high);
    if (isUsual && known.isKnown(outer.id, low, high)) return true;
    const made = this.#madeBy(outer, remainsAt);
    const isMade = made === low && isUsual;
    const isProven = isMade || isWhole && this.#standStill(outer, inner);
    const evidence = isProven
      ? Evidence.proof
      : made === 0 || made === low
      ? Evidence.none
      : Evidence.doubt;
    known.note(outer.id, low, high, evidence);
    if (isMade) known.note(outer.id, ANY_GENERATOR, 0, evidence);
    return isProven;
  }

  /** @param isWhole whether the shim between the two was there. @returns whether a frame is known to call another by way of C. */
  #isKnownThroughC(
    outer: FrameView,
    inner: FrameView,
    isWhole: boolean,
  ): boolean {
    const low = this.#codeLow(inner);
    const high = this.#codeHigh(inner);
    const known = this.#known;
    const isUsual = known.see(outer.id, this.#codeLow(outer), low, high);
    if (isUsual && known.isKnown(outer.id, low, high)) return true;
    if (!isWhole) return false;
    const isProven = this.#standStill(outer, inner);
    const isSign = isUsual ? Evidence.sign : Evidence.none;
    known.note(outer.id, low, high, isProven ? Evidence.proof : isSign);
    return isProven || this.isFinal && isUsual;
  }

  /** @returns low word of the code of the generator that a frame made last, where what it was made of is still there; else 0. */
  #madeBy(outer: FrameView, remainsAt: number): number {
    if (remainsAt < 0) return 0;
    const snapshot = this.#snapshot;
    const { code, previous, owner } = this.#layout.frame;
    // A generator was not copied together with the data stack.
    if (snapshot.u8(outer.at + owner) === GENERATOR_OWNER) return 0;
    if (snapshot.pointer(remainsAt + previous) !== outer.address) return 0;
    return (snapshot.u32(remainsAt + code) & ~3) >>> 0;
  }

  /** Reads two frames again. @returns whether the caller stands where it stood, and called the same. */
  #standStill(outer: FrameView, inner: FrameView): boolean {
    const { size, code, previous, instruction } = this.#layout.frame;
    // The caller last: what it called was copied between its two copies.
    const innerAt = this.#snapshot.locateAgain(inner.address, size);
    const outerAt = this.#snapshot.locateAgain(outer.address, size);
    return innerAt >= 0 && outerAt >= 0 &&
      this.#isSame(innerAt, inner.at, code) &&
      this.#isSame(innerAt, inner.at, previous) &&
      this.#isSame(outerAt, outer.at, code) &&
      this.#isSame(outerAt, outer.at, previous) &&
      this.#isSame(outerAt, outer.at, instruction);
  }

  #isSame(at: number, thenAt: number, offset: number): boolean {
    const now = this.#snapshot.pointer(at + offset);
    return now === this.#snapshot.pointer(thenAt + offset);
  }

  /** The low bits of a code pointer are tags from 3.14 on. */
  #codeLow({ calledAt }: FrameView): number {
    const { code } = this.#layout.frame;
    return (this.#snapshot.u32(calledAt + code) & ~3) >>> 0;
  }

  #codeHigh({ calledAt }: FrameView): number {
    return this.#snapshot.high(calledAt + this.#layout.frame.code);
  }

  /** A callee of a generator is not called by the generator's caller. */
  #noteIndirect(callee: FrameView, caller: FrameView): void {
    if (callee.at < 0 || caller.id < 0) return;
    const low = this.#codeLow(callee);
    const high = this.#codeHigh(callee);
    this.#known.note(caller.id, low, high, Evidence.contrary);
  }

  /** @returns whether nothing but shims can be at an address. */
  #isShim(address: number): boolean {
    const page = Math.floor(address / PAGE_SIZE);
    return this.#shimPages[page % SHIM_PAGES] === page;
  }

  #noteShim(address: number): void {
    const page = Math.floor(address / PAGE_SIZE);
    this.#shimPages[page % SHIM_PAGES] = page;
  }
}
