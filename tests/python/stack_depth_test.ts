import assert from "node:assert/strict";
import type { Python, Version } from "../../scripts/pythons.ts";
import type { BytecodeRules } from "../../src/python/layouts/bytecode.ts";
import { effectOf, instructionAt } from "../../src/python/stack_depth.ts";
import { testEachPython } from "../support/each_python.ts";
import { layoutOf } from "../support/layouts.ts";

const HEAP_VERSIONS = ["3.8", "3.9", "3.10"] as const;

/** Opcodes that we count as they are without an exception, and GEN_START, before which the stack is not empty. */
const COUNTED_OTHERWISE: Readonly<Record<string, readonly number[]>> = {
  "3.8": [53, 81, 82, 88, 162, 163],
  "3.9": [],
  "3.10": [129],
};

/** What `dis` says of an opcode with an argument: its effect, and that where it jumps. */
type Effect = readonly [
  opcode: number,
  argument: number,
  effect: number,
  jump: number,
];

const TELL_EFFECTS = `
import dis, json
effects = []
for opcode, name in enumerate(dis.opname):
    if name.startswith("<"): continue
    for arg in (0, 1, 2, 3, 4, 7, 8, 255, 256) if opcode >= dis.HAVE_ARGUMENT else (None,):
        try:
            effects.append([opcode, arg or 0] + [dis.stack_effect(opcode, arg, jump=jump) for jump in (False, True)])
        except ValueError:
            pass
print(json.dumps(effects))
`;

/** Code objects of the standard library: their bytecode and how deep their stack may be. */
type Codes = readonly (readonly [bytecode: string, stackSize: number])[];

const TELL_CODES = `
import json, os, types
codes = []
def add(code):
    codes.append([code.co_code.hex(), code.co_stacksize])
    for const in code.co_consts:
        if isinstance(const, types.CodeType): add(const)
folder = os.path.dirname(os.__file__)
for name in sorted(os.listdir(folder)):
    if name.endswith(".py") and len(codes) < 3000:
        with open(os.path.join(folder, name), "rb") as file: add(compile(file.read(), name, "exec"))
print(json.dumps(codes))
`;

testEachPython(
  "effectOf() is what dis.stack_effect() says",
  async (python) => {
    const rules = rulesOf(python.version);
    const effects = await ask<Effect[]>(python, TELL_EFFECTS);
    assert.ok(effects.length > 300);
    const skipped = COUNTED_OTHERWISE[python.version]!;
    for (const [opcode, argument, effect, jump] of effects) {
      if (skipped.includes(opcode)) continue;
      if (opcode === BUILD_SLICE && argument !== 2 && argument !== 3) continue;
      const what = `${opcode} with ${argument}`;
      assert.equal(effectOf(rules, opcode, argument), effect, what);
      const ours = rules.effectOfJump.get(opcode) ?? effect;
      assert.equal(ours, jump, `${what}, jumping`);
    }
  },
  HEAP_VERSIONS,
);

testEachPython(
  "instructionAt() finds stacks as deep as the compiler allowed",
  async (python) => {
    const rules = rulesOf(python.version);
    let count = 0;
    const wrong: string[] = [];
    for (const [hex, stackSize] of await ask<Codes>(python, TELL_CODES)) {
      const bytecode = Uint8Array.fromHex(hex);
      // Each is looked for on its own, which is slow for long ones.
      if (bytecode.length > 500) continue;
      for (let index = 0; index < bytecode.length; index += 2) {
        const found = instructionAt(bytecode, rules, index);
        if (found === null) continue;
        const { opcode, depth } = found;
        const isRight = opcode === RETURN_VALUE
          ? depth === 1
          : depth >= 0 && depth <= stackSize;
        if (!isRight) wrong.push(`${depth} at ${index} of ${hex}`);
        count++;
      }
    }
    assert.ok(count > 10_000, `${count} instructions`);
    const allowed = python.version === "3.8" ? MAX_WRONG_3_8 * count : 0;
    assert.ok(wrong.length <= allowed, `${wrong.length} of ${count}: ${wrong}`);
  },
  HEAP_VERSIONS,
);

const RETURN_VALUE = 83;

/** Share of instructions of which 3.8 does not tell: behind a `with` that always returns, unless it silences an exception. */
const MAX_WRONG_3_8 = 0.001;

const BUILD_SLICE = 133;

function rulesOf(version: Version): BytecodeRules {
  return layoutOf(version).heapFrames!.bytecode;
}

/** @returns what a script prints under a Python, as JSON. */
async function ask<T>(python: Python, script: string): Promise<T> {
  const [program = "", ...args] = python.command;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, "-c", script],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("instructionAt() takes EXTENDED_ARG and what follows as one instruction", () => {
  // LOAD_CONST, EXTENDED_ARG 1, CALL_FUNCTION 2
  const bytecode = Uint8Array.of(100, 0, 144, 1, 131, 2);
  const found = { opcode: 131, argument: 258, depth: 1 };
  assert.deepEqual(instructionAt(bytecode, rulesOf("3.8"), 2), found);
});

Deno.test("instructionAt() follows jumps", () => {
  // LOAD_CONST, GET_ITER, FOR_ITER to the end, POP_TOP, JUMP_ABSOLUTE back, LOAD_CONST, RETURN_VALUE
  const jumps = (forward: number, back: number) =>
    Uint8Array.of(100, 0, 68, 0, 93, forward, 1, 0, 113, back, 100, 0, 83, 0);
  for (const [version, forward, back] of [["3.9", 4, 4], ["3.10", 2, 2]]) {
    const bytecode = jumps(Number(forward), Number(back));
    const rules = rulesOf(version as Version);
    const depths = Array.from(
      { length: bytecode.length / 2 },
      (_, unit) => instructionAt(bytecode, rules, unit * 2)?.depth,
    );
    assert.deepEqual(depths, [0, 1, 1, 2, 1, 0, 1]);
  }
});

Deno.test("instructionAt() finds nothing where no path leads", () => {
  const rules = rulesOf("3.9");
  // RETURN_VALUE, NOP
  assert.equal(instructionAt(Uint8Array.of(83, 0, 9, 0), rules, 2), null);
  assert.equal(instructionAt(Uint8Array.of(9, 0), rules, 2), null);
  assert.equal(instructionAt(Uint8Array.of(9, 0), rules, 1), null);
  assert.equal(instructionAt(new Uint8Array(0), rules, 0), null);
});

Deno.test("instructionAt() ends in any bytes", () => {
  const bytes = new Uint8Array(2000);
  for (let seed = 1; seed < 200; seed++) {
    let random = seed;
    for (let i = 0; i < bytes.length; i++) {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      bytes[i] = random >>> 24;
    }
    for (const version of HEAP_VERSIONS) {
      instructionAt(bytes, rulesOf(version), bytes.length);
    }
  }
});
