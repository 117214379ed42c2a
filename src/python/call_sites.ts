/**
 * What is called where a frame of 3.8 to 3.10 stands, as its evaluation stack
 * has it.
 *
 * While a call goes on, its callable stays on the caller's evaluation stack;
 * when it returns, the result takes its place. So one frame's copy, which is
 * taken at one moment, says whom the frame waits for.
 * 3.8 Python/ceval.c call_function, Include/genobject.h, classobject.h
 */

import {
  MAX_BYTECODE_SIZE,
  MAX_KNOWN_CODES,
  MAX_KNOWN_OBJECTS,
} from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { StructReader } from "../memory/struct_reader.ts";
import { CallRecords, type Rivals } from "./call_witness.ts";
import { type BytecodeRules, CallKind } from "./layouts/bytecode.ts";
import type { HeapFrameRules, Layout } from "./layouts/layout.ts";
import { instructionAt, type StackedInstruction } from "./stack_depth.ts";

/** An object on an evaluation stack. */
export interface Callee {
  readonly object: number;
  /** The code object that it runs when it is called or gone on with; 0 where it runs C, or nothing. */
  readonly code: number;
  /** The frame that it runs it in, where that is always the same one. */
  readonly frame: number;
  /** Whether it is likely to make room for another soon. */
  readonly isTransient: boolean;
}

/** An instruction of a code object. */
export interface CallSite {
  /** The frame's instruction field. */
  readonly instruction: number;
  /** Bytes from the first slot of the evaluation stack to those of which the first that is not empty holds what is called; none where it is not on the stack. */
  readonly slots: readonly number[];
  /** What was found there last, and in which of the slots. */
  callee: Callee;
  slot: number;
  /** How often the stack named a callee. */
  named: number;
  readonly records: CallRecords;
}

const NOTHING: Callee = { object: 0, code: 0, frame: 0, isTransient: false };

/** Types, by the start of their names. */
const TYPE_NAMES = [
  "function\0",
  "method\0",
  "generator\0",
  "coroutine\0",
  "async_generator\0",
] as const;
const [FUNCTION, METHOD] = [0, 1];

/** None of them. */
const OTHER_TYPE = -1;

const LONGEST_TYPE_NAME = 16;

/** Says what instructions call, in one process. */
export class CallSites {
  readonly #reader: StructReader;
  readonly #layout: Layout;
  readonly #rules: HeapFrameRules;
  readonly #objects = new Map<number, Callee>();
  readonly #types = new Map<number, number>();
  /** By caller and callee. */
  readonly #rivals = new Map<number, Map<number, Rivals>>();

  constructor(memory: RemoteMemory, layout: Layout, rules: HeapFrameRules) {
    this.#reader = new StructReader(memory, layout.pointerSize);
    this.#layout = layout;
    this.#rules = rules;
  }

  /** @param code address of a code object. @param instruction the frame's field, as it is. */
  read(code: number, instruction: number): CallSite {
    const { bytecode } = this.#rules;
    const found = this.#instruction(code, instruction);
    const words = found === null ? [] : slotsOf(bytecode, found);
    const { pointerSize } = this.#layout;
    const slots = words.filter((slot) => slot >= 0)
      .map((slot) => slot * pointerSize);
    return {
      instruction,
      slots,
      callee: NOTHING,
      slot: slots[0] ?? 0,
      named: 0,
      records: new CallRecords(this.#rivalsIn(code)),
    };
  }

  #rivalsIn(code: number): Map<number, Rivals> {
    let rivals = this.#rivals.get(code);
    if (rivals === undefined) {
      if (this.#rivals.size >= MAX_KNOWN_CODES) this.#rivals.clear();
      rivals = new Map();
      this.#rivals.set(code, rivals);
    }
    return rivals;
  }

  /** @returns what an object on an evaluation stack is, as it was when it was met first. */
  callee(object: number): Callee {
    return this.#objects.get(object) ?? this.calleeNow(object);
  }

  /** @returns whether an object was met. */
  knows(object: number): boolean {
    return this.#objects.has(object);
  }

  /** @returns what an object is now. */
  calleeNow(object: number): Callee {
    if (object === 0) return NOTHING;
    if (this.#objects.size >= MAX_KNOWN_OBJECTS) this.#objects.clear();
    const callee = this.#readCallee(object);
    this.#objects.set(object, callee);
    return callee;
  }

  #instruction(
    code: number,
    instruction: number,
  ): StackedInstruction | null {
    const { bytes, instructionIs } = this.#layout;
    const reader = this.#reader;
    const index = (instruction | 0) * (instructionIs === "unitIndex" ? 2 : 1);
    const object = reader.pointerAt(code + this.#rules.codeBytes);
    if (index < 0 || !reader.loadAll(object, bytes.first)) return null;
    const size = reader.pointer(bytes.size);
    if (size === 0 || size > MAX_BYTECODE_SIZE) return null;
    if (!reader.loadAll(object + bytes.first, size)) return null;
    return instructionAt(reader.bytes(), this.#rules.bytecode, index);
  }

  #readCallee(object: number): Callee {
    const rules = this.#rules;
    const reader = this.#reader;
    const callee = { object, code: 0, frame: 0, isTransient: true };
    switch (this.#typeOf(object)) {
      case OTHER_TYPE:
        return callee;
      case FUNCTION:
        return { ...callee, code: this.#codeOf(object), isTransient: false };
      case METHOD: {
        const target = reader.pointerAt(object + rules.methodFunction);
        if (this.#typeOf(target) !== FUNCTION) return callee;
        return { ...callee, code: this.#codeOf(target) };
      }
      default: {
        const code = reader.pointerAt(object + rules.generatorCode);
        const frame = reader.pointerAt(object + rules.generatorFrame);
        return { ...callee, code, frame };
      }
    }
  }

  #codeOf(functionObject: number): number {
    return this.#reader.pointerAt(functionObject + this.#rules.functionCode);
  }

  /** @returns index of an object's type in `TYPE_NAMES`, or `OTHER_TYPE`. */
  #typeOf(object: number): number {
    const reader = this.#reader;
    const type = reader.pointerAt(object + this.#layout.object.type);
    let known = this.#types.get(type);
    if (known !== undefined) return known;
    if (this.#types.size >= MAX_KNOWN_OBJECTS) this.#types.clear();
    known = this.#readType(type);
    this.#types.set(type, known);
    return known;
  }

  #readType(type: number): number {
    const reader = this.#reader;
    const name = reader.pointerAt(type + this.#layout.object.typeName);
    reader.load(name, LONGEST_TYPE_NAME);
    const text = String.fromCharCode(...reader.bytes());
    return TYPE_NAMES.findIndex((known) => text.startsWith(known));
  }
}

/** @returns slots of the evaluation stack, from its bottom, of which the first that is not empty holds what is called. */
function slotsOf(
  rules: BytecodeRules,
  { opcode, argument, depth }: StackedInstruction,
): number[] {
  switch (rules.calls[opcode] as CallKind) {
    case CallKind.unnamed:
      return [];
    case CallKind.positional:
      return [depth - 1 - argument];
    case CallKind.keywords:
      return [depth - 2 - argument];
    case CallKind.unpacked:
      return [depth - 2 - (argument & 1)];
    case CallKind.method:
      return [depth - 2 - argument, depth - 1 - argument];
    case CallKind.next:
      return [depth - 1];
    case CallKind.delegate:
      return [depth - 2];
  }
}
