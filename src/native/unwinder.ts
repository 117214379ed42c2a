// Hot path: runs once for each frame of machine code.
/**
 * Unwinds a stack of machine code, from the leaf to the root.
 *
 * It works on a copy of registers and stack, so the thread may run on
 * meanwhile, and by the compilers' unwind tables alone: where they say
 * nothing it ends instead of guessing. Rules are kept by instruction, so a
 * frame costs a look-up and a few reads of the copy.
 */

import type { Machine } from "../binary/dwarf_expression.ts";
import { evaluate } from "../binary/dwarf_expression.ts";
import type { FrameRules } from "../binary/eh_frame.ts";
import { type RegisterRule, RuleKind } from "../binary/unwind_row.ts";
import { MAX_KNOWN_INSTRUCTIONS, MAX_NATIVE_FRAMES } from "../limits.ts";
import type { Architecture } from "./architecture.ts";
import { Registers } from "./registers.ts";
import type { StackCopy } from "./stack_copy.ts";

/** How unwinding ended. */
export const UnwindEnd = {
  /** At the thread's first function. */
  root: 0,
  /** The tables say nothing about an instruction: generated code, or hand-written without them. */
  noRules: 1,
  /** Something is needed of a register whose value is not known. */
  noRegister: 2,
  /** The stack was not copied so far, or what is there cannot be. */
  noStack: 3,
} as const;

export type UnwindEnd = typeof UnwindEnd[keyof typeof UnwindEnd];

/** Finds rules for instructions. */
export interface RuleSource {
  /** @returns null where there are none. */
  rulesAt(address: number): FrameRules | null;
  /** @returns whether the program starts there, so that nothing has called it. */
  isStart(address: number): boolean;
}

/** A stack of machine code; the frames of the last `unwind`. */
export class Unwinder implements Machine {
  readonly #source: RuleSource;
  readonly #architecture: Architecture;
  readonly #rules = new Map<number, FrameRules>();
  readonly #registers = new Registers();
  readonly #caller = new Registers();
  #stack: StackCopy | null = null;
  /** Program counter of each frame, from the leaf; only the first `count` are valid. */
  pcs = new Float64Array(256);
  /** Stack pointer of each, and behind them that of the last one's caller: a frame lies between two of them. */
  stackPointers = new Float64Array(257);
  /** 1 for frames whose program counter is a return address, which stands behind the call. */
  isReturn = new Uint8Array(256);
  count = 0;

  constructor(source: RuleSource, architecture: Architecture) {
    this.#source = source;
    this.#architecture = architecture;
  }

  /** Forgets all rules: other code may be where they were. */
  forget(): void {
    this.#rules.clear();
  }

  /** Fills in the frames. */
  unwind(registers: Registers, stack: StackCopy): UnwindEnd {
    const { stackPointer, programCounter } = this.#architecture;
    this.#registers.copyFrom(registers);
    this.#stack = stack;
    this.count = 0;
    let pc = registers.get(programCounter)!;
    let isReturn = false;
    while (this.count < MAX_NATIVE_FRAMES) {
      const sp = this.#registers.get(stackPointer)!;
      const instruction = isReturn ? pc - 1 : pc;
      const rules = this.#rulesAt(instruction);
      if (rules === null) {
        const isStart = this.#source.isStart(instruction);
        // A leaf without rules is still known by its name.
        if (isStart || this.count === 0) this.#add(pc, sp, isReturn);
        return isStart ? UnwindEnd.root : UnwindEnd.noRules;
      }
      this.#add(pc, sp, isReturn);
      const cfa = this.#cfa(rules);
      if (cfa === null) return UnwindEnd.noRegister;
      if (Number.isNaN(cfa)) return UnwindEnd.noStack;
      this.stackPointers[this.count] = cfa;
      const returnRule = ruleOf(rules, rules.returnRegister);
      if (returnRule?.kind === RuleKind.undefined) return UnwindEnd.root;
      const isLeaf = this.count === 1;
      if (cfa < sp || cfa === sp && !isLeaf) return UnwindEnd.noStack;
      if (!this.#enterCaller(rules, cfa)) return UnwindEnd.noStack;
      const next = this.#registers.get(rules.returnRegister);
      if (next === null) return UnwindEnd.noRegister;
      pc = next;
      if (pc === 0) return UnwindEnd.root;
      isReturn = !rules.isSignalFrame;
    }
    return UnwindEnd.noStack;
  }

  register(number: number): number | null {
    return this.#registers.get(number);
  }

  word(address: number): number | null {
    return this.#stack!.word(address);
  }

  #rulesAt(address: number): FrameRules | null {
    const known = this.#rules.get(address);
    if (known !== undefined) return known;
    // That there are none is not kept: they may not have been readable just now.
    const rules = this.#source.rulesAt(address);
    if (rules === null) return null;
    if (this.#rules.size >= MAX_KNOWN_INSTRUCTIONS) this.#rules.clear();
    this.#rules.set(address, rules);
    return rules;
  }

  #add(pc: number, sp: number, isReturn: boolean): void {
    if (this.count === this.pcs.length) this.#grow();
    this.pcs[this.count] = pc;
    this.stackPointers[this.count] = sp;
    this.stackPointers[this.count + 1] = sp;
    this.isReturn[this.count++] = isReturn ? 1 : 0;
  }

  #grow(): void {
    const { pcs, stackPointers, isReturn } = this;
    this.pcs = new Float64Array(pcs.length * 2);
    this.stackPointers = new Float64Array(pcs.length * 2 + 1);
    this.isReturn = new Uint8Array(pcs.length * 2);
    this.pcs.set(pcs);
    this.stackPointers.set(stackPointers);
    this.isReturn.set(isReturn);
  }

  /** @returns the canonical frame address; null when its register is not known, NaN when it cannot be told. */
  #cfa(rules: FrameRules): number | null {
    if (rules.cfaExpression !== null) {
      return evaluate(rules.cfaExpression, null, this) ?? NaN;
    }
    const base = this.#registers.get(rules.cfaRegister);
    return base === null ? null : base + rules.cfaOffset;
  }

  /** Makes the caller's registers the present ones. @returns whether all that was saved could be read. */
  #enterCaller(frame: FrameRules, cfa: number): boolean {
    const caller = this.#caller;
    const { rules } = frame;
    caller.copyFrom(this.#registers);
    caller.set(this.#architecture.stackPointer, cfa);
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!;
      const value = this.#valueBy(rule, cfa);
      if (value === null && rule.register === frame.returnRegister) {
        return false;
      }
      caller.set(rule.register, value);
    }
    this.#registers.copyFrom(caller);
    return true;
  }

  #valueBy(rule: RegisterRule, cfa: number): number | null {
    switch (rule.kind) {
      case RuleKind.saved:
        return this.word(cfa + rule.offset);
      case RuleKind.value:
        return cfa + rule.offset;
      case RuleKind.savedAt: {
        const address = evaluate(rule.expression!, cfa, this);
        return address === null ? null : this.word(address);
      }
      case RuleKind.expression:
        return evaluate(rule.expression!, cfa, this);
      case RuleKind.register:
        return this.#registers.get(rule.offset);
      case RuleKind.undefined:
        return null;
    }
  }
}

function ruleOf(rules: FrameRules, register: number): RegisterRule | undefined {
  return rules.rules.find((rule) => rule.register === register);
}
