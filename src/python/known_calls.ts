// Hot path: asked for calls through C, and for generators.
/**
 * Calls that the program is known to make: from this line, of this function.
 *
 * Frames that do not lie together are not copied together: a caller as it was
 * at one moment may come with what it called some hundred nanoseconds later. A
 * call that was proven a few times, because nothing moved around it, is one
 * that the program makes, and is believed from then on. The table has a fixed
 * size and keeps the last of those that share a place; what it forgets has to
 * be proven again.
 */

/** Places; a power of two. */
const CAPACITY = 32_768;

/** Words of an entry: caller's frame id + 1, callee's code address low, high, points. */
const ENTRY_WORDS = 4;

/** Points from which a call is believed. */
const ENOUGH = 12;

/** Points that a call has at most, so that it can be doubted again. */
const MAX_POINTS = 64;

/** Points for what was seen of a call. */
export const Evidence = {
  /** Nothing moved around it. */
  proof: 4,
  /** It looks so, but that may be of another moment. */
  sign: 1,
  /** It was not proven when it was looked at. */
  none: -1,
  /** The caller called something else. */
  doubt: -4,
  /** There is another frame between the two. */
  contrary: -16,
} as const;

export type Evidence = typeof Evidence[keyof typeof Evidence];

/** Gathers evidence for calls. */
export class KnownCalls {
  readonly #table = new Uint32Array(CAPACITY * ENTRY_WORDS);

  /** @param caller frame id. @param codeLow address of the callee's code object, as two words. */
  isKnown(caller: number, codeLow: number, codeHigh: number): boolean {
    const entry = entryOf(caller, codeLow);
    const table = this.#table;
    return table[entry] === caller + 1 && table[entry + 1] === codeLow &&
      table[entry + 2] === codeHigh && table[entry + 3]! >= ENOUGH;
  }

  /** Adds what was seen of a call. */
  note(
    caller: number,
    codeLow: number,
    codeHigh: number,
    evidence: Evidence,
  ): void {
    const entry = entryOf(caller, codeLow);
    const table = this.#table;
    const isSame = table[entry] === caller + 1 &&
      table[entry + 1] === codeLow && table[entry + 2] === codeHigh;
    if (!isSame) {
      if (evidence < 0) return;
      table[entry] = caller + 1;
      table[entry + 1] = codeLow;
      table[entry + 2] = codeHigh;
      table[entry + 3] = 0;
    }
    const points = table[entry + 3]! + evidence;
    table[entry + 3] = Math.min(Math.max(points, 0), MAX_POINTS);
  }
}

function entryOf(caller: number, codeLow: number): number {
  const mixed = Math.imul((codeLow >>> 4) ^ (caller * 31), 0x9e3779b1);
  return ((mixed ^ (mixed >>> 15)) & (CAPACITY - 1)) * ENTRY_WORDS;
}
