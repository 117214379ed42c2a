// Hot path: no allocation per frame.
/**
 * Walks the frames of one thread of 3.8 to 3.10, from the root to the leaf.
 *
 * Frames of those versions are objects all over the heap. They are copied some
 * microseconds apart, and a function's frame is the same one in each call, so
 * that the pointers from callee to caller lead through several moments. A
 * frame's own copy is of one moment. So the walk begins at the root, asks each
 * frame whom it waits for (`call_sites.ts`), and believes a frame to be its
 * callee when that executes the code which the caller calls and points back to
 * it. Where none does so, the stack ends with the function that was called.
 *
 * The frames of the last stack are tried first, then the frame in which a code
 * object was run last, then what the thread announces as its top.
 * 3.8 Include/frameobject.h _frame, Objects/frameobject.c _PyFrame_New_NoTrack
 */

import type { Sample } from "../events/sample.ts";
import {
  MAX_FRAME_WORDS,
  MAX_FRAMES,
  MAX_KNOWN_CODES,
  MAX_KNOWN_FRAMES,
} from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import { AnnouncedFrames } from "./announced_frames.ts";
import { type Callee, type CallSite, CallSites } from "./call_sites.ts";
import { CallWitness, count, isBest } from "./call_witness.ts";
import { WalkStatus } from "./frame.ts";
import type { FrameInterner } from "./frame_interner.ts";
import type { HeapFrameRules, Layout } from "./layouts/layout.ts";

/** A thread's stack as it was seen last, from the root. */
export class Trail {
  /** Frames of the last stack; behind them are those of deeper ones before it, which are likely to come again. */
  length = 0;
  /** Of the frame table that gave out the ids. */
  epoch = 0;
  readonly addresses: number[] = [];
  /** Frame ids. */
  readonly ids: number[] = [];
  readonly sites: CallSite[] = [];
}

/** The instruction of a frame that has not begun. */
const NOT_BEGUN = 0xffffffff;

/** Calls of a callee from an instruction before it is believed to be called from there. */
const FEW_CALLS = 4;

/** Walks stacks of one process. */
export class HeapFrameWalker {
  readonly #snapshot: Snapshot;
  readonly #interner: FrameInterner;
  readonly #topOffset: number;
  readonly #frameSize: number;
  readonly #codeOffset: number;
  readonly #previousOffset: number;
  readonly #instructionOffset: number;
  readonly #stateOffset: number;
  readonly #isExecuting: number;
  readonly #valueStackOffset: number;
  readonly #sites: CallSites;
  readonly #witness: CallWitness;
  /** The frame in which each code object was run last. */
  readonly #frameOf = new Map<number, number>();
  /** By frame id. */
  readonly #siteOf = new Map<number, CallSite>();
  readonly #announced: AnnouncedFrames;
  #epoch = 0;
  /** The code object of a callee that came and went while its frame was copied; 0 when there is none. */
  #called = 0;
  /** What the thread says its innermost frame is. */
  #top = 0;
  /** Whether the frame stands where the last stack's at that depth did. */
  #isSameSite = false;
  /** The last one of which it was noted what it runs. */
  #noted = 0;
  /** Place of the frame that was found last. */
  #at = 0;
  /** Bytes that were copied from there on. */
  #size = 0;

  constructor(
    snapshot: Snapshot,
    interner: FrameInterner,
    memory: RemoteMemory,
    layout: Layout,
    rules: HeapFrameRules,
  ) {
    this.#snapshot = snapshot;
    this.#interner = interner;
    this.#topOffset = layout.thread.top;
    const { size, code, previous, instruction } = layout.frame;
    this.#frameSize = size;
    this.#codeOffset = code;
    this.#previousOffset = previous;
    this.#instructionOffset = instruction;
    this.#stateOffset = rules.state;
    this.#isExecuting = rules.isExecuting;
    this.#valueStackOffset = rules.valueStack;
    this.#announced = new AnnouncedFrames(snapshot, layout);
    this.#sites = new CallSites(memory, layout, rules);
    this.#witness = new CallWitness(memory, layout, rules);
  }

  /**
   * Fills in a sample's frames.
   * @param threadAt place of the thread state in the snapshot.
   * @param trail of the thread; it is the new stack afterwards.
   * @param isFinal whether the thread may as well have begun anew.
   */
  walk(
    threadAt: number,
    trail: Trail,
    sample: Sample,
    isFinal: boolean,
  ): WalkStatus {
    sample.frameCount = 0;
    this.#top = this.#snapshot.pointer(threadAt + this.#topOffset);
    this.#announced.begin(this.#top);
    this.#called = 0;
    if (this.#top === 0) {
      trail.length = 0;
      return WalkStatus.ok;
    }
    this.#forgetOld(trail);
    if (this.#top !== this.#noted && !this.#noteFrame(this.#top)) {
      return WalkStatus.torn;
    }
    const isKnown = trail.length > 0 && this.#isAlive(trail.addresses[0]!, 0);
    if (!isKnown && !this.#findRoot(trail)) return WalkStatus.torn;
    const status = this.#goInward(trail, sample);
    if (this.#announced.isBroken) return WalkStatus.torn;
    if (!this.#leadElsewhere(trail)) return status;
    if (isFinal) trail.length = 0;
    return WalkStatus.torn;
  }

  /** Forgets what frame ids stood for before they were given out anew. */
  #forgetOld(trail: Trail): void {
    const { epoch } = this.#interner;
    if (epoch !== this.#epoch) this.#siteOf.clear();
    if (epoch !== trail.epoch) trail.ids.fill(-1);
    this.#epoch = trail.epoch = epoch;
  }

  /** @returns whether the announced frames lead to a root; then the trail begins there. */
  #findRoot(trail: Trail): boolean {
    const root = this.#announced.findRoot();
    if (root === 0 || !this.#isAlive(root, 0)) return false;
    trail.addresses[0] = root;
    trail.length = 1;
    return true;
  }

  /** @returns whether a frame executes that another called. Its place is `#at` then. */
  #isAlive(address: number, caller: number): boolean {
    const snapshot = this.#snapshot;
    const at = snapshot.locate(address, this.#frameSize);
    if (at < 0) return false;
    if (snapshot.u8(at + this.#stateOffset) !== this.#isExecuting) return false;
    if (snapshot.pointer(at + this.#previousOffset) !== caller) return false;
    this.#at = at;
    this.#size = snapshot.windowLocal + snapshot.windowSize - at;
    return true;
  }

  /** Goes from callee to callee, starting at the root, which was found last. */
  #goInward(trail: Trail, sample: Sample): WalkStatus {
    const { addresses, ids, sites } = trail;
    const known = addresses.length;
    let address = addresses[0]!;
    let depth = 0;
    for (; address !== 0; depth++) {
      if (depth === 2 * MAX_FRAMES) return WalkStatus.torn;
      const id = this.#idAt(this.#at);
      if (id < 0 && depth === 0) return WalkStatus.torn;
      if (id < 0) break;
      const isSame = ids[depth] === id;
      const site = isSame ? sites[depth]! : this.#siteAt(id, this.#at);
      addresses[depth] = address;
      ids[depth] = id;
      sites[depth] = site;
      const hint = depth + 1 < known ? addresses[depth + 1]! : 0;
      this.#isSameSite = isSame;
      address = this.#calleeOf(address, site, hint);
    }
    trail.length = depth;
    return this.#fill(sample, ids, depth);
  }

  /**
   * A frame that was freed meanwhile may be another thread's by now, and lead
   * to its root; and a thread may have begun anew while its old root was taken
   * by another.
   * @returns whether the announced frames lead to another root than the walk began at.
   */
  #leadElsewhere(trail: Trail): boolean {
    const { root } = this.#announced;
    return root !== 0 && root !== trail.addresses[0] && this.#isAlive(root, 0);
  }

  /** @returns address of the frame for which the one that was found last waits; 0 when it waits for none that can be seen. */
  #calleeOf(caller: number, site: CallSite, hint: number): number {
    const callee = this.#namedCallee(caller, site);
    if (callee === null) return this.#unnamedCallee(caller, site, hint);
    const isUsual = this.#isUsual(site);
    const frame = this.#frameOfCode(caller, callee, hint);
    if (frame !== 0) {
      return isUsual || this.#isSeen(caller, site, frame, hint) ? frame : 0;
    }
    const other = this.#calleeOfAnother(caller, site, hint);
    if (other === 0 && isUsual) this.#called = site.callee.code;
    return other;
  }

  /**
   * What the stack names may not be what is called: another object may have
   * taken its place in memory, and a bound method puts `self` in its place.
   * @returns the frame that was called nevertheless; 0 when there is none.
   */
  #calleeOfAnother(caller: number, site: CallSite, hint: number): number {
    const { object, code, isTransient } = site.callee;
    const other = this.#announced.calleeOf(caller);
    const isOther = other !== 0 && this.#isAlive(other, caller);
    if (!isTransient && !isOther) return 0;
    const now = this.#sites.calleeNow(object);
    site.callee = now;
    if (now.code !== 0 && now.code !== code) {
      return this.#frameOfCode(caller, now, hint);
    }
    const frame = isOther ? this.#unnamedCallee(caller, site, hint) : 0;
    if (frame !== 0) site.callee = { ...now, code: 0 };
    return frame;
  }

  /**
   * Instruction and evaluation stack of a frame are copied one after the other,
   * so that the stack may already hold what is called next.
   * @returns whether the callee is named at the site so often, or elsewhere in the code object so seldom, that it is no such accident.
   */
  #isUsual(site: CallSite): boolean {
    const record = site.records.of(site.callee.code);
    const named = ++record.named;
    const all = ++site.named;
    count(record);
    if (named < FEW_CALLS) return false;
    return 2 * named > all || isBest(record);
  }

  /** @returns what a frame's evaluation stack names; null where it names nothing. */
  #namedCallee(caller: number, site: CallSite): Callee | null {
    const { slots } = site;
    if (slots.length === 0) return null;
    const stack = this.#snapshot.pointer(this.#at + this.#valueStackOffset) -
      caller;
    if (!(stack > 0 && stack <= MAX_FRAME_WORDS * 8)) return null;
    const first = this.#pointerIn(caller, stack + site.slot);
    if (first !== site.callee.object || first === 0) {
      this.#nameCallee(caller, site, stack);
    }
    return site.callee.code === 0 ? null : site.callee;
  }

  /** Finds out what is called at a site of the frame that was found last. @param stack offset of its evaluation stack. */
  #nameCallee(caller: number, site: CallSite, stack: number): void {
    const { slots } = site;
    for (let i = 0; i < slots.length; i++) {
      const object = this.#pointerIn(caller, stack + slots[i]!);
      // Objects that come and go, such as iterators, are not worth a read.
      const isWanted = this.#top !== caller || this.#sites.knows(object);
      site.callee = this.#sites.callee(isWanted ? object : 0);
      site.slot = slots[i]!;
      if (object !== 0) return;
    }
  }

  /** @returns a pointer in the frame that was found last; 0 when it cannot be read with the instruction that belongs to it. */
  #pointerIn(address: number, offset: number): number {
    const snapshot = this.#snapshot;
    const needed = offset + 8;
    if (needed <= this.#size) {
      snapshot.keepUntil(this.#at + needed);
      return snapshot.pointer(this.#at + offset);
    }
    const instruction = snapshot.u32(this.#at + this.#instructionOffset);
    const at = snapshot.locate(address, needed);
    if (at < 0) return 0;
    this.#at = at;
    this.#size = snapshot.windowLocal + snapshot.windowSize - at;
    // The larger copy is a later one.
    const isSame = snapshot.u32(at + this.#instructionOffset) === instruction;
    return isSame ? snapshot.pointer(at + offset) : 0;
  }

  /** @returns address of the frame that runs a callee, was called by the caller and executes; 0 when there is none. */
  #frameOfCode(caller: number, callee: Callee, hint: number): number {
    const { code, frame } = callee;
    if (this.#runs(hint, caller, code)) return hint;
    if (this.#runs(frame, caller, code)) return frame;
    const last = this.#frameOf.get(code) ?? 0;
    if (last !== hint && this.#runs(last, caller, code)) return last;
    const announced = this.#announced.calleeOf(caller);
    if (!this.#runs(announced, caller, code)) return 0;
    this.#noteFrame(announced);
    return announced;
  }

  #runs(address: number, caller: number, code: number): boolean {
    return address !== 0 && this.#isAlive(address, caller) &&
      this.#codeAt(this.#at) === code;
  }

  /** @returns address of a frame that was called through C, or by a signal or a finalizer; 0 when there is none. */
  #unnamedCallee(caller: number, site: CallSite, hint: number): number {
    if (this.#top === caller) return 0;
    let frame = hint;
    if (hint === 0 || !this.#isAlive(hint, caller)) {
      frame = this.#announced.calleeOf(caller);
      if (frame === 0 || !this.#isAlive(frame, caller)) return 0;
    }
    return this.#isSeen(caller, site, frame, hint) ? frame : 0;
  }

  /** @returns whether the frame that was found last is believed to have been called from a site. */
  #isSeen(
    caller: number,
    site: CallSite,
    frame: number,
    hint: number,
  ): boolean {
    const record = site.records.of(this.#codeAt(this.#at));
    const isOld = this.#isSameSite && frame === hint;
    const { instruction } = site;
    return this.#witness.believes(record, instruction, caller, frame, isOld);
  }

  /** Remembers which code object is run in a frame. @returns whether there may be a frame. */
  #noteFrame(address: number): boolean {
    const at = this.#snapshot.locate(address, this.#frameSize);
    if (at < 0) return false;
    const code = this.#codeAt(at);
    this.#noted = address;
    if (this.#frameOf.get(code) === address) return true;
    if (this.#frameOf.size >= MAX_KNOWN_CODES) this.#frameOf.clear();
    this.#frameOf.set(code, address);
    return true;
  }

  #codeAt(at: number): number {
    return this.#snapshot.pointer(at + this.#codeOffset);
  }

  /** @returns frame id of the frame at a place; -1 when it is none. */
  #idAt(at: number): number {
    const snapshot = this.#snapshot;
    return this.#interner.intern(
      snapshot.u32(at + this.#codeOffset),
      snapshot.u32(at + this.#codeOffset + 4),
      snapshot.u32(at + this.#instructionOffset),
      0,
    );
  }

  #siteAt(id: number, at: number): CallSite {
    const known = this.#siteOf.get(id);
    if (known !== undefined) return known;
    if (this.#siteOf.size >= MAX_KNOWN_FRAMES) this.#siteOf.clear();
    const instruction = this.#snapshot.u32(at + this.#instructionOffset);
    const site = this.#sites.read(this.#codeAt(at), instruction);
    this.#siteOf.set(id, site);
    return site;
  }

  /** Writes frame ids from the leaf. @param ids from the root. */
  #fill(sample: Sample, ids: number[], count: number): WalkStatus {
    const { frameIds } = sample;
    let filled = 0;
    if (this.#called !== 0) {
      const high = (this.#called / 4294967296) >>> 0;
      const id = this.#interner.intern(this.#called >>> 0, high, NOT_BEGUN, 0);
      if (id >= 0) frameIds[filled++] = id;
    }
    for (let i = count - 1; i >= 0 && filled < MAX_FRAMES; i--) {
      frameIds[filled++] = ids[i]!;
    }
    sample.frameCount = filled;
    return filled < count ? WalkStatus.tooDeep : WalkStatus.ok;
  }
}
