// Hot path: `intern` runs once for each frame of each stack.
/**
 * From (code object, instruction) to a frame id.
 *
 * Pairs are kept in an open-addressing hash table of plain integers, so that a
 * known frame costs one probe and no allocation. The instruction's low 32 bits
 * are enough: it lies within its code object. New pairs are resolved through
 * `CodeReader`.
 *
 * Addresses are used again, so a code object is doubted until it has been
 * proven to be still the one that was read. `code_watch.ts` says how long that
 * holds; `prove` does it for all frames of a walk with one system call.
 */

import type { FrameTable } from "../events/frame_table.ts";
import { MAX_KNOWN_CODES, MAX_KNOWN_FRAMES } from "../limits.ts";
import type { Code, CodeReader } from "./code.ts";
import type { Fingerprinted } from "./fingerprint.ts";

/** Words of an entry: code address low, high, instruction low, frame id + 1 (0 is an empty entry), frame size, locals, flags, stamp. */
const ENTRY_WORDS = 8;

/** Flag: a frame that waits for a callee cannot stand at this instruction. */
const CANNOT_WAIT = 1;
/** Flag: a frame that stands at this instruction was copied into a generator. */
const MADE_GENERATOR = 2;
/** Flag: a frame that the interpreter puts between two others for itself. */
const IS_SHIM = 4;
/** Flag: a frame that stands at this instruction may be going on with a generator. */
const RESUMES = 8;

/** The flags' upper bits count how often the instruction left the called function on the evaluation stack. */
const CALLABLE_UNIT = 16;
const MAX_CALLABLE = 15 * CALLABLE_UNIT;
const KEEPS_CALLABLE = 2 * CALLABLE_UNIT;
/** Most do, so what one was not seen to leave is torn rather than another kind of call, unless that happens again. */
const FIRST_CALLABLE = 6 * CALLABLE_UNIT;
/** What each time takes away at which it did not. */
const LOST_CALLABLE = 4 * CALLABLE_UNIT;

const INITIAL_ENTRIES = 4096;

/** Walks for which an object that is no code object is not looked at again: it may be left behind a leaf, where each walk meets it. */
const OTHER_WALKS = 16;

/** Such objects that are remembered; threads have one each. */
const MAX_OTHERS = 1024;

/** The id of an entry whose code object has gone. */
const FORGOTTEN = 0xffffffff;

/** A code object and the instructions of it that have ids. */
interface KnownCode extends Fingerprinted {
  readonly code: Code;
  readonly instructions: number[];
  /** At which it was last proven. */
  stamp: number;
  /** Number of the last walk that doubted it. */
  walk: number;
}

/** What became of the code objects that a walk met. */
export const Proof = {
  /** They are what they were taken for. */
  ok: 0,
  /** One was read for the first time, when the frame's own may have been gone. */
  unsure: 1,
  /** One is another by now. */
  changed: 2,
} as const;

export type Proof = typeof Proof[keyof typeof Proof];

/** Gives frame ids to what frames of one process hold. */
export class FrameInterner {
  readonly #codes: CodeReader;
  readonly #frames: FrameTable;
  readonly #known = new Map<number, KnownCode>();
  #table = new Uint32Array(INITIAL_ENTRIES * ENTRY_WORDS);
  #mask = INITIAL_ENTRIES - 1;
  #count = 0;
  #epoch: number;
  #entry = 0;
  #walk = 0;
  #stamp = 0;
  /** Addresses of objects that are no code objects, with the walk at which they may be by then. */
  readonly #others = new Map<number, number>();
  /** Code objects that this walk met and that are not proven. */
  readonly #doubted: KnownCode[] = [];
  /** Whether this walk met one for the first time. */
  #hasNew = false;
  /** Whether this walk found another one in the place of one. */
  #hasChanged = false;

  /** Changes whenever an entry or an id loses its meaning. */
  changes = 0;

  constructor(codes: CodeReader, frames: FrameTable) {
    this.#codes = codes;
    this.#frames = frames;
    this.#epoch = frames.epoch;
  }

  /**
   * Begins a walk.
   * @param stamp what was proven at the same stamp needs no proof.
   */
  begin(stamp: number): void {
    this.#walk++;
    if (stamp !== this.#stamp && this.#others.size > 0) this.#others.clear();
    this.#stamp = stamp;
    this.#doubted.length = 0;
    this.#hasNew = false;
    this.#hasChanged = false;
  }

  /** Ends a walk. @returns whether every code object that it met was the one that it was taken for. */
  prove(): Proof {
    const doubted = this.#doubted;
    if (doubted.length > 0) this.#replaceChanged();
    if (this.#hasChanged) return Proof.changed;
    for (let i = 0; i < doubted.length; i++) doubted[i]!.stamp = this.#stamp;
    return this.#hasNew ? Proof.unsure : Proof.ok;
  }

  /**
   * @param code address of a code object, as two words. @param instruction the frame's field, as two words.
   * @returns a frame id, or -1 when there is no such code object or it has no such instruction.
   */
  intern(
    codeLow: number,
    codeHigh: number,
    instructionLow: number,
    instructionHigh: number,
  ): number {
    const entry = this.#find(codeLow, codeHigh, instructionLow);
    this.#entry = entry;
    const id = this.#table[entry + 3]!;
    if (id !== 0 && id !== FORGOTTEN) {
      if (this.#table[entry + 7] !== this.#stamp) this.#doubtEntry(entry);
      return id - 1;
    }
    return this.#resolve(
      entry,
      codeHigh * 4294967296 + codeLow,
      instructionHigh * 4294967296 + instructionLow,
    );
  }

  /** Changes whenever frame ids lose their meaning. */
  get epoch(): number {
    return this.#epoch;
  }

  /** What this walk was begun with. */
  get stamp(): number {
    return this.#stamp;
  }

  /** Where the pair that was interned last is kept, for the questions below; valid until the next is interned. */
  get lastEntry(): number {
    return this.#entry;
  }

  /** @returns bytes of a frame of the pair's code object; 0 where that is of no use. */
  frameSize(entry: number): number {
    return this.#table[entry + 4]!;
  }

  /** @returns number of locals of the pair's code object. */
  localCount(entry: number): number {
    return this.#table[entry + 5]!;
  }

  /** @returns whether a frame that waits for a callee cannot stand at the pair's instruction. */
  cannotWait(entry: number): boolean {
    return (this.#table[entry + 6]! & CANNOT_WAIT) !== 0;
  }

  /** @returns whether a frame that stands at the pair's instruction is what was left when it was copied into a generator. */
  madeGenerator(entry: number): boolean {
    return (this.#table[entry + 6]! & MADE_GENERATOR) !== 0;
  }

  /** @returns whether a frame that stands at the pair's instruction may be going on with a generator, without C in between. */
  resumes(entry: number): boolean {
    return (this.#table[entry + 6]! & RESUMES) !== 0;
  }

  /** @returns whether the pair's code object is the interpreter's own; see `Code.isShim`. */
  isShim(entry: number): boolean {
    return (this.#table[entry + 6]! & IS_SHIM) !== 0;
  }

  /** @returns whether the pair's instruction leaves the called function on the evaluation stack, as far as was seen. */
  keepsCallable(entry: number): boolean {
    return this.#table[entry + 6]! >= KEEPS_CALLABLE;
  }

  /** Notes whether the pair's instruction left the called function on the evaluation stack. */
  noteCallable(entry: number, isThere: boolean): void {
    const flags = this.#table[entry + 6]!;
    if (isThere) {
      if (flags < MAX_CALLABLE) this.#table[entry + 6] = flags + CALLABLE_UNIT;
    } else if (flags >= LOST_CALLABLE) {
      this.#table[entry + 6] = flags - LOST_CALLABLE;
    } else {
      this.#table[entry + 6] = flags % CALLABLE_UNIT;
    }
  }

  /** Bounds memory: forgets everything once too much is known. Call it between samples only, as ids lose their meaning. */
  trim(): void {
    const { epoch, size } = this.#frames;
    if (epoch !== this.#epoch) this.#forgetAll();
    if (size < MAX_KNOWN_FRAMES && this.#known.size < MAX_KNOWN_CODES) return;
    this.#frames.clear();
    this.#forgetAll();
  }

  /** Notes that the code object of an entry needs a proof, unless it has one already. */
  #doubtEntry(entry: number): void {
    const table = this.#table;
    const known = this.#known.get(
      table[entry + 1]! * 4294967296 + table[entry]!,
    );
    if (known === undefined) return;
    if (known.stamp === this.#stamp) table[entry + 7] = this.#stamp;
    else this.#doubt(known);
  }

  #doubt(known: KnownCode): void {
    if (known.walk === this.#walk) return;
    known.walk = this.#walk;
    this.#doubted.push(known);
  }

  /** Forgets code objects that others took the places of. Those are read at once: the next walk knows them, and is sooner done. */
  #replaceChanged(): void {
    const changed = this.#codes.changed(this.#doubted);
    for (const known of changed) this.#forget(known);
    for (const { code } of changed) this.#learn(code.address);
  }

  /** @returns word index of the pair's entry, or of the empty one where it belongs. */
  #find(codeLow: number, codeHigh: number, instructionLow: number): number {
    const table = this.#table;
    const mask = this.#mask;
    let slot = hash(codeLow, instructionLow) & mask;
    for (;;) {
      const entry = slot * ENTRY_WORDS;
      if (table[entry + 3] === 0) return entry;
      if (
        table[entry] === codeLow && table[entry + 1] === codeHigh &&
        table[entry + 2] === instructionLow
      ) return entry;
      slot = (slot + 1) & mask;
    }
  }

  #resolve(entry: number, address: number, instruction: number): number {
    const known = this.#codeAt(address);
    if (known === null) return -1;
    const { code } = known;
    const location = this.#codes.locate(code, instruction);
    if (location === null) return -1;
    const { file, scope } = code;
    const id = this.#frames.add({ file, scope, ...location });
    known.instructions.push(instruction);
    const flags =
      (this.#codes.cannotWait(code, instruction) ? CANNOT_WAIT : 0) |
      (this.#codes.madeGenerator(code, instruction) ? MADE_GENERATOR : 0) |
      (this.#codes.resumes(code, instruction) ? RESUMES : 0) |
      (code.isShim ? IS_SHIM : 0) | FIRST_CALLABLE;
    const { size, localCount } = code.frameShape ?? { size: 0, localCount: 0 };
    const rest = [id + 1, size, localCount, flags, known.stamp];
    this.#fill(entry, address, instruction, rest);
    return id;
  }

  #codeAt(address: number): KnownCode | null {
    const known = this.#known.get(address);
    if (known === undefined) {
      return this.#isOther(address) ? null : this.#learn(address);
    }
    // Another one at the address may have an instruction where it had none.
    this.#doubt(known);
    return known;
  }

  #isOther(address: number): boolean {
    const until = this.#others.get(address);
    return until !== undefined && this.#walk < until;
  }

  #noteOther(address: number): void {
    if (this.#others.size >= MAX_OTHERS) this.#others.clear();
    this.#others.set(address, this.#walk + OTHER_WALKS);
  }

  #learn(address: number): KnownCode | null {
    const code = this.#codes.read(address);
    if (code === null) {
      if (this.#codes.foundOther) this.#noteOther(address);
      return null;
    }
    const { fingerprint } = code;
    const stamp = this.#stamp;
    const learnt = { code, fingerprint, instructions: [], stamp, walk: 0 };
    this.#known.set(address, learnt);
    this.#hasNew = true;
    return learnt;
  }

  #fill(
    entry: number,
    address: number,
    instruction: number,
    rest: readonly number[],
  ): void {
    const table = this.#table;
    if (table[entry + 3] === 0) this.#count++;
    table[entry] = address >>> 0;
    table[entry + 1] = (address / 4294967296) >>> 0;
    table[entry + 2] = instruction >>> 0;
    table.set(rest, entry + 3);
    if (this.#count * 2 > this.#mask) this.#grow();
    this.#entry = this.#find(
      table[entry]!,
      table[entry + 1]!,
      table[entry + 2]!,
    );
  }

  #forget(known: KnownCode): void {
    this.changes++;
    this.#hasChanged = true;
    const { address } = known.code;
    this.#known.delete(address);
    const high = (address / 4294967296) >>> 0;
    for (const instruction of known.instructions) {
      const entry = this.#find(address >>> 0, high, instruction >>> 0);
      if (this.#table[entry + 3] !== 0) this.#table[entry + 3] = FORGOTTEN;
    }
  }

  #forgetAll(): void {
    this.changes++;
    this.#epoch = this.#frames.epoch;
    this.#known.clear();
    this.#table.fill(0);
    this.#count = 0;
  }

  #grow(): void {
    this.changes++;
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    this.#mask = this.#table.length / ENTRY_WORDS - 1;
    for (let from = 0; from < old.length; from += ENTRY_WORDS) {
      if (old[from + 3] === 0) continue;
      const to = this.#find(old[from]!, old[from + 1]!, old[from + 2]!);
      this.#table.set(old.subarray(from, from + ENTRY_WORDS), to);
    }
  }
}

/** Mixes address bits above the alignment; 0x9e3779b1 is 2^32 over the golden ratio. */
function hash(codeLow: number, instructionLow: number): number {
  const mixed = Math.imul((codeLow >>> 4) ^ (instructionLow * 31), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
