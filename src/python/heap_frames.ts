// Hot path: no allocation per frame.
/**
 * Walks the frames of one thread of 3.8 to 3.10, from the root to the leaf.
 *
 * Frames of those versions are objects all over the heap. They are copied some
 * microseconds apart, and a function's frame is the same one in each call, so
 * that the pointers from callee to caller lead through several moments. A
 * frame's own copy is of one moment. So the walk begins at the root, asks each
 * frame whom it waits for (`heap_callees.ts`), and believes a frame to be its
 * callee when that executes the code which the caller calls and points back to
 * it. Where none does so, the stack ends with the function that was called.
 * Frames that are as they were at the last walk are not asked again
 * (`trail.ts`).
 * 3.8 Objects/frameobject.c _PyFrame_New_NoTrack
 */

import type { Sample } from "../events/sample.ts";
import { MAX_FRAMES, MAX_KNOWN_FRAMES } from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import { AnnouncedFrames } from "./announced_frames.ts";
import type { CallSite } from "./call_sites.ts";
import { WalkStatus } from "./frame.ts";
import type { FrameInterner } from "./frame_interner.ts";
import { HeapCallees } from "./heap_callees.ts";
import { HeapFrame } from "./heap_frame.ts";
import type { HeapFrameRules, Layout } from "./layouts/layout.ts";
import type { Trail } from "./trail.ts";

/** The instruction of a frame that has not begun. */
const NOT_BEGUN = 0xffffffff;

/** Walks stacks of one process. */
export class HeapFrameWalker {
  readonly #snapshot: Snapshot;
  readonly #interner: FrameInterner;
  readonly #topOffset: number;
  /** The one that the walk is at. */
  readonly #frame: HeapFrame;
  readonly #announced: AnnouncedFrames;
  readonly #callees: HeapCallees;
  /** By frame id. */
  readonly #siteOf = new Map<number, CallSite>();
  #epoch = 0;

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
    this.#frame = new HeapFrame(snapshot, layout, rules);
    this.#announced = new AnnouncedFrames(snapshot, layout);
    this.#callees = new HeapCallees(
      memory,
      layout,
      rules,
      this.#frame,
      this.#announced,
    );
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
    const top = this.#snapshot.pointer(threadAt + this.#topOffset);
    this.#announced.begin(top);
    if (!this.#callees.begin(top)) return WalkStatus.torn;
    if (top === 0) {
      trail.length = 0;
      return WalkStatus.ok;
    }
    this.#forgetOld(trail);
    const depth = this.#findStart(trail);
    if (depth < 0) return WalkStatus.torn;
    const status = this.#goInward(trail, depth, sample);
    if (this.#announced.isBroken) return WalkStatus.torn;
    if (!this.#leadElsewhere(trail)) return status;
    if (isFinal) trail.length = 0;
    return WalkStatus.torn;
  }

  /** Forgets what frame ids stood for before they were given out anew. */
  #forgetOld(trail: Trail): void {
    const { epoch } = this.#interner;
    if (epoch !== this.#epoch) this.#siteOf.clear();
    this.#epoch = epoch;
    trail.forgetOld(epoch);
  }

  /** @returns depth of the frame at which the walk begins, which is at hand then; -1 when there is no root. */
  #findStart(trail: Trail): number {
    const depth = trail.goOn(this.#frame, this.#snapshot, this.#interner);
    if (depth >= 0) return depth;
    const last = trail.length === 0 ? 0 : trail.addresses[0]!;
    if (last !== 0 && this.#frame.goTo(last, 0)) return 0;
    const root = this.#announced.findRoot();
    return root !== 0 && this.#frame.goTo(root, 0) ? 0 : -1;
  }

  /** Goes from callee to callee, starting at the frame at hand. @param start its depth. */
  #goInward(trail: Trail, start: number, sample: Sample): WalkStatus {
    const { addresses, ids, sites } = trail;
    const frame = this.#frame;
    const known = addresses.length;
    for (let depth = start;;) {
      const id = frame.idAt(frame.at, this.#interner);
      if (id < 0 && depth === 0) return WalkStatus.torn;
      if (id < 0) return this.#end(trail, depth, sample);
      const isSame = ids[depth] === id;
      const site = isSame ? sites[depth]! : this.#siteAt(id);
      const hint = depth + 1 < known ? addresses[depth + 1]! : 0;
      this.#callees.look(site, hint, isSame);
      trail.set(depth++, frame, id, site);
      if (depth === 2 * MAX_FRAMES) {
        trail.length = 0;
        return WalkStatus.torn;
      }
      if (!this.#callees.go()) return this.#end(trail, depth, sample);
      const { isSettled, record } = this.#callees;
      if (isSettled) trail.settle(depth - 1, record);
    }
  }

  #siteAt(id: number): CallSite {
    const known = this.#siteOf.get(id);
    if (known !== undefined) return known;
    if (this.#siteOf.size >= MAX_KNOWN_FRAMES) this.#siteOf.clear();
    const { code, instruction } = this.#frame;
    const site = this.#callees.sites.read(code, instruction);
    this.#siteOf.set(id, site);
    return site;
  }

  /** Writes frame ids from the leaf. @param depth frames of the stack. */
  #end(trail: Trail, depth: number, sample: Sample): WalkStatus {
    trail.end(depth, this.#snapshot, this.#interner);
    const { frameIds } = sample;
    const { ids } = trail;
    const { called } = this.#callees;
    let filled = 0;
    if (called !== 0) {
      const high = (called / 4294967296) >>> 0;
      const id = this.#interner.intern(called >>> 0, high, NOT_BEGUN, 0);
      if (id >= 0) frameIds[filled++] = id;
    }
    for (let i = depth - 1; i >= 0 && filled < MAX_FRAMES; i--) {
      frameIds[filled++] = ids[i]!;
    }
    sample.frameCount = filled;
    return filled < depth ? WalkStatus.tooDeep : WalkStatus.ok;
  }

  /**
   * A frame that was freed meanwhile may be another thread's by now, and lead
   * to its root; and a thread may have begun anew while its old root was taken
   * by another.
   * @returns whether the announced frames lead to another root than the walk began at.
   */
  #leadElsewhere(trail: Trail): boolean {
    const { root } = this.#announced;
    return root !== 0 && root !== trail.addresses[0] &&
      this.#frame.goTo(root, 0);
  }
}
