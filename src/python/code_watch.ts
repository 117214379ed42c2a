// Hot path: `see` runs once for each snapshot.
/**
 * Says how long it holds that a code object is the one that was read.
 *
 * From 3.14 on an interpreter counts the code objects that it frees: while the
 * count in a snapshot is the same, so is what lies at their addresses. Before,
 * a proof holds for PROOF_PERIOD_US; once one fails, for its own snapshot only
 * until addresses have not been used again for a while.
 * 3.14 Objects/codeobject.c code_dealloc
 */

/** Time for which a code object is believed without a look at it. */
const PROOF_PERIOD_US = 10_000;

/** Time after which a program that freed code objects is believed to have stopped. */
const CALM_PERIOD_US = 1_000_000;

/** Watches the code objects of one process. */
export class CodeWatch {
  /** What was proven at this stamp needs no proof. */
  stamp = 1;
  /** Whether code objects come and go at present. */
  isChurning = false;
  readonly #hasGenerations: boolean;
  readonly #generations = new Map<number, number>();
  #nowUs = 0;
  #proofEndUs = -Infinity;
  #churnEndUs = -Infinity;

  /** @param hasGenerations whether interpreters count the code objects that they free. */
  constructor(hasGenerations: boolean) {
    this.#hasGenerations = hasGenerations;
  }

  /** Begins a pass. */
  begin(nowUs: number): void {
    this.#nowUs = nowUs;
    this.isChurning = nowUs < this.#churnEndUs;
    if (this.#hasGenerations || nowUs < this.#proofEndUs) return;
    this.#proofEndUs = nowUs + PROOF_PERIOD_US;
    this.#next();
  }

  /** Takes note of a new snapshot. @param generation of the interpreter, where it has one. */
  see(interpreter: number, generation: number): void {
    if (!this.#hasGenerations) {
      if (this.isChurning) this.#next();
      return;
    }
    const last = this.#generations.get(interpreter);
    if (last !== generation) {
      this.#generations.set(interpreter, generation);
      if (last !== undefined) this.noteChange();
    }
    this.stamp = (Math.imul(generation, 31) ^ interpreter) >>> 0;
  }

  /** A code object was not the one that it was taken for. */
  noteChange(): void {
    this.#churnEndUs = this.#nowUs + CALM_PERIOD_US;
    this.isChurning = true;
  }

  #next(): void {
    this.stamp = (this.stamp + 1) >>> 0;
  }
}
