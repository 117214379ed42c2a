// Hot path: `intern` runs once for each frame of each stack.
/**
 * From (code object, instruction) to a frame id.
 *
 * Pairs are kept in an open-addressing hash table of plain integers, so that a
 * known frame costs one probe and no allocation. The instruction's low 32 bits
 * are enough: it lies within its code object. New pairs are resolved through
 * `CodeReader`; on that occasion, and in turn, code objects are checked to be
 * still those that were read, because addresses are used again.
 */

import type { FrameTable } from "../events/frame_table.ts";
import { MAX_KNOWN_CODES, MAX_KNOWN_FRAMES } from "../limits.ts";
import type { Code, CodeReader } from "./code.ts";

/** Words of an entry: code address low, high, instruction low, frame id + 1 (0 is an empty entry), frame size, locals, flags. */
const ENTRY_WORDS = 7;

/** Flag: a frame that waits for a callee cannot stand at this instruction. */
const CANNOT_WAIT = 1;
/** Flag: the instruction was seen to leave the called function on the evaluation stack. */
const KEEPS_CALLABLE = 2;
/** Flag: a frame that the interpreter puts between two others for itself. */
const IS_SHIM = 4;

const INITIAL_ENTRIES = 4096;

/** Code objects that are checked at a time; each costs a system call of 2 µs. */
const RECHECKED_CODES = 16;

/** The id of an entry whose code object has gone. */
const FORGOTTEN = 0xffffffff;

/** A code object and the instructions of it that have ids. */
interface KnownCode {
  readonly code: Code;
  readonly instructions: number[];
}

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
  #checked: Iterator<KnownCode>;

  constructor(codes: CodeReader, frames: FrameTable) {
    this.#codes = codes;
    this.#frames = frames;
    this.#epoch = frames.epoch;
    this.#checked = this.#known.values();
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
    if (id !== 0 && id !== FORGOTTEN) return id - 1;
    return this.#resolve(
      entry,
      codeHigh * 4294967296 + codeLow,
      instructionHigh * 4294967296 + instructionLow,
    );
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

  /** @returns whether the pair's code object is the interpreter's own; see `Code.isShim`. */
  isShim(entry: number): boolean {
    return (this.#table[entry + 6]! & IS_SHIM) !== 0;
  }

  /** @returns whether the pair's instruction was seen to leave the called function on the evaluation stack. */
  keepsCallable(entry: number): boolean {
    return (this.#table[entry + 6]! & KEEPS_CALLABLE) !== 0;
  }

  /** Notes whether the pair's instruction leaves the called function on the evaluation stack. */
  setKeepsCallable(entry: number, keeps: boolean): void {
    if (keeps) this.#table[entry + 6]! |= KEEPS_CALLABLE;
    else this.#table[entry + 6]! &= ~KEEPS_CALLABLE;
  }

  /** Bounds memory: forgets everything once too much is known. Call it between samples only, as ids lose their meaning. */
  trim(): void {
    const { epoch, size } = this.#frames;
    if (epoch !== this.#epoch) this.#forgetAll();
    if (size < MAX_KNOWN_FRAMES && this.#known.size < MAX_KNOWN_CODES) return;
    this.#frames.clear();
    this.#forgetAll();
  }

  /**
   * Checks some code objects, the next ones in turn, to be still those that
   * were read: others may have taken their addresses. Call it now and then.
   */
  recheck(): void {
    for (let i = 0; i < RECHECKED_CODES; i++) {
      const { value, done } = this.#checked.next();
      if (done) {
        this.#checked = this.#known.values();
        return;
      }
      if (!this.#codes.isUnchanged(value.code)) this.#forget(value);
    }
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
      (code.isShim ? IS_SHIM : 0);
    const { size, localCount } = code.frameShape ?? { size: 0, localCount: 0 };
    this.#fill(entry, address, instruction, [id + 1, size, localCount, flags]);
    return id;
  }

  #codeAt(address: number): KnownCode | null {
    const known = this.#known.get(address);
    if (known !== undefined) {
      if (this.#codes.isUnchanged(known.code)) return known;
      this.#forget(known);
    }
    const code = this.#codes.read(address);
    if (code === null) return null;
    const learnt = { code, instructions: [] };
    this.#known.set(address, learnt);
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
    const { address } = known.code;
    this.#known.delete(address);
    const high = (address / 4294967296) >>> 0;
    for (const instruction of known.instructions) {
      const entry = this.#find(address >>> 0, high, instruction >>> 0);
      if (this.#table[entry + 3] !== 0) this.#table[entry + 3] = FORGOTTEN;
    }
  }

  #forgetAll(): void {
    this.#epoch = this.#frames.epoch;
    this.#known.clear();
    this.#table.fill(0);
    this.#count = 0;
  }

  #grow(): void {
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
