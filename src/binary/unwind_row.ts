/**
 * How to get from a frame of machine code to its caller's: one row of the
 * table that a compiler writes for each instruction of a function.
 *
 * The table is stored as a program, which is run here up to the instruction
 * in question. DWARF 5, 6.4 "Call Frame Information".
 */

import type { ByteCursor } from "./byte_cursor.ts";

/** Where the caller's value of a register is. */
export const RuleKind = {
  /** At the canonical frame address plus `offset`. */
  saved: 0,
  /** It is the canonical frame address plus `offset`. */
  value: 1,
  /** At the address that `expression` gives. */
  savedAt: 2,
  /** What `expression` gives. */
  expression: 3,
  /** In the register with the number `offset`. */
  register: 4,
  /** Gone. */
  undefined: 5,
} as const;

export type RuleKind = typeof RuleKind[keyof typeof RuleKind];

/** The rule of one register. Registers without one keep their value. */
export interface RegisterRule {
  readonly register: number;
  readonly kind: RuleKind;
  readonly offset: number;
  readonly expression: Uint8Array | null;
}

/** The rules at one instruction. */
export interface UnwindRow {
  /** The canonical frame address is this register plus `cfaOffset`, unless there is an expression. */
  readonly cfaRegister: number;
  readonly cfaOffset: number;
  readonly cfaExpression: Uint8Array | null;
  readonly rules: readonly RegisterRule[];
}

/** What the program's operands are measured in. */
export interface Factors {
  readonly code: number;
  readonly data: number;
  /** How an address is stored. */
  readonly pointerEncoding: number;
}

/** `DW_CFA_*`; the first three hold an operand in their low six bits. */
const Op = {
  advance: 0x40,
  offset: 0x80,
  restore: 0xc0,
  nop: 0x00,
  setLocation: 0x01,
  advance1: 0x02,
  advance2: 0x03,
  advance4: 0x04,
  offsetExtended: 0x05,
  restoreExtended: 0x06,
  undefined: 0x07,
  sameValue: 0x08,
  register: 0x09,
  rememberState: 0x0a,
  restoreState: 0x0b,
  defCfa: 0x0c,
  defCfaRegister: 0x0d,
  defCfaOffset: 0x0e,
  defCfaExpression: 0x0f,
  expression: 0x10,
  offsetExtendedSf: 0x11,
  defCfaSf: 0x12,
  defCfaOffsetSf: 0x13,
  valueOffset: 0x14,
  valueOffsetSf: 0x15,
  valueExpression: 0x16,
  /** On aarch64 it says that return addresses are signed from here on, or no longer. */
  negateReturnState: 0x2d,
  argumentsSize: 0x2e,
  negativeOffsetExtended: 0x2f,
} as const;

const PRIMARY = 0xc0;
const OPERAND = 0x3f;

/** Instructions of a program; the longest seen have some thousand. */
const MAX_OPERATIONS = 65_536;
const MAX_REMEMBERED = 64;

interface State {
  cfaRegister: number;
  cfaOffset: number;
  cfaExpression: Uint8Array | null;
  rules: Map<number, RegisterRule>;
}

/** Runs programs. */
export class RowMachine {
  readonly #factors: Factors;
  #state: State = {
    cfaRegister: -1,
    cfaOffset: 0,
    cfaExpression: null,
    rules: new Map(),
  };
  #initial: ReadonlyMap<number, RegisterRule> = new Map();
  #remembered: State[] = [];
  #location = 0;

  constructor(factors: Factors) {
    this.#factors = factors;
  }

  /** Runs the part that all functions of a group share. @returns whether it could be understood. */
  begin(cursor: ByteCursor): boolean {
    const isUnderstood = this.run(cursor, 0, Infinity);
    this.#initial = new Map(this.#state.rules);
    return isUnderstood;
  }

  /** Runs a function's part up to an instruction. @param start of the function. @returns whether it could be understood. */
  run(cursor: ByteCursor, start: number, address: number): boolean {
    this.#location = start;
    for (let i = 0; !cursor.isAtEnd && i < MAX_OPERATIONS; i++) {
      const op = cursor.u8();
      if (!this.#step(op, cursor) || cursor.failed) return false;
      if (this.#location > address) return true;
    }
    return cursor.isAtEnd && !cursor.failed;
  }

  /** @returns the row that was reached; null when it says nothing of the frame. */
  row(): UnwindRow | null {
    const { cfaRegister, cfaOffset, cfaExpression, rules } = this.#state;
    if (cfaRegister < 0 && cfaExpression === null) return null;
    return {
      cfaRegister,
      cfaOffset,
      cfaExpression,
      rules: [...rules.values()],
    };
  }

  #step(op: number, cursor: ByteCursor): boolean {
    const { code, data } = this.#factors;
    switch (op & PRIMARY) {
      case Op.advance:
        return this.#advance((op & OPERAND) * code);
      case Op.offset:
        return this.#save(op & OPERAND, cursor.uleb() * data);
      case Op.restore:
        return this.#restore(op & OPERAND);
    }
    return this.#move(op, cursor) ?? this.#defineCfa(op, cursor) ??
      this.#defineRegister(op, cursor) ?? false;
  }

  /** @returns null when the operation is none of these. */
  #move(op: number, cursor: ByteCursor): boolean | null {
    const { code, pointerEncoding } = this.#factors;
    switch (op) {
      case Op.nop:
      case Op.negateReturnState:
        return true;
      case Op.argumentsSize:
        cursor.uleb();
        return true;
      case Op.setLocation:
        // What it skips is behind the row that is looked for, so a look at what follows does not matter.
        this.#location = cursor.pointer(pointerEncoding);
        return true;
      case Op.advance1:
        return this.#advance(cursor.u8() * code);
      case Op.advance2:
        return this.#advance(cursor.u16() * code);
      case Op.advance4:
        return this.#advance(cursor.u32() * code);
      case Op.rememberState:
        return this.#remembered.push(copyOf(this.#state)) <= MAX_REMEMBERED;
      case Op.restoreState:
        return this.#recall();
      default:
        return null;
    }
  }

  #defineCfa(op: number, cursor: ByteCursor): boolean | null {
    const state = this.#state;
    const { data } = this.#factors;
    switch (op) {
      case Op.defCfa:
      case Op.defCfaSf:
        state.cfaRegister = cursor.uleb();
        state.cfaOffset = op === Op.defCfa
          ? cursor.uleb()
          : cursor.sleb() * data;
        state.cfaExpression = null;
        return true;
      case Op.defCfaRegister:
        state.cfaRegister = cursor.uleb();
        return true;
      case Op.defCfaOffset:
        state.cfaOffset = cursor.uleb();
        return true;
      case Op.defCfaOffsetSf:
        state.cfaOffset = cursor.sleb() * data;
        return true;
      case Op.defCfaExpression:
        state.cfaExpression = block(cursor);
        return true;
      default:
        return null;
    }
  }

  #defineRegister(op: number, cursor: ByteCursor): boolean | null {
    const { data } = this.#factors;
    const isKnown = op >= Op.offsetExtended && op <= Op.valueExpression ||
      op === Op.negativeOffsetExtended;
    if (!isKnown) return null;
    const register = cursor.uleb();
    switch (op) {
      case Op.offsetExtended:
        return this.#save(register, cursor.uleb() * data);
      case Op.offsetExtendedSf:
        return this.#save(register, cursor.sleb() * data);
      case Op.negativeOffsetExtended:
        return this.#save(register, -cursor.uleb() * data);
      case Op.restoreExtended:
        return this.#restore(register);
      case Op.sameValue:
        this.#state.rules.delete(register);
        return true;
      case Op.undefined:
        return this.#set(register, RuleKind.undefined, 0);
      case Op.register:
        return this.#set(register, RuleKind.register, cursor.uleb());
      case Op.valueOffset:
        return this.#set(register, RuleKind.value, cursor.uleb() * data);
      case Op.valueOffsetSf:
        return this.#set(register, RuleKind.value, cursor.sleb() * data);
      case Op.expression:
        return this.#set(register, RuleKind.savedAt, 0, block(cursor));
      case Op.valueExpression:
        return this.#set(register, RuleKind.expression, 0, block(cursor));
      default:
        return false;
    }
  }

  #advance(distance: number): boolean {
    this.#location += distance;
    return true;
  }

  #save(register: number, offset: number): boolean {
    return this.#set(register, RuleKind.saved, offset);
  }

  #set(
    register: number,
    kind: RuleKind,
    offset: number,
    expression: Uint8Array | null = null,
  ): boolean {
    this.#state.rules.set(register, { register, kind, offset, expression });
    return true;
  }

  #restore(register: number): boolean {
    const rule = this.#initial.get(register);
    if (rule === undefined) this.#state.rules.delete(register);
    else this.#state.rules.set(register, rule);
    return true;
  }

  #recall(): boolean {
    const state = this.#remembered.pop();
    if (state === undefined) return false;
    this.#state = state;
    return true;
  }
}

function block(cursor: ByteCursor): Uint8Array {
  return cursor.bytes(cursor.uleb()).slice();
}

function copyOf(state: State): State {
  return { ...state, rules: new Map(state.rules) };
}
