import assert from "node:assert/strict";
import {
  interleave,
  type MachineStack,
  Role,
} from "../../src/native/interleave.ts";
import { LoopFrames } from "../../src/python/halted_frames.ts";

/** Each frame takes 100 bytes of the stack. @param frames from the leaf: a number is the id of one that is shown. */
function machine(
  frames: readonly (number | "loop" | "part")[],
  isWhole = true,
): MachineStack {
  const roles = { loop: Role.loop, part: Role.loopPart };
  return {
    count: frames.length,
    ids: Int32Array.from(frames, (f) => typeof f === "number" ? f : -7),
    roles: Uint8Array.from(
      frames,
      (f) => typeof f === "number" ? Role.other : roles[f],
    ),
    stackPointers: Float64Array.from(
      { length: frames.length + 1 },
      (_, i) => 1000 + 100 * i,
    ),
    isWhole,
  };
}

/** @param loops from the leaf: the frames of each, and where its shim is. */
function python(
  ...loops: readonly (readonly [ids: readonly number[], anchor: number])[]
): LoopFrames {
  const frames = new LoopFrames();
  for (const [ids, anchor] of loops) {
    ids.forEach((id) => frames.add(id));
    frames.endLoop(anchor);
  }
  return frames;
}

function joined(stack: MachineStack, frames: LoopFrames): number[] | null {
  const into = new Int32Array(64);
  const count = interleave(stack, frames, into);
  return count < 0 ? null : [...into.subarray(0, count)];
}

Deno.test("interleave() puts the frames of each loop in its place", () => {
  const stack = machine([1, "loop", 2, 3, "loop", 4]);
  const frames = python([[10, 11], 0], [[12], 0]);
  assert.deepEqual(joined(stack, frames), [1, 10, 11, 2, 3, 12, 4]);
});

Deno.test("interleave() finds a loop without a name by the shim in it", () => {
  const stack = machine([1, 9, 2, 9, 4]);
  const frames = python([[10], 1150], [[11, 12], 1399]);
  assert.deepEqual(joined(stack, frames), [1, 10, 2, 11, 12, 4]);
});

Deno.test("interleave() shows the innermost loop where it has no frames yet", () => {
  assert.deepEqual(
    joined(machine(["loop", 2, "loop", 4]), python([[10], 0])),
    [-7, 2, 10, 4],
  );
  assert.deepEqual(
    joined(machine(["loop", 4]), python([[], 1050])),
    [4],
  );
});

Deno.test("interleave() leaves out what is a part of a loop", () => {
  const stack = machine(["part", "loop", 4]);
  assert.deepEqual(joined(stack, python([[10], 1150])), [10, 4]);
});

Deno.test("interleave() joins a stack that ends early where shims prove the places", () => {
  const stack = machine(["loop", 2], false);
  assert.deepEqual(joined(stack, python([[10], 1050])), [10, 2]);
  assert.equal(joined(stack, python([[10], 0])), null);
});

Deno.test.each(
  [
    ["a loop is missing", machine([1, "loop"]), python([[10], 0], [[11], 0])],
    [
      "there are two loops too many",
      machine(["loop", "loop", "loop"]),
      python([[10], 0]),
    ],
    [
      "a shim is in another frame than its loop",
      machine(["loop", 2, "loop"]),
      python([[10], 1050], [[11], 1150]),
    ],
  ] as const,
)("interleave() joins nothing when %s", (_, stack, frames) => {
  assert.equal(joined(stack, frames), null);
});

Deno.test("interleave() joins nothing when a Python frame belongs to no loop", () => {
  const frames = python([[10], 0]);
  frames.add(11);
  assert.equal(joined(machine(["loop"]), frames), null);
});
