import assert from "node:assert/strict";
import fc from "fast-check";
import { UnknownVersionError } from "../../src/errors.ts";
import { readDebugOffsets } from "../../src/python/debug_offsets.ts";
import { ABSENT, type Layout } from "../../src/python/layouts/layout.ts";
import { DEBUG_OFFSETS, debugOffsetsBytes } from "../support/debug_offsets.ts";
import { FakeMemory } from "../support/fake_memory.ts";
import { describedLayout, layoutOf } from "../support/layouts.ts";
import { PythonMemory } from "../support/python_memory.ts";
import { SampledPython } from "../support/sampled_python.ts";

const V3_13 = DEBUG_OFFSETS[0]!;

Deno.test("readDebugOffsets() fills in the layout of 3.13", () => {
  const layout = layoutOf("3.13");
  assert.deepEqual(layout.runtime, { interpretersHead: 632 });
  assert.equal(layout.interpreter.next, 7264);
  assert.equal(layout.interpreter.id, 7272);
  assert.equal(layout.interpreter.threadsHead, 7344);
  assert.equal(layout.interpreter.codeObjectGeneration, ABSENT);
  assert.equal(layout.thread.top, 72);
  assert.equal(layout.thread.size, 248);
  assert.equal(layout.frame.owner, 70);
  assert.equal(layout.code.instructions, 200);
  assert.equal(layout.string.compactBytes, 56);
});

Deno.test.each([
  ["3.14", 7992, ABSENT, 40, 208],
  ["3.14t", 8024, 224, 56, 232],
  ["3.15", 7944, ABSENT, 40, 208],
  ["3.15t", 7952, 224, 56, 232],
])("readDebugOffsets() fills in the layout of %s", (
  name,
  generation,
  threadLocalBytecode,
  asciiBytes,
  instructions,
) => {
  const { interpreter, code, string } = layoutOf(name);
  assert.equal(interpreter.codeObjectGeneration, generation);
  assert.equal(code.threadLocalBytecode, threadLocalBytecode);
  assert.equal(code.instructions, instructions);
  assert.equal(string.asciiBytes, asciiBytes);
  assert.equal(string.stateBits.ascii, name.endsWith("t") ? 0x1000 : 0x40);
});

Deno.test("readDebugOffsets() refuses a minor that it has no table for", () => {
  for (const minor of [12, 16]) {
    assert.throws(() => describedLayout(minor, V3_13.words), {
      name: "UnknownVersionError",
      message: `Cannot read this Python: 3.${minor} is newer than this austin`,
    });
  }
});

Deno.test("readDebugOffsets() refuses a table that cannot be read", () => {
  const memory = new FakeMemory();
  const bytes = debugOffsetsBytes(V3_13.words).slice(0, -1);
  const address = memory.map(0x5555_0000_0000, bytes);
  assert.throws(() => readDebugOffsets(memory, address, 13), {
    name: "UnknownVersionError",
    message: "Cannot use the debug offsets of this Python: it cannot be read",
  });
});

Deno.test.each([
  ["an offset beyond its struct", 22, 304, "currentFrame is at 304 of 304"],
  ["an offset that is not aligned", 22, 73, "currentFrame is at 73"],
  ["a struct that is too large", 18, 2 ** 40, `a struct of ${2 ** 40} bytes`],
  [
    "a negative offset",
    22,
    -8,
    "currentFrame is at 18446744073709552000 of 304",
  ],
])("readDebugOffsets() refuses %s", (_name, index, value, reason) => {
  const words = V3_13.words.with(index, value);
  assert.throws(() => describedLayout(13, words), {
    name: "UnknownVersionError",
    message: `Cannot use the debug offsets of this Python: ${reason}`,
  });
});

Deno.test("readDebugOffsets() refuses free-threaded builds of 32 bits", () => {
  const memory = new FakeMemory();
  const { words } = DEBUG_OFFSETS.find(({ name }) => name === "3.14t")!;
  const address = memory.map(0xf7f0_0000, debugOffsetsBytes(words));
  assert.throws(() => readDebugOffsets(memory, address, 14, "i386"), {
    name: "UnknownVersionError",
    message: "Cannot sample a free-threaded Python of 32 bits",
  });
});

Deno.test("readDebugOffsets() takes other sizes, as patch releases have", () => {
  // 3.13.18: PyThreadState and PyInterpreterState grew.
  const words = V3_13.words.with(18, 312).with(5, 194984);
  assert.deepEqual(describedLayout(13, words), layoutOf("3.13"));
});

/** A word that a broken or hostile table might have in place of another. */
const WORD = fc.oneof(
  fc.nat(300).map((word) => word * 8),
  fc.nat(2_000),
  fc.nat(512 * 1024).map((word) => word * 8),
  fc.constantFrom(2 ** 32, 2 ** 53, -1, -8),
);

/** Sizes in a table, by its length: with the largest ones, any offset is within its struct. */
const SIZES: Readonly<Record<number, readonly number[]>> = {
  72: [2, 5, 18, 27, 33, 45, 63, 66, 70],
  94: [2, 5, 21, 30, 38, 51, 73, 76, 80],
  110: [2, 5, 21, 38, 46, 59, 85, 88, 93],
};
const LARGEST_SIZE = 4 * 1024 * 1024;

Deno.test.each(DEBUG_OFFSETS.map(({ name }) => [name] as const))(
  "readDebugOffsets() gives a layout that can be walked, or none: %s",
  (name) => {
    const { minor, words } = DEBUG_OFFSETS.find((one) => one.name === name)!;
    const large = words.map((word, index) =>
      SIZES[words.length]!.includes(index) ? LARGEST_SIZE : word
    );
    const change = fc.tuple(fc.nat(words.length - 1), WORD);
    const changes = fc.array(change, { minLength: 1, maxLength: 3 });
    const table = fc.tuple(fc.constantFrom(words, large), changes);
    const python = new PythonMemory(layoutOf(name));
    const thread = python.thread(python.interpreter(), { tid: 1 });
    python.setStack(thread, [{ code: python.code() }]);
    fc.assert(
      fc.property(table, ([words, changes]) => {
        const broken = [...words];
        for (const [index, word] of changes) broken[index] = word;
        const layout = tryLayout(minor, broken);
        if (layout === null) return;
        const { memory, runtimeAddress, tids } = python;
        const listThreads = () => tids;
        const process = { memory, layout, runtimeAddress, listThreads };
        const sampled = new SampledPython(process);
        for (let pass = 0; pass < 3; pass++) sampled.pass();
      }),
      { numRuns: 1000 },
    );
  },
);

function tryLayout(minor: number, words: readonly number[]): Layout | null {
  try {
    return describedLayout(minor, words);
  } catch (error) {
    assert.ok(error instanceof UnknownVersionError);
    return null;
  }
}
