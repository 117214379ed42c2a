/**
 * What instructions of 3.8 to 3.10 do to the evaluation stack, and which call.
 *
 * Enough to say how deep the stack is at an instruction (`../stack_depth.ts`)
 * and where on it the called object lies (`../call_sites.ts`). Numbers and
 * effects are those of `dis.opmap` and `dis.stack_effect()`.
 */

/** What an instruction may call, and where that is on the stack. */
export const CallKind = {
  /** Nothing, or something that is not on the stack as it is. */
  unnamed: 0,
  /** The callable lies below as many arguments as the instruction says. */
  positional: 1,
  /** The same, with a tuple of names on top. */
  keywords: 2,
  /** The callable lies below a tuple, and a dictionary where the argument is odd. */
  unpacked: 3,
  /** A method and `self` lie below the arguments, or nothing and a callable. */
  method: 4,
  /** An iterator, which may be a generator, is on top. */
  next: 5,
  /** What is delegated to lies below the value that is sent. */
  delegate: 6,
} as const;

export type CallKind = typeof CallKind[keyof typeof CallKind];

/** Instructions of one version, by opcode. */
export interface BytecodeRules {
  /** How much deeper the stack is after it, with an argument of 0. */
  readonly effect: Int8Array;
  /** What each unit of its argument adds to that. */
  readonly perArgument: Int8Array;
  /** Bits of its argument of which each takes one away from that. */
  readonly argumentBits: Uint8Array;
  /** How much deeper the stack is where it jumps to; of jumps only. */
  readonly effectOfJump: ReadonlyMap<number, number>;
  /** Jumps whose argument counts from the next instruction; of others, from the first one. */
  readonly relativeJumps: ReadonlySet<number>;
  /** Bytes of a unit of a jump's argument. */
  readonly jumpUnit: number;
  /** Opcodes after which the next instruction is not run. */
  readonly ends: ReadonlySet<number>;
  /** Opcode that does so where the exception is still on the stack: END_FINALLY of 3.8; else -1. */
  readonly endOfHandler: number;
  /** `CallKind` of each opcode. */
  readonly calls: Uint8Array;
}

type Table = readonly (readonly [value: number, opcodes: readonly number[]])[];

// 3.8 Include/opcode.h, Python/compile.c stack_effect
const EFFECTS: Table = [
  [-7, [54]],
  [-3, [60, 89]],
  [-2, [61, 95, 147]],
  [-1, [1, 16, 17, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29, 55, 56, 57, 59]],
  [-1, [62, 63, 64, 65, 66, 67, 70, 72, 75, 76, 77, 78, 79, 83, 84, 90, 92]],
  [-1, [96, 97, 107, 108, 111, 112, 114, 115, 125, 132, 133, 137, 141, 142]],
  [-1, [145, 146, 161]],
  [1, [4, 51, 52, 71, 93, 100, 101, 102, 103, 104, 105, 109, 116, 124, 135]],
  [1, [136, 143, 148, 157, 160]],
  [2, [5]],
];
// A `finally` block of 3.8 finds one value on the stack, or six after an exception; the compiler counts six, these are those of one:
// BEGIN_FINALLY (53), WITH_CLEANUP_START, WITH_CLEANUP_FINISH (81, 82), END_FINALLY (88), POP_FINALLY (163).
const EFFECTS_3_8: Table = [
  [-2, [82]],
  [-1, [88, 163]],
  [1, [53, 81, 149, 150, 151, 152, 153, 158]],
];
// 3.9 Include/opcode.h
const EFFECTS_3_9: Table = [
  [-3, [48]],
  [-2, [121]],
  [-1, [117, 118, 162, 163, 164, 165]],
  [1, [49, 74]],
];
// 3.10 Include/opcode.h; GEN_START (129) takes what was put there before the first instruction.
const EFFECTS_3_10: Table = [
  [-3, [119]],
  [-2, [121]],
  [-1, [117, 118, 152, 162, 163, 164, 165]],
  [1, [30, 31, 32, 49, 74]],
  [2, [33]],
];

const PER_ARGUMENT: Table = [
  [-2, [105]],
  [-1, [102, 103, 104, 130, 131, 141, 156, 157, 161]],
  [1, [92, 94]],
];
const PER_ARGUMENT_3_8: Table = [[-1, [149, 150, 151, 152, 153, 158]]];

/** MAKE_FUNCTION, BUILD_SLICE, CALL_FUNCTION_EX, FORMAT_VALUE. */
const ARGUMENT_BITS: Table = [[15, [132]], [1, [133, 142]], [4, [155]]];

/** Jumps of all three versions: FOR_ITER, JUMP_FORWARD, …, SETUP_ASYNC_WITH. */
const JUMPS: readonly (readonly [opcode: number, effect: number])[] = [
  [93, -1],
  [110, 0],
  [111, 0],
  [112, 0],
  [113, 0],
  [114, -1],
  [115, -1],
  [122, 6],
  [143, 6],
  [154, 5],
];
const RELATIVE_JUMPS = [93, 110, 122, 143, 154];

/** JUMP_IF_NOT_EXC_MATCH of 3.9 and 3.10. */
const EXCEPTION_JUMP = [121, -2] as const;

/** RETURN_VALUE, JUMP_FORWARD, JUMP_ABSOLUTE, RAISE_VARARGS. */
const ENDS = [83, 110, 113, 130];

const CALLS: Table = [
  [CallKind.positional, [131]],
  [CallKind.keywords, [141]],
  [CallKind.unpacked, [142]],
  [CallKind.method, [161]],
  [CallKind.next, [93]],
  [CallKind.delegate, [72]],
];

const OPCODES = 256;

function rules(
  effects: Table,
  rest: Partial<BytecodeRules> = {},
): BytecodeRules {
  return {
    effect: fill(new Int8Array(OPCODES), [...EFFECTS, ...effects]),
    perArgument: fill(new Int8Array(OPCODES), PER_ARGUMENT),
    argumentBits: fill(new Uint8Array(OPCODES), ARGUMENT_BITS),
    effectOfJump: new Map([...JUMPS, EXCEPTION_JUMP]),
    relativeJumps: new Set(RELATIVE_JUMPS),
    jumpUnit: 1,
    ends: new Set(ENDS),
    endOfHandler: -1,
    calls: fill(new Uint8Array(OPCODES), CALLS),
    ...rest,
  };
}

function fill<T extends Int8Array | Uint8Array>(into: T, table: Table): T {
  for (const [value, opcodes] of table) {
    for (const opcode of opcodes) into[opcode] = value;
  }
  return into;
}

export const bytecode3_8: BytecodeRules = rules(EFFECTS_3_8, {
  perArgument: fill(new Int8Array(OPCODES), [
    ...PER_ARGUMENT,
    ...PER_ARGUMENT_3_8,
  ]),
  effectOfJump: new Map(JUMPS),
  endOfHandler: 88,
});

export const bytecode3_9: BytecodeRules = rules(EFFECTS_3_9, {
  ends: new Set([...ENDS, 48]),
});

export const bytecode3_10: BytecodeRules = rules(EFFECTS_3_10, {
  ends: new Set([...ENDS, 119]),
  jumpUnit: 2,
});
