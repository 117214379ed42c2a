// Hot path: `see` runs once for each snapshot.
/**
 * Says how long it holds that a code object is the one that was read.
 *
 * From 3.14 on an interpreter counts the code objects that it frees: while the
 * count in a snapshot is the same, so is what lies at their addresses. Before,
 * a proof holds for PROOF_PERIOD_US; once one fails, for its own snapshot only
 * until addresses have not been used again for a while. Nothing is known of a
 * program at the start, so that it counts as one that frees code objects for
 * START_PERIOD_US.
 * 3.14 Objects/codeobject.c code_dealloc
 */

/** Time for which a code object is believed without a look at it. */
const PROOF_PERIOD_US = 10_000;

/** Time after which a program that freed code objects is believed to have stopped. */
const CALM_PERIOD_US = 1_000_000;

/** Time from the start in which a program that frees code objects all the time is seen to do so. */
const START_PERIOD_US = 100_000;

/** An interpreter's count, and what holds as long as it is the same. */
interface Generation {
  readonly interpreter: number;
  readonly count: number;
  readonly stamp: number;
}

/** @returns how many code objects an interpreter has freed by now. */
export type ReadGeneration = (interpreter: number) => number;

/** Watches the code objects of one process. */
export class CodeWatch {
  /** What was proven at this stamp needs no proof. */
  stamp = 1;
  /** Whether code objects come and go at present. */
  isChurning = true;
  /** Whether what is read after a snapshot may have taken the place of what was there; as `wentOn` found. */
  isUnsure = true;
  /** Whether that has ever been seen. */
  hasChanged = false;
  readonly #readGeneration: ReadGeneration | null;
  readonly #generations = new Map<number, Generation>();
  /** Of the snapshot. */
  #generation: Generation | null = null;
  #lastStamp = 1;
  #nowUs = 0;
  #proofEndUs = -Infinity;
  #churnEndUs = NaN;

  /** @param readGeneration null where interpreters do not count the code objects that they free. */
  constructor(readGeneration: ReadGeneration | null) {
    this.#readGeneration = readGeneration;
  }

  /** Begins a pass. */
  begin(nowUs: number): void {
    this.#nowUs = nowUs;
    if (isNaN(this.#churnEndUs)) this.#churnEndUs = nowUs + START_PERIOD_US;
    this.isChurning = nowUs < this.#churnEndUs;
    if (this.#readGeneration !== null || nowUs < this.#proofEndUs) return;
    this.#proofEndUs = nowUs + PROOF_PERIOD_US;
    this.#next();
  }

  /** Takes note of a new snapshot. @param count of the interpreter, where it has one. */
  see(interpreter: number, count: number): void {
    if (this.#readGeneration === null) {
      if (this.isChurning) this.#next();
      return;
    }
    let known = this.#generations.get(interpreter);
    if (known?.count !== count) {
      if (known !== undefined) this.noteChange();
      known = { interpreter, count, stamp: ++this.#lastStamp };
      this.#generations.set(interpreter, known);
    }
    this.#generation = known;
    this.stamp = known.stamp;
  }

  /**
   * An interpreter is copied before the frames, and what a walk lacks is read
   * after it. Where code objects come and go, a look afterwards tells whether
   * some went meanwhile; then nothing is proven, and there is a new stamp.
   */
  wentOn(): boolean {
    const seen = this.#generation;
    this.isUnsure = this.isChurning;
    if (seen === null || !this.isChurning) return false;
    this.isUnsure = this.#readGeneration!(seen.interpreter) !== seen.count;
    if (!this.isUnsure) return false;
    this.#next();
    this.noteChange();
    return true;
  }

  /** A code object was not the one that it was taken for. */
  noteChange(): void {
    this.hasChanged = true;
    this.#churnEndUs = this.#nowUs + CALM_PERIOD_US;
    this.isChurning = true;
  }

  #next(): void {
    this.stamp = ++this.#lastStamp;
  }
}
