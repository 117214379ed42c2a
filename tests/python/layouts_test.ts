import assert from "node:assert/strict";
import {
  ABSENT,
  type Layout,
  layoutFor,
} from "../../src/python/layouts/mod.ts";
import { layoutOf, LAYOUTS } from "../support/layouts.ts";

Deno.test("layoutFor() has a table for each minor before debug offsets", () => {
  for (const minor of [8, 9, 10, 11, 12]) {
    assert.notEqual(layoutFor({ major: 3, minor }), null);
  }
  for (const [major, minor] of [[3, 7], [3, 13], [2, 10], [4, 8]] as const) {
    assert.equal(layoutFor({ major, minor }), null);
  }
});

const I386 = [8, 9, 10, 11, 12].map((minor) =>
  [`3.${minor} for i386`, layoutFor({ major: 3, minor }, "i386")!] as const
);

for (const [name, layout] of [...LAYOUTS, ...I386]) {
  Deno.test(`a layout's structs hold their fields: ${name}`, () => {
    const { thread, frame, code, string, bytes, pointerSize } = layout;
    const holds = (size: number, offsets: readonly number[]) =>
      holdsFields(size, offsets, pointerSize);
    holds(thread.size, [
      thread.next,
      thread.interpreter,
      thread.top,
      thread.threadId,
      thread.nativeThreadId,
      thread.uniqueId,
      thread.dataStackChunk,
      thread.dataStackChunk + pointerSize,
    ]);
    holds(frame.size, [frame.code, frame.previous, frame.instruction]);
    assert.ok(frame.owner < frame.size);
    assert.ok((layout.heapFrames?.state ?? 0) < frame.size);
    assert.ok((layout.liveness?.stackTop ?? 0) < frame.size);
    holds(code.size, [
      code.filename,
      code.name,
      code.qualifiedName,
      code.firstLine + 4 - pointerSize,
      code.lineTable,
      layout.object.type,
    ]);
    holds(string.asciiBytes, [string.length, string.state + 4 - pointerSize]);
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

/** Every field that there is lies within the first `size` bytes. */
function holdsFields(
  size: number,
  offsets: readonly number[],
  fieldSize: Layout["pointerSize"],
): void {
  for (const offset of offsets) {
    if (offset === ABSENT) continue;
    assert.ok(offset + fieldSize <= size, `${offset} ${size}`);
  }
}

Deno.test("layouts of 3.8 to 3.12 are those of CPython's headers", () => {
  const names = ["3.8", "3.9", "3.10", "3.11", "3.12"];
  assert.deepEqual(names.map((name) => mainOffsets(layoutOf(name))), [
    [32, 16, 8, 24, 176, -1, 32, 24, 104, -1, 104, 112, 40, 120],
    [32, 24, 8, 24, 176, -1, 32, 24, 104, -1, 104, 112, 40, 120],
    [32, 24, 8, 24, 176, -1, 32, 24, 96, -1, 104, 112, 40, 120],
    [40, 48, 16, 56, 152, 160, 32, 48, 56, 69, 112, 128, 72, 136],
    [40, 8, 72, 56, 136, 144, 0, 8, 56, 70, 112, 128, 68, 136],
  ]);
});

Deno.test("layouts for i386 are those of CPython's headers", () => {
  assert.deepEqual(I386.map(([, layout]) => mainOffsets(layout)), [
    [24, 8, 4, 12, 96, -1, 16, 12, 52, -1, 64, 68, 32, 72],
    [24, 12, 4, 12, 96, -1, 16, 12, 52, -1, 64, 68, 32, 72],
    [24, 12, 4, 12, 96, -1, 16, 12, 52, -1, 64, 68, 32, 72],
    [28, 28, 12, 40, 88, 92, 16, 24, 28, 37, 80, 88, 48, 92],
    [28, 4, 60, 40, 80, 84, 0, 4, 28, 38, 80, 88, 44, 92],
  ]);
});

function mainOffsets(layout: Layout): readonly number[] {
  const { runtime, interpreter, thread, frame, code } = layout;
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
}
