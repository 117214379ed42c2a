/**
 * Whether one frame called another through C, where the caller's evaluation
 * stack does not say so (3.8 to 3.10).
 *
 * The caller, the callee and the caller again are copied with one system call.
 * A caller that stands at the same instruction both times while the callee
 * executes and points back to it is believed to wait for it. What was seen so
 * a few times is believed without looking, as long as it is seldom denied.
 */

import { pointerIn } from "../binary/abi.ts";
import {
  REGION_WORDS,
  type RemoteMemory,
  setRegion,
} from "../memory/remote_memory.ts";
import type { HeapFrameRules, Layout } from "./layouts/layout.ts";

/** Code objects that are remembered for one instruction. */
const MAX_RECORDS = 64;

/** Code objects that are remembered for all instructions of a caller. */
const MAX_CALLEES = 4096;

/** So many denials outweigh one confirmation. */
const DENIALS = 16;

/** Where looks have settled the matter, one in so many is taken. */
const LOOKS = 64;

/** The instructions of one code object that call another one. */
export interface Rivals {
  /** Of that from which it was seen to be called most often. */
  best: CallRecord | null;
}

/** How often a code object was seen to be called from one instruction. */
export interface CallRecord {
  readonly code: number;
  /** The same callee at other instructions of the caller. */
  readonly rivals: Rivals;
  /** By the caller's evaluation stack, or by the witness. */
  seen: number;
  /** By the caller's evaluation stack. */
  named: number;
  /** By this witness. */
  confirmed: number;
  denied: number;
  /** Times that it did not look. */
  skipped: number;
}

/** What was seen to be called from one instruction, by code object. */
export class CallRecords {
  readonly #rivals: Map<number, Rivals>;
  /** Null as long as there is one at most. */
  #records: Map<number, CallRecord> | null = null;
  /** The one that was asked for last, and nearly always is the next time. */
  #last: CallRecord | null = null;

  /** @param rivals of all instructions of the caller's code object, by callee. */
  constructor(rivals: Map<number, Rivals>) {
    this.#rivals = rivals;
  }

  of(code: number): CallRecord {
    const last = this.#last;
    if (last !== null && last.code === code) return last;
    const record = this.#records?.get(code) ?? this.#add(code);
    this.#last = record;
    if (last !== null) this.#keep(last, record);
    return record;
  }

  #add(code: number): CallRecord {
    if (this.#rivals.size >= MAX_CALLEES) this.#rivals.clear();
    const rivals = this.#rivals.get(code) ?? { best: null };
    this.#rivals.set(code, rivals);
    const counts = { seen: 0, named: 0, confirmed: 0, denied: 0, skipped: 0 };
    return { code, rivals, ...counts };
  }

  #keep(...records: readonly CallRecord[]): void {
    if (this.#records === null || this.#records.size >= MAX_RECORDS) {
      this.#records = new Map();
    }
    for (const record of records) this.#records.set(record.code, record);
  }
}

/** Looks at callers and callees of one process. */
export class CallWitness {
  readonly #memory: RemoteMemory;
  readonly #layout: Layout;
  readonly #rules: HeapFrameRules;
  readonly #regions = new Uint32Array(3 * REGION_WORDS);
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(memory: RemoteMemory, layout: Layout, rules: HeapFrameRules) {
    this.#memory = memory;
    this.#layout = layout;
    this.#rules = rules;
    this.#bytes = new Uint8Array(3 * layout.frame.size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /**
   * @param isOld whether the stack before had the same call.
   * @returns whether a frame is believed to have called another one from an instruction.
   */
  believes(
    record: CallRecord,
    instruction: number,
    caller: number,
    callee: number,
    isOld: boolean,
  ): boolean {
    const isTrusted = record.confirmed * DENIALS > record.denied;
    if (isTrusted && isOld) return true;
    const isSettled = isTrusted ? isBest(record) : record.denied > LOOKS;
    if (isSettled && ++record.skipped % LOOKS !== 0) return isTrusted;
    const isSeen = this.#sees(instruction, caller, callee);
    if (isSeen) confirm(record);
    else record.denied++;
    return isSeen;
  }

  #sees(instruction: number, caller: number, callee: number): boolean {
    const { size } = this.#layout.frame;
    const regions = this.#regions;
    setRegion(regions, 0, caller, size);
    setRegion(regions, 1, callee, size);
    setRegion(regions, 2, caller, size);
    const copied = this.#memory.readRegions(regions, 3, this.#bytes);
    return copied === 3 * size && this.#stands(0, instruction) &&
      this.#executes(size, caller) && this.#stands(2 * size, instruction);
  }

  #stands(at: number, instruction: number): boolean {
    const offset = at + this.#layout.frame.instruction;
    return this.#view.getUint32(offset, true) === instruction;
  }

  #executes(at: number, caller: number): boolean {
    const view = this.#view;
    const { previous } = this.#layout.frame;
    return view.getUint8(at + this.#rules.state) === this.#rules.isExecuting &&
      pointerIn(view, at + previous, this.#layout.pointerSize) === caller;
  }
}

function confirm(record: CallRecord): void {
  record.confirmed++;
  count(record);
}

/** Counts that a callee was seen to be called from an instruction. */
export function count(record: CallRecord, times = 1): void {
  const { rivals } = record;
  record.seen += times;
  if (rivals.best === null || record.seen > rivals.best.seen) {
    rivals.best = record;
  }
}

/** @returns whether no other instruction of the caller was seen to call the callee more often. */
export function isBest(record: CallRecord): boolean {
  return record.rivals.best === record;
}
