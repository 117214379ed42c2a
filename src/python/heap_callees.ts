// Hot path: no allocation per frame.
/**
 * For whom a frame of 3.8 to 3.10 waits.
 *
 * The frame's evaluation stack names the code object that it called, or the
 * thread leads to a frame that points back to it, as where C lies between the
 * two. The frame of the last stack is tried first, then the one in which the
 * code object was run last, then what the thread announces.
 */

import { MAX_FRAME_WORDS, MAX_KNOWN_CODES } from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import type { AnnouncedFrames } from "./announced_frames.ts";
import { type Callee, type CallSite, CallSites } from "./call_sites.ts";
import { type CallRecord, CallWitness, count, isBest } from "./call_witness.ts";
import type { HeapFrame } from "./heap_frame.ts";
import type { HeapFrameRules, Layout } from "./layouts/layout.ts";

/** Calls of a callee from an instruction before it is believed to be called from there. */
const FEW_CALLS = 4;

/** Goes from callers to callees in one process. */
export class HeapCallees {
  readonly sites: CallSites;
  readonly #witness: CallWitness;
  readonly #frame: HeapFrame;
  readonly #announced: AnnouncedFrames;
  /** The frame in which each code object was run last. */
  readonly #frameOf = new Map<number, number>();
  /** What the thread says its innermost frame is. */
  #top = 0;
  /** The last one of which it was noted what it runs. */
  #noted = 0;
  /** The frame that waits. */
  #caller = 0;
  #site!: CallSite;
  /** Frame that it called when it was seen last; 0 where there was none. */
  #hint = 0;
  /** Whether it stands where it stood then. */
  #isSameSite = false;
  /** What its evaluation stack names. */
  #named: Callee | null = null;
  /** The code object of a callee that came and went while its frame was copied; 0 when there is none. */
  called = 0;
  /** Whether there is nothing more to learn of the call that was gone by. */
  isSettled = false;
  /** How often it was seen; null where the evaluation stack does not name it. */
  record: CallRecord | null = null;

  constructor(
    memory: RemoteMemory,
    layout: Layout,
    rules: HeapFrameRules,
    frame: HeapFrame,
    announced: AnnouncedFrames,
  ) {
    this.#frame = frame;
    this.#announced = announced;
    this.sites = new CallSites(memory, layout, rules);
    this.#witness = new CallWitness(memory, layout, rules);
  }

  /** Begins a walk. @param top the thread's announced frame. @returns whether there may be one. */
  begin(top: number): boolean {
    this.#top = top;
    this.called = 0;
    return top === 0 || top === this.#noted || this.#noteFrame(top);
  }

  /** Looks at the evaluation stack of the frame at hand. @param hint its callee in the last stack, or 0. @param isSameSite whether it stands where it stood then. */
  look(site: CallSite, hint: number, isSameSite: boolean): void {
    this.#caller = this.#frame.address;
    this.#site = site;
    this.#hint = hint;
    this.#isSameSite = isSameSite;
    this.#named = this.#namedCallee();
  }

  /** Goes on to the frame for which the one waits that was looked at. @returns whether there is one that can be seen; it is at hand then. */
  go(): boolean {
    const callee = this.#named;
    this.isSettled = callee === null;
    this.record = null;
    if (callee === null) return this.#goToUnnamed();
    const isUsual = this.isSettled = this.#isUsual();
    if (this.#goToRunning(callee)) return isUsual || this.#isSeen();
    this.isSettled = false;
    const isFound = this.#goToAnother();
    if (!isFound && isUsual) this.called = this.#site.callee.code;
    return isFound;
  }

  /** @returns what the evaluation stack of the frame at hand names; null where it names nothing. */
  #namedCallee(): Callee | null {
    const frame = this.#frame;
    const site = this.#site;
    if (site.slots.length === 0) return null;
    const { stack, pointerSize } = frame;
    if (!(stack > 0 && stack <= MAX_FRAME_WORDS * pointerSize)) return null;
    const object = frame.readSlot(stack + site.slot);
    if (object !== site.callee.object || object === 0) this.#readCallee(stack);
    return site.callee.code === 0 ? null : site.callee;
  }

  /** Finds out what is called at the site. @param stack offset of the frame's evaluation stack. */
  #readCallee(stack: number): void {
    const site = this.#site;
    const { slots } = site;
    for (let i = 0; i < slots.length; i++) {
      const object = this.#frame.readSlot(stack + slots[i]!);
      // Objects that come and go, such as iterators, are not worth a read.
      const isWanted = this.#top !== this.#caller || this.sites.knows(object);
      site.callee = this.sites.callee(isWanted ? object : 0);
      site.slot = slots[i]!;
      if (object !== 0) return;
    }
  }

  /**
   * Instruction and evaluation stack of a frame are copied one after the other,
   * so that the stack may already hold what is called next.
   * @returns whether the callee is named at the site so often, or elsewhere in the code object so seldom, that it is no such accident.
   */
  #isUsual(): boolean {
    const site = this.#site;
    const record = this.record = site.records.of(site.callee.code);
    const named = ++record.named;
    const all = ++site.named;
    count(record);
    if (named < FEW_CALLS) return false;
    return 2 * named > all || isBest(record);
  }

  /** Goes to the frame that runs a callee, was called by the caller and executes. @returns whether there is one. */
  #goToRunning({ code, frame }: Callee): boolean {
    const hint = this.#hint;
    if (this.#runs(hint, code) || this.#runs(frame, code)) return true;
    const last = this.#frameOf.get(code) ?? 0;
    if (last !== hint && this.#runs(last, code)) return true;
    const announced = this.#announced.calleeOf(this.#caller);
    if (!this.#runs(announced, code)) return false;
    this.#note(code, announced);
    return true;
  }

  #runs(address: number, code: number): boolean {
    return this.#isCallee(address) && this.#frame.code === code;
  }

  #isCallee(address: number): boolean {
    return address !== 0 && this.#frame.goTo(address, this.#caller);
  }

  /**
   * What the stack names may not be what is called: another object may have
   * taken its place in memory, and a bound method puts `self` in its place.
   * @returns whether another frame was called.
   */
  #goToAnother(): boolean {
    const site = this.#site;
    const { object, code, isTransient } = site.callee;
    const isOther = this.#isCallee(this.#announced.calleeOf(this.#caller));
    if (!isTransient && !isOther) return false;
    const now = this.sites.calleeNow(object);
    site.callee = now;
    if (now.code !== 0 && now.code !== code) return this.#goToRunning(now);
    if (!isOther || !this.#goToUnnamed()) return false;
    site.callee = { ...now, code: 0 };
    return true;
  }

  /** Goes to a frame that was called through C, or by a signal or a finalizer. @returns whether there is one. */
  #goToUnnamed(): boolean {
    const caller = this.#caller;
    if (this.#top === caller) return false;
    if (!this.#isCallee(this.#hint)) {
      if (!this.#isCallee(this.#announced.calleeOf(caller))) return false;
    }
    return this.#isSeen();
  }

  /** @returns whether the frame at hand is believed to have been called by the caller where that stands. */
  #isSeen(): boolean {
    const { address, code } = this.#frame;
    const { records, instruction } = this.#site;
    const isOld = this.#isSameSite && address === this.#hint;
    const record = records.of(code);
    const caller = this.#caller;
    return this.#witness.believes(record, instruction, caller, address, isOld);
  }

  /** Notes what an announced frame runs. @returns whether there may be a frame. */
  #noteFrame(address: number): boolean {
    const code = this.#frame.codeOf(address);
    if (code < 0) return false;
    this.#noted = address;
    this.#note(code, address);
    return true;
  }

  #note(code: number, address: number): void {
    if (this.#frameOf.get(code) === address) return;
    if (this.#frameOf.size >= MAX_KNOWN_CODES) this.#frameOf.clear();
    this.#frameOf.set(code, address);
  }
}
