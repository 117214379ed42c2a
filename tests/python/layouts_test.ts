import assert from "node:assert/strict";
import { ABSENT, layoutFor } from "../../src/python/layouts/mod.ts";
import { layoutOf, LAYOUTS } from "../support/layouts.ts";

Deno.test("layoutFor() has a table for each minor before debug offsets", () => {
  for (const minor of [8, 9, 10, 11, 12]) {
    assert.notEqual(layoutFor({ major: 3, minor }), null);
  }
  for (const [major, minor] of [[3, 7], [3, 13], [2, 10], [4, 8]] as const) {
    assert.equal(layoutFor({ major, minor }), null);
  }
});

for (const [name, layout] of LAYOUTS) {
  Deno.test(`a layout's structs hold their fields: ${name}`, () => {
    const { thread, frame, code, string, bytes } = layout;
    holds(thread.size, [
      thread.next,
      thread.interpreter,
      thread.top,
      thread.threadId,
      thread.nativeThreadId,
      thread.uniqueId,
      thread.dataStackChunk,
      thread.dataStackChunk + 8,
    ]);
    holds(frame.size, [frame.code, frame.previous, frame.instruction]);
    assert.ok(frame.owner < frame.size);
    holds(code.size, [
      code.filename,
      code.name,
      code.qualifiedName,
      code.firstLine - 4,
      code.lineTable,
      layout.object.type,
    ]);
    holds(string.asciiBytes, [string.length, string.state - 4]);
    holds(bytes.first, [bytes.size]);
  });

  Deno.test(`a layout has what its kinds need: ${name}`, () => {
    const { thread, frame, code } = layout;
    const isCframe = layout.framesAre === "cframe";
    assert.equal(layout.cframeCurrentFrame !== ABSENT, isCframe);
    const isOnHeap = layout.framesAre === "objects";
    assert.equal(frame.owner === ABSENT, isOnHeap);
    assert.equal(thread.dataStackChunk === ABSENT, isOnHeap);
    assert.equal(thread.nativeThreadId === ABSENT, thread.uniqueId !== ABSENT);
    const isAddress = layout.instructionIs === "address";
    assert.equal(code.instructions !== ABSENT, isAddress);
  });
}

/** Every field of 8 bytes that there is lies within the first `size`. */
function holds(size: number, offsets: readonly number[]): void {
  for (const offset of offsets) {
    if (offset !== ABSENT) assert.ok(offset + 8 <= size, `${offset} ${size}`);
  }
}

Deno.test("layouts of 3.8 to 3.12 are those of CPython's headers", () => {
  const table = ["3.8", "3.9", "3.10", "3.11", "3.12"].map((name) => {
    const { runtime, interpreter, thread, frame, code } = layoutOf(name);
    return [
      runtime.interpretersHead,
      interpreter.id,
      interpreter.threadsHead,
      thread.top,
      thread.threadId,
      thread.nativeThreadId,
      frame.code,
      frame.previous,
      frame.instruction,
      frame.owner,
      code.filename,
      code.qualifiedName,
      code.firstLine,
      code.lineTable,
    ];
  });
  assert.deepEqual(table, [
    [32, 16, 8, 24, 176, -1, 32, 24, 104, -1, 104, 112, 40, 120],
    [32, 24, 8, 24, 176, -1, 32, 24, 104, -1, 104, 112, 40, 120],
    [32, 24, 8, 24, 176, -1, 32, 24, 96, -1, 104, 112, 40, 120],
    [40, 48, 16, 56, 152, 160, 32, 48, 56, 69, 112, 128, 72, 136],
    [40, 8, 72, 56, 136, 144, 0, 8, 56, 70, 112, 128, 68, 136],
  ]);
});
