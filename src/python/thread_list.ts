// Hot path: `see` runs once for each interpreter of each pass.
/**
 * Where the list of an interpreter's threads begins, and which code objects it
 * has freed, without a look at the interpreter in each pass.
 *
 * These few fields lie far from all else, and a region of a snapshot costs
 * 0.4 µs. They change seldom, and thread states tell when the list does: a new
 * thread becomes the first and links itself before the one that was; what was
 * the first and is gone leads elsewhere. So the fields are read apart, every
 * LOOK_PERIOD_US and when the list has changed. A snapshot holds them while
 * code objects come and go, and where the links are not as expected.
 * 3.12 Include/cpython/pystate.h PyThreadState.prev, Python/pystate.c
 */

import type { Snapshot } from "../memory/snapshot.ts";
import type { StructReader } from "../memory/struct_reader.ts";
import { interpreterWindow } from "./interpreter.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";

/** Time for which code objects are believed to be there without a look. */
const LOOK_PERIOD_US = 1_000;

/** One interpreter as it was last seen. */
export class ThreadList {
  /** Address of the interpreter. */
  readonly interpreter: number;
  /** Its number; 0 is the main one. */
  id = 0;
  /** Address of its newest thread state; 0 when it has none. */
  first = 0;
  /** Changes whenever it frees a code object, where it counts them. */
  generation = 0;
  readonly #snapshot: Snapshot;
  readonly #reader: StructReader;
  readonly #layout: Layout;
  readonly #windowStart: number;
  readonly #windowSize: number;
  /** Offset of a thread state's link to the one before it. */
  readonly #previous: number;
  /** Whether the first thread state's link says that it is. */
  #isLinked = false;
  #nextLookUs = -Infinity;

  /** @param interpreter its address. @param reader of the same process. */
  constructor(
    interpreter: number,
    snapshot: Snapshot,
    reader: StructReader,
    layout: Layout,
  ) {
    this.interpreter = interpreter;
    this.#snapshot = snapshot;
    this.#reader = reader;
    this.#layout = layout;
    const window = interpreterWindow(layout);
    this.#windowStart = window.start;
    this.#windowSize = window.size;
    this.#previous = layout.thread.next - layout.pointerSize;
  }

  /**
   * Sees to it that the fields are those of the present snapshot, or as good.
   * @param nowUs time of the pass. @param isExact whether the snapshot's own are needed.
   * @returns whether they could be read.
   */
  see(nowUs: number, isExact: boolean): boolean {
    const isInSnapshot = isExact || !this.#isLinked;
    if (!isInSnapshot && nowUs < this.#nextLookUs && this.#isFirst()) {
      return true;
    }
    this.#nextLookUs = nowUs + LOOK_PERIOD_US;
    return isInSnapshot ? this.#seeInSnapshot() : this.#look();
  }

  #seeInSnapshot(): boolean {
    const snapshot = this.#snapshot;
    const start = this.interpreter + this.#windowStart;
    const at = snapshot.locate(start, this.#windowSize);
    if (at < 0) return false;
    const { id, threadsHead, codeObjectGeneration } = this.#layout.interpreter;
    const base = at - this.#windowStart;
    this.id = snapshot.pointer(base + id);
    this.first = snapshot.pointer(base + threadsHead);
    if (codeObjectGeneration !== ABSENT) {
      this.generation = snapshot.u32(base + codeObjectGeneration);
    }
    this.#isLinked = this.#isFirst();
    return true;
  }

  #look(): boolean {
    const reader = this.#reader;
    const start = this.interpreter + this.#windowStart;
    if (!reader.loadAll(start, this.#windowSize)) return false;
    const { id, threadsHead, codeObjectGeneration } = this.#layout.interpreter;
    this.id = reader.pointer(id - this.#windowStart);
    this.first = reader.pointer(threadsHead - this.#windowStart);
    if (codeObjectGeneration !== ABSENT) {
      this.generation = reader.u32(codeObjectGeneration - this.#windowStart);
    }
    this.#isLinked = this.#isFirst();
    return true;
  }

  /** @returns whether the snapshot's copy of the first thread state says that none is before it. */
  #isFirst(): boolean {
    const { thread } = this.#layout;
    if (this.first === 0) return false;
    const snapshot = this.#snapshot;
    const at = snapshot.locate(this.first, thread.size);
    if (at < 0) return false;
    return snapshot.pointer(at + this.#previous) === 0 &&
      snapshot.pointer(at + thread.interpreter) === this.interpreter;
  }
}
