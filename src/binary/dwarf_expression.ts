/**
 * DWARF expressions, as far as they occur in unwind tables: address arithmetic
 * on a stack of numbers (PLT entries, signal trampolines, aligned frames).
 *
 * Numbers are doubles; 64-bit patterns that are no addresses lose low bits,
 * which no unwind table minds. An operation that is not known ends it.
 * DWARF 5, 2.5 "DWARF Expressions" and 7.7.1 "Operation Expressions".
 */

import { ByteCursor } from "./byte_cursor.ts";

/** What an expression can ask for. */
export interface Machine {
  /** @returns null when it is not known. */
  register(number: number): number | null;
  /** @returns the eight bytes at an address; null when they cannot be read. */
  word(address: number): number | null;
}

/** Values on the stack, and operations of an expression. */
const MAX_DEPTH = 64;
const MAX_OPERATIONS = 1_024;

const TWO_32 = 4294967296;

/** `DW_OP_*`. */
const Op = {
  addr: 0x03,
  deref: 0x06,
  const1u: 0x08,
  const1s: 0x09,
  const2u: 0x0a,
  const2s: 0x0b,
  const4u: 0x0c,
  const4s: 0x0d,
  const8u: 0x0e,
  const8s: 0x0f,
  constu: 0x10,
  consts: 0x11,
  dup: 0x12,
  drop: 0x13,
  over: 0x14,
  pick: 0x15,
  swap: 0x16,
  and: 0x1a,
  minus: 0x1c,
  mul: 0x1e,
  neg: 0x1f,
  or: 0x21,
  plus: 0x22,
  plusUconst: 0x23,
  shl: 0x24,
  shr: 0x25,
  bra: 0x28,
  eq: 0x29,
  ge: 0x2a,
  gt: 0x2b,
  le: 0x2c,
  lt: 0x2d,
  ne: 0x2e,
  skip: 0x2f,
  lit0: 0x30,
  lit31: 0x4f,
  breg0: 0x70,
  breg31: 0x8f,
  bregx: 0x92,
  nop: 0x96,
} as const;

/** @param initial what the stack begins with, if anything. @returns the value on top at the end; null when there is none. */
export function evaluate(
  expression: Uint8Array,
  initial: number | null,
  machine: Machine,
): number | null {
  const cursor = new ByteCursor(expression);
  const stack: number[] = initial === null ? [] : [initial];
  for (let i = 0; !cursor.isAtEnd && i < MAX_OPERATIONS; i++) {
    const isDone = step(cursor, stack, machine);
    if (!isDone || cursor.failed || stack.length > MAX_DEPTH) return null;
  }
  const value = stack.at(-1);
  return value === undefined || !cursor.isAtEnd || Number.isNaN(value)
    ? null
    : value;
}

/** Does one operation. @returns false when it is not known, or something that it needs is not. */
function step(cursor: ByteCursor, stack: number[], machine: Machine): boolean {
  const op = cursor.u8();
  const value = constant(op, cursor) ?? registerValue(op, cursor, machine);
  if (value !== null) return stack.push(value) > 0;
  if (op === Op.nop) return true;
  if (op === Op.bra || op === Op.skip) return jump(op, cursor, stack);
  if (op === Op.pick) return push(stack, stack.at(-1 - cursor.u8()));
  if (op === Op.dup) return push(stack, stack.at(-1));
  if (op === Op.over) return push(stack, stack.at(-2));
  const top = stack.pop();
  if (top === undefined) return false;
  if (op === Op.drop) return true;
  const single = unary(op, top, cursor, machine);
  if (single !== undefined) return push(stack, single ?? undefined);
  const second = stack.pop();
  if (second === undefined) return false;
  if (op === Op.swap) return stack.push(top, second) > 0;
  return push(stack, binary(op, second, top));
}

function push(stack: number[], value: number | undefined): boolean {
  return value !== undefined && stack.push(value) > 0;
}

function jump(op: number, cursor: ByteCursor, stack: number[]): boolean {
  const distance = cursor.i16();
  if (op === Op.skip || stack.pop() !== 0) cursor.at += distance;
  return cursor.at >= 0;
}

function constant(op: number, cursor: ByteCursor): number | null {
  if (op >= Op.lit0 && op <= Op.lit31) return op - Op.lit0;
  switch (op) {
    case Op.const1u:
      return cursor.u8();
    case Op.const1s:
      return cursor.i8();
    case Op.const2u:
      return cursor.u16();
    case Op.const2s:
      return cursor.i16();
    case Op.const4u:
      return cursor.u32();
    case Op.const4s:
      return cursor.i32();
    case Op.addr:
    case Op.const8u:
      return cursor.u64();
    case Op.const8s:
      return cursor.i64();
    case Op.constu:
      return cursor.uleb();
    case Op.consts:
      return cursor.sleb();
    default:
      return null;
  }
}

function registerValue(
  op: number,
  cursor: ByteCursor,
  machine: Machine,
): number | null {
  const isNumbered = op >= Op.breg0 && op <= Op.breg31;
  if (!isNumbered && op !== Op.bregx) return null;
  const number = isNumbered ? op - Op.breg0 : cursor.uleb();
  const value = machine.register(number);
  return value === null ? NaN : value + cursor.sleb();
}

/** @returns undefined when the operation is none of these, null when it cannot be done. */
function unary(
  op: number,
  value: number,
  cursor: ByteCursor,
  machine: Machine,
): number | null | undefined {
  switch (op) {
    case Op.deref:
      return machine.word(value);
    case Op.neg:
      return -value;
    case Op.plusUconst:
      return value + cursor.uleb();
    default:
      return undefined;
  }
}

function binary(op: number, a: number, b: number): number | undefined {
  switch (op) {
    case Op.plus:
      return a + b;
    case Op.minus:
      return a - b;
    case Op.mul:
      return a * b;
    case Op.and:
      return inHalves(a, b, (x, y) => x & y);
    case Op.or:
      return inHalves(a, b, (x, y) => x | y);
    case Op.shl:
      return a * 2 ** b;
    case Op.shr:
      return Math.floor(a / 2 ** b);
    case Op.eq:
      return Number(a === b);
    case Op.ne:
      return Number(a !== b);
    case Op.ge:
      return Number(a >= b);
    case Op.gt:
      return Number(a > b);
    case Op.le:
      return Number(a <= b);
    case Op.lt:
      return Number(a < b);
    default:
      return undefined;
  }
}

/** Does a bitwise operation on 64-bit numbers: their low and their high half one after the other. */
function inHalves(
  a: number,
  b: number,
  operation: (x: number, y: number) => number,
): number {
  const low = operation(a % TWO_32, b % TWO_32) >>> 0;
  const high = operation(Math.floor(a / TWO_32), Math.floor(b / TWO_32));
  return high * TWO_32 + low;
}
