/** What lies between frames of the data stack, as `FrameWalker` sees it: generators, and shims on the C stack. */

import assert from "node:assert/strict";
import { WalkStatus } from "../../src/python/frame.ts";
import { ABSENT, type Layout } from "../../src/python/layouts/layout.ts";
import { LAYOUTS } from "../support/layouts.ts";
import { SHIM_OWNER } from "../support/python_memory.ts";
import { WalkedThread } from "../support/walked_thread.ts";

/** Walks after which a call that stands still is known. */
const LEARNT = 4;

for (const [name, layout] of LAYOUTS) {
  if (layout.liveness === null) continue;
  const { liveness } = layout;
  const tellsRunning = liveness.stackTop !== ABSENT;
  const hasShims = liveness.isEntry === ABSENT;

  Deno.test(`FrameWalker is torn while a generator and its caller move on, until the call is known: ${name}`, () => {
    const { walked, move, stop } = generatorThatMoves(layout);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2 h:3"]);
    move();
    assert.equal(walked.walk()[0], WalkStatus.torn);
    stop();
    for (let i = 0; i < LEARNT; i++) walked.walk();
    move();
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2 h:3"]);
  });

  Deno.test(`FrameWalker is torn where a generator was replaced by another: ${name}`, () => {
    const { walked, generator, move } = generatorThatMoves(layout);
    for (let i = 0; i < LEARNT; i++) walked.walk();
    const other = walked.code("other", 9, 9);
    walked.python.setInstruction(generator, other, 0);
    move();
    assert.equal(walked.walk()[0], WalkStatus.torn);
  });

  Deno.test(`FrameWalker stays with what a generator that was announced called meanwhile: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const [f, g, h] = ["f", "g", "h"].map((one, i) => walked.code(one, i + 1));
    const { frames } = walked.setStack([
      { code: f! },
      { code: g!, apart: true },
      { code: h! },
    ]);
    walked.python.setTop(walked.thread, frames[1]!);
    for (let i = 0; i < LEARNT; i++) {
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2 h:3"]);
    }
  });

  if (hasShims) shimTests(name, layout);
  if (tellsRunning && liveness.generatorFrame !== ABSENT) {
    heldTest(name, layout);
  }
}

/** `h` runs the generator `g`, which calls `f`; `move` has `h` go on once it was copied. */
function generatorThatMoves(layout: Layout) {
  const walked = new WalkedThread(layout);
  const [f, g] = [walked.code("f", 1), walked.code("g", 2, 2)];
  const h = walked.code("h", 3, 4);
  const { frames } = walked.setStack([
    { code: f },
    { code: g, apart: true },
    { code: h },
  ]);
  const goTo = (unit: number) =>
    walked.python.setInstruction(frames[2]!, h, unit);
  const move = () => {
    let reads = 0;
    walked.python.memory.onRead = () => goTo(reads++ === 0 ? 0 : 1);
  };
  const stop = () => {
    walked.python.memory.onRead = () => {};
    goTo(0);
  };
  return { walked, generator: frames[1]!, move, stop };
}

function shimTests(name: string, layout: Layout): void {
  /** `g` calls `f` by way of C. */
  const callThroughC = () => {
    const walked = new WalkedThread(layout);
    const [f, g] = [walked.code("f", 1), walked.code("g", 2)];
    const { frames } = walked.setStack([
      { code: f },
      { code: 0, owner: SHIM_OWNER },
      { code: g },
    ]);
    const overwrite = () => {
      for (let i = 0; i < layout.frame.size; i++) {
        walked.python.memory.u8(frames[1]! + i, 0xaa);
      }
    };
    return { walked, overwrite };
  };

  Deno.test(`FrameWalker does without a shim that was overwritten, where the call is known: ${name}`, () => {
    const { walked, overwrite } = callThroughC();
    for (let i = 0; i < LEARNT; i++) {
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2"]);
    }
    overwrite();
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2"]);
  });

  Deno.test(`FrameWalker is torn where a shim was overwritten and the call is not known: ${name}`, () => {
    const { walked, overwrite } = callThroughC();
    overwrite();
    assert.equal(walked.walk()[0], WalkStatus.torn);
  });

  if (layout.liveness!.stackTop === ABSENT) return;

  Deno.test(`FrameWalker cuts off what C called and that only waits: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const [f, g] = [walked.code("f", 1), walked.code("g", 2)];
    walked.setStack([
      { code: f, isRunning: false },
      { code: 0, owner: SHIM_OWNER },
      { code: g },
    ]);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "g:2"]);
  });
}

function heldTest(name: string, layout: Layout): void {
  Deno.test(`FrameWalker sees the generator that a frame waits for, whatever was announced: ${name}`, () => {
    const { stackTop, locals, generatorFrame } = layout.liveness!;
    const walked = new WalkedThread(layout);
    const { memory } = walked.python;
    const [g, h] = [walked.code("g", 2), walked.code("h", 3)];
    const { frames } = walked.setStack([{ code: g, apart: true }, { code: h }]);
    const [generator, caller] = frames as [number, number];
    memory.u32(caller + stackTop, 1);
    memory.u64(caller + locals, generator - generatorFrame);
    walked.python.setTop(walked.thread, caller);
    for (let i = 0; i < LEARNT; i++) {
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "g:2 h:3"]);
    }
    // It is known by now, and need not run any more.
    walked.python.setRunning(generator, false);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "g:2 h:3"]);
  });
}
