/**
 * How deep the evaluation stack is at an instruction of 3.8 to 3.10.
 *
 * The compiler makes it the same on every path that leads there, so one path
 * is enough. Frames of those versions do not tell it while they run.
 * 3.8 Python/compile.c stackdepth
 */

import type { BytecodeRules } from "./layouts/bytecode.ts";

/** An instruction, with the depth of the stack before it. */
export interface StackedInstruction {
  readonly opcode: number;
  /** With that of the EXTENDED_ARGs before it. */
  readonly argument: number;
  readonly depth: number;
}

/** Bytes of a code unit: an opcode and its argument. */
const UNIT_SIZE = 2;

/** The depth with which a path begins that no exception led to. */
const NO_HANDLER = -1;

const EXTENDED_ARG = 144;
const UNPACK_EX = 94;

/**
 * @param index in bytes, as frames have it: of the first EXTENDED_ARG where there are some.
 * @returns the instruction there; null when no path leads to it.
 */
export function instructionAt(
  bytecode: Uint8Array,
  rules: BytecodeRules,
  index: number,
): StackedInstruction | null {
  const isSeen = new Uint8Array(bytecode.length);
  const open = [{ index: 0, depth: 0, handlerDepth: NO_HANDLER }];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    let { index: at, depth } = path;
    const { handlerDepth } = path;
    let high = 0;
    let isThere = false;
    while (at + 1 < bytecode.length && isSeen[at] === 0) {
      isSeen[at] = 1;
      const opcode = bytecode[at]!;
      const argument = high | bytecode[at + 1]!;
      if (at === index) isThere = true;
      if (isThere && opcode !== EXTENDED_ARG) {
        return { opcode, argument, depth };
      }
      at += UNIT_SIZE;
      high = opcode === EXTENDED_ARG ? argument << 8 : 0;
      const jump = rules.effectOfJump.get(opcode);
      if (jump !== undefined) {
        const from = rules.relativeJumps.has(opcode) ? at : 0;
        open.push({
          index: from + argument * rules.jumpUnit,
          depth: depth + jump,
          handlerDepth: jump > 0 ? depth + jump : handlerDepth,
        });
      }
      if (rules.ends.has(opcode)) break;
      if (opcode === rules.endOfHandler && depth === handlerDepth) break;
      depth += effectOf(rules, opcode, argument);
    }
  }
  return null;
}

/** @returns how much deeper the stack is after an instruction that does not jump. */
export function effectOf(
  rules: BytecodeRules,
  opcode: number,
  argument: number,
): number {
  if (opcode === UNPACK_EX) return (argument & 0xff) + (argument >>> 8);
  const bits = rules.argumentBits[opcode]! & argument;
  return rules.effect[opcode]! + rules.perArgument[opcode]! * argument -
    bitCount(bits);
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
