// Hot path: asked for calls through C, and for generators.
/**
 * Calls that the program is known to make: from this line, of this function.
 *
 * Frames that do not lie together are not copied together: a caller as it was
 * at one moment may come with what it called some hundred nanoseconds later. A
 * call that was proven a few times, because nothing moved around it, is one
 * that the program makes, and is believed from then on. The table has a fixed
 * size; where there is no room, the least believed one has to be proven again.
 *
 * A caller that has just gone on to its next line looks like one that calls
 * from there, and proofs go wrong with it. But it is seen to call from the
 * right line many times as often, which `see` tells.
 */

/** Places; a power of two. */
const CAPACITY = 32_768;

/** Places at which a call may be, from its own one on. */
const NEIGHBOURS = 4;

/** Words of an entry: caller's frame id + 1, callee's code address low, high, points, times seen, in which period. */
const ENTRY_WORDS = 6;

/** Words of what all lines of one caller have in common that call the same: low words of both code addresses, times that the most usual was seen, period. */
const RIVAL_WORDS = 4;

/** A line from which a call is seen this many times less often than from another of the same caller is no usual one. */
const USUAL_SHARE = 8;

/** Times after which what was seen counts half: another period begins. */
const PERIOD = 1_024;

/** Points from which a call is believed. */
const ENOUGH = 192;

/** Points that a call has at most, so that it can be doubted again. */
const MAX_POINTS = 1_024;

/** Points for what was seen of a call. */
export const Evidence = {
  /** Nothing moved around it. */
  proof: 64,
  /** It looks so, but that may be of another moment. */
  sign: 16,
  /** It was not proven when it was looked at; most calls are over by then. */
  none: -1,
  /** The caller called something else. */
  doubt: -64,
  /** There is another frame between the two. */
  contrary: -256,
} as const;

export type Evidence = typeof Evidence[keyof typeof Evidence];

/** Gathers evidence for calls. */
export class KnownCalls {
  readonly #table = new Uint32Array(CAPACITY * ENTRY_WORDS);
  readonly #rivals = new Uint32Array(CAPACITY * RIVAL_WORDS);

  /** @param caller frame id. @param codeLow address of the callee's code object, as two words. */
  isKnown(caller: number, codeLow: number, codeHigh: number): boolean {
    const entry = this.#find(caller, codeLow, codeHigh);
    return entry >= 0 && this.#table[entry + 3]! >= ENOUGH;
  }

  /**
   * Counts that a call seems to go on.
   * @param callerCode low word of the address of the caller's code object.
   * @returns whether the caller's line is a usual one for it.
   */
  see(
    caller: number,
    callerCode: number,
    codeLow: number,
    codeHigh: number,
  ): boolean {
    const entry = this.#entry(caller, codeLow, codeHigh);
    const rival = this.#rival(callerCode, codeLow);
    const table = this.#table;
    const rivals = this.#rivals;
    const age = rivals[rival + 3]! - table[entry + 5]!;
    const seen = (table[entry + 4]! >>> Math.min(age, 31)) + 1;
    table[entry + 4] = seen;
    table[entry + 5] = rivals[rival + 3]!;
    const best = Math.max(rivals[rival + 2]!, seen);
    rivals[rival + 2] = best;
    if (best === PERIOD) {
      rivals[rival + 2] = best >>> 1;
      rivals[rival + 3]!++;
    }
    return seen * USUAL_SHARE >= best;
  }

  /** Adds what was seen of a call. */
  note(
    caller: number,
    codeLow: number,
    codeHigh: number,
    evidence: Evidence,
  ): void {
    if (evidence < 0 && this.#find(caller, codeLow, codeHigh) < 0) return;
    const entry = this.#entry(caller, codeLow, codeHigh);
    const table = this.#table;
    const points = table[entry + 3]! + evidence;
    table[entry + 3] = Math.min(Math.max(points, 0), MAX_POINTS);
  }

  /** @returns where a call is kept; -1 when it is not. */
  #find(caller: number, codeLow: number, codeHigh: number): number {
    const table = this.#table;
    const home = placeOf(caller, codeLow);
    for (let i = 0; i < NEIGHBOURS; i++) {
      const entry = entryAt(home + i);
      const isSame = table[entry] === caller + 1 &&
        table[entry + 1] === codeLow && table[entry + 2] === codeHigh;
      if (isSame) return entry;
    }
    return -1;
  }

  /** @returns where a call is kept, in the place of another if need be. */
  #entry(caller: number, codeLow: number, codeHigh: number): number {
    const found = this.#find(caller, codeLow, codeHigh);
    if (found >= 0) return found;
    const table = this.#table;
    const home = placeOf(caller, codeLow);
    let entry = entryAt(home);
    for (let i = 1; i < NEIGHBOURS && table[entry] !== 0; i++) {
      const next = entryAt(home + i);
      if (table[next + 3]! < table[entry + 3]!) entry = next;
    }
    table.fill(0, entry, entry + ENTRY_WORDS);
    table[entry] = caller + 1;
    table[entry + 1] = codeLow;
    table[entry + 2] = codeHigh;
    return entry;
  }

  /** @returns where it is kept what the lines of a caller have in common that call the same. */
  #rival(callerCode: number, codeLow: number): number {
    const place = placeOf(callerCode >>> 4, codeLow) * RIVAL_WORDS;
    const rivals = this.#rivals;
    const isSame = rivals[place] === callerCode &&
      rivals[place + 1] === codeLow;
    if (!isSame) {
      rivals[place] = callerCode;
      rivals[place + 1] = codeLow;
      rivals[place + 2] = 0;
      // No entry is of a later period.
      rivals[place + 3] = Math.max(rivals[place + 3]!, 1);
    }
    return place;
  }
}

function entryAt(place: number): number {
  return (place & (CAPACITY - 1)) * ENTRY_WORDS;
}

function placeOf(caller: number, codeLow: number): number {
  const mixed = Math.imul((codeLow >>> 4) ^ (caller * 31), 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) & (CAPACITY - 1);
}
