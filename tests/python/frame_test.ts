import assert from "node:assert/strict";
import { MAX_FRAMES } from "../../src/limits.ts";
import { WalkStatus } from "../../src/python/frame.ts";
import { ABSENT, type Layout } from "../../src/python/layouts/layout.ts";
import { LAYOUTS } from "../support/layouts.ts";
import { CHUNK_SIZE, SHIM_OWNER } from "../support/python_memory.ts";
import { WalkedThread } from "../support/walked_thread.ts";

for (const [name, layout] of LAYOUTS) {
  const hasShims = layout.framesAre !== "objects" && name !== "3.11";
  const hasChunks = layout.thread.dataStackChunk !== ABSENT;

  Deno.test(`FrameWalker walks from the leaf to the root: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const leaf = walked.code("leaf", 10, 11, 12);
    const root = walked.code("root", 1, 2);
    walked.setStack([
      { code: leaf, unit: 2 },
      { code: leaf, unit: 0 },
      { code: root, unit: 1 },
    ]);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "leaf:12 leaf:10 root:2"]);
  });

  Deno.test(`FrameWalker finds no frames in a thread without any: ${name}`, () => {
    const walked = new WalkedThread(layout);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, ""]);
    walked.setStack([]);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, ""]);
  });

  Deno.test(`FrameWalker sees a frame that has not begun at its first line: ${name}`, () => {
    const walked = new WalkedThread(layout);
    walked.setStack([{ code: walked.code("f", 5, 6), unit: -1 }]);
    // Where a frame does not tell whether it runs, one that has not begun cannot be told from one that is gone.
    const isTold = layout.liveness?.stackTop !== ABSENT;
    if (!isTold) assert.equal(walked.walk()[0], WalkStatus.torn);
    assert.deepEqual(walked.walkFinally(), [WalkStatus.ok, "f:5"]);
  });

  Deno.test(`FrameWalker follows frames of generators on the heap: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const [f, g] = [walked.code("f", 1), walked.code("g", 2)];
    const h = walked.code("h", 3);
    walked.setStack([
      { code: f },
      { code: g, apart: true },
      { code: h, apart: true },
      { code: f },
    ]);
    for (let pass = 0; pass < 4; pass++) {
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2 h:3 f:1"]);
    }
    assert.equal(walked.readsOfWalk(), 1);
  });

  Deno.test(`FrameWalker makes one system call for each walk once it knows the stack: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const f = walked.code("f", 1);
    walked.setStack(Array(500).fill({ code: f }));
    walked.walk();
    for (let pass = 0; pass < 300; pass++) {
      assert.equal(walked.readsOfWalk(), 1);
    }
  });

  Deno.test(`FrameWalker follows a stack that grows and shrinks: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const f = walked.code("f", 1);
    const { frames } = walked.setStack(Array(60).fill({ code: f }));
    for (const depth of [60, 1, 30, 2, 59, 60]) {
      walked.python.setTop(walked.thread, frames[60 - depth]!);
      frames.forEach((frame, index) => {
        const isPopped = index < 60 - depth;
        walked.python.setRunning(frame, index === 60 - depth);
        walked.python.memory.u64(frame + layout.frame.code, isPopped ? 1 : f);
      });
      const expected = Array(depth).fill("f:1").join(" ");
      assert.deepEqual(walked.walk(), [WalkStatus.ok, expected]);
    }
  });

  Deno.test(`FrameWalker passes over an innermost frame without code: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const f = walked.code("f", 1);
    for (const code of [0, 1, 3]) {
      walked.setStack([{ code }, { code: f, isRunning: true }]);
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1"]);
    }
  });

  Deno.test(`FrameWalker believes nothing inward of a frame without code: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const [f, g] = [walked.code("f", 1), walked.code("g", 2)];
    walked.setStack([{ code: f }, { code: 1 }, { code: g, isRunning: true }]);
    const isNaive = layout.liveness === null && layout.heapFrames === null;
    const expected = isNaive ? [WalkStatus.torn, ""] : [WalkStatus.ok, "g:2"];
    assert.deepEqual(walked.walk(), expected);
  });

  if (layout.heapFrames === null) {
    Deno.test(`FrameWalker takes tag bits off code pointers: ${name}`, () => {
      const walked = new WalkedThread(layout);
      const f = walked.code("f", 1);
      walked.setStack([{ code: f + 1 }, { code: f + 3 }]);
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 f:1"]);
    });
  }

  Deno.test(`FrameWalker calls what is no code torn: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const none = walked.python.allocate(400);
    for (const code of [none, 0x1000, 2 ** 47, 2 ** 60]) {
      walked.setStack([{ code }]);
      assert.equal(walked.walk()[0], WalkStatus.torn);
    }
  });

  Deno.test(`FrameWalker calls absurd frame pointers torn: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const f = walked.code("f", 1);
    for (const pointer of [1, 0x1000, 2 ** 47, 2 ** 60, -1, -8]) {
      walked.python.setTop(walked.thread, 0);
      walked.python.memory.u64(walked.thread + layout.thread.top, pointer);
      assert.equal(walked.walk()[0], WalkStatus.torn);
      walked.python.memory.u64(walked.thread + layout.thread.top, 0);
      const { frames } = walked.setStack([{ code: f }]);
      walked.python.memory.u64(frames[0]! + layout.frame.previous, pointer);
      assert.equal(walked.walk()[0], WalkStatus.torn);
    }
  });

  Deno.test(`FrameWalker ends in a ring of frames: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const f = walked.code("f", 1);
    for (const length of [1, 2, 100]) {
      const { frames } = walked.setStack(Array(length).fill({ code: f }));
      const root = frames.at(-1)!;
      walked.python.memory.u64(root + layout.frame.previous, frames[0]!);
      assert.equal(walked.walk()[0], WalkStatus.torn);
    }
  });

  Deno.test(`FrameWalker keeps the frames nearest to the leaf of a stack that is too deep: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const [f, root] = [walked.code("f", 1), walked.code("root", 2)];
    const frames = [...Array(MAX_FRAMES).fill({ code: f }), { code: root }];
    walked.setStack(frames, { chunkSize: 64 * CHUNK_SIZE });
    const [status, stack] = walked.walk();
    assert.equal(status, WalkStatus.tooDeep);
    assert.equal(stack, Array(MAX_FRAMES).fill("f:1").join(" "));
  });

  Deno.test(`FrameWalker sees the deepest stack there may be whole: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const [f, root] = [walked.code("f", 1), walked.code("root", 2)];
    const frames = [...Array(MAX_FRAMES - 1).fill({ code: f }), { code: root }];
    walked.setStack(frames);
    const [status, stack] = walked.walk();
    assert.equal(status, WalkStatus.ok);
    assert.ok(stack.endsWith("f:1 root:2"));
  });

  if (hasShims) {
    Deno.test(`FrameWalker passes over frames that run no Python code: ${name}`, () => {
      const walked = new WalkedThread(layout);
      const [f, shim] = [walked.code("f", 1), walked.code("shim", 2)];
      walked.setStack([
        { code: shim, owner: SHIM_OWNER },
        { code: f },
        { code: 0, owner: SHIM_OWNER },
        { code: f },
        { code: shim, owner: SHIM_OWNER + 1 },
      ]);
      for (let pass = 0; pass < 3; pass++) {
        assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 f:1"]);
      }
      assert.equal(walked.readsOfWalk(), 1);
    });

    Deno.test(`FrameWalker ends in a ring of shims: ${name}`, () => {
      const walked = new WalkedThread(layout);
      const shim = { code: 0, owner: SHIM_OWNER };
      const { frames } = walked.setStack([shim, shim]);
      const { memory } = walked.python;
      memory.u64(frames[1]! + layout.frame.previous, frames[0]!);
      assert.equal(walked.walk()[0], WalkStatus.torn);
    });
  }

  if (hasChunks) chunkTests(name, layout);
}

function chunkTests(name: string, layout: Layout): void {
  Deno.test(`FrameWalker crosses chunks of the data stack: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const [f, root] = [walked.code("f", 1), walked.code("root", 2)];
    const frames = [...Array(1000).fill({ code: f }), { code: root }];
    const { chunks } = walked.setStack(frames);
    assert.ok(chunks.length > 6);
    for (let pass = 0; pass < 3; pass++) {
      const [status, stack] = walked.walk();
      assert.equal(status, WalkStatus.ok);
      assert.equal(stack, [...Array(1000).fill("f:1"), "root:2"].join(" "));
    }
    assert.equal(walked.readsOfWalk(), 1);
  });

  Deno.test(`FrameWalker reads a whole chunk at once: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const f = walked.code("f", 1);
    walked.setStack([{ code: f }]);
    walked.walk();
    walked.setStack(Array(30).fill({ code: f }));
    // The snapshot, and the new chunk.
    assert.equal(walked.readsOfWalk(), 2);
  });

  Deno.test(`FrameWalker does without reads of their own for frames at the end of a chunk: ${name}`, () => {
    const frameSize = 136;
    const most = Math.floor((CHUNK_SIZE - 24) / frameSize);
    for (const count of [most - 2, most - 1, most]) {
      const walked = new WalkedThread(layout);
      const f = walked.code("f", 1);
      walked.setStack(Array(count).fill({ code: f }), { frameSize });
      walked.walk();
      assert.equal(walked.readsOfWalk(), 1);
    }
  });

  Deno.test(`FrameWalker follows chunks of a generator's callees: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const [f, g] = [walked.code("f", 1), walked.code("g", 2)];
    const h = walked.code("h", 3, 3);
    walked.setStack([
      ...Array(300).fill({ code: f }),
      { code: g, apart: true },
      { code: h, unit: 1 },
      ...Array(299).fill({ code: h }),
    ]);
    const expected = [
      ...Array(300).fill("f:1"),
      "g:2",
      ...Array(300).fill("h:3"),
    ];
    for (let pass = 0; pass < 3; pass++) {
      assert.deepEqual(walked.walk(), [WalkStatus.ok, expected.join(" ")]);
    }
    assert.equal(walked.readsOfWalk(), 1);
  });

  Deno.test(`FrameWalker does without chunks where they are broken: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const f = walked.code("f", 1);
    const { chunks } = walked.setStack(Array(300).fill({ code: f }));
    const { memory } = walked.python;
    const expected = Array(300).fill("f:1").join(" ");
    const { dataStackChunk } = layout.thread;
    for (const broken of [0, 1, 2 ** 47, -1]) {
      for (const offset of [0, 8, 16]) memory.u64(chunks[0]! + offset, broken);
      assert.deepEqual(walked.walkFinally(), [WalkStatus.ok, expected]);
    }
    for (const offset of [0, 8]) {
      for (const broken of [0, 1, 2 ** 47, -1]) {
        memory.u64(walked.thread + dataStackChunk + offset, broken);
        assert.deepEqual(walked.walkFinally(), [WalkStatus.ok, expected]);
      }
    }
  });

  Deno.test(`FrameWalker ends in a ring of chunks: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const f = walked.code("f", 1);
    const { chunks } = walked.setStack(Array(600).fill({ code: f }));
    walked.python.memory.u64(chunks.at(-1)!, chunks[0]!);
    const [status, stack] = walked.walkFinally();
    assert.equal(status, WalkStatus.ok);
    assert.equal(stack.split(" ").length, 600);
  });
}

for (const [name, layout] of LAYOUTS) {
  if (layout.liveness === null) continue;
  const { liveness } = layout;
  const tellsRunning = liveness.stackTop !== ABSENT;

  /** A thread with three functions, `f` called by `g` called by `h`, in frames that lie in a row. */
  const threeCalls = () => {
    const walked = new WalkedThread(layout);
    const codes = ["f", "g", "h"].map((scope, i) => walked.code(scope, i + 1));
    const { frames } = walked.setStack(codes.map((code) => ({ code })));
    return { walked, codes, frames };
  };

  Deno.test(`FrameWalker adds what the announced top called meanwhile: ${name}`, () => {
    const { walked, frames } = threeCalls();
    walked.python.setTop(walked.thread, frames[2]!);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2 h:3"]);
  });

  Deno.test(`FrameWalker leaves out an announced top that has returned: ${name}`, () => {
    const { walked, frames } = threeCalls();
    walked.python.memory.u64(frames[0]! + layout.frame.code, 1);
    walked.python.setRunning(frames[1]!, true);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "g:2 h:3"]);
  });

  Deno.test(`FrameWalker leaves out what stands where no frame waits: ${name}`, () => {
    for (const opcode of liveness.endOpcodes) {
      const { walked, codes, frames } = threeCalls();
      walked.python.setRunning(frames[0]!, false);
      walked.python.memory.u8(walked.python.instruction(codes[0]!, 0), opcode);
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "g:2 h:3"]);
    }
  });

  Deno.test(`FrameWalker is torn where a frame was called by another than the one before it: ${name}`, () => {
    const { walked, frames } = threeCalls();
    walked.python.memory.u64(frames[1]! + layout.frame.previous, frames[0]!);
    assert.equal(walked.walk()[0], WalkStatus.torn);
  });

  Deno.test(`FrameWalker is torn when a caller holds another function than it did: ${name}`, () => {
    const { walked, frames } = threeCalls();
    const [, caller, root] = frames;
    if (liveness.stackPointer !== ABSENT) {
      for (const frame of [caller!, root!]) {
        const top = frame + liveness.locals;
        walked.python.memory.u64(frame + liveness.stackPointer, top);
      }
    }
    const callee = frames[0]! + liveness.functionObject;
    const slot = caller! + liveness.locals;
    const setSlots = (first: number) => {
      walked.python.memory.u64(slot, first);
      walked.python.memory.u64(slot + 8, first + 64);
    };
    walked.python.memory.u64(callee, 0x5000);
    setSlots(0x6000);
    // What happens again and again is no tear, but another kind of call.
    assert.equal(walked.walk()[0], WalkStatus.torn);
    assert.equal(walked.walk()[0], WalkStatus.torn);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2 h:3"]);
    setSlots(0x5000);
    for (let i = 0; i < 15; i++) {
      walked.forget();
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2 h:3"]);
    }
    setSlots(0x6000);
    assert.equal(walked.walk()[0], WalkStatus.torn);
    // What is certain is kept when there is no time for more.
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(walked.walkFinally(), [WalkStatus.ok, "g:2 h:3"]);
    }
    // That often is no accident: the call is of another kind by now.
    walked.walk();
    assert.equal(walked.walk()[0], WalkStatus.ok);
  });

  Deno.test(`FrameWalker passes over the interpreter's own frame between a class and its constructor: ${name}`, () => {
    const walked = new WalkedThread(layout);
    const text = "__init__";
    const [f, g] = [walked.code("f", 1), walked.code("g", 2)];
    const shim = walked.python.code({ file: text, scope: text, firstLine: 0 });
    const unit = liveness.begins === "at the first instruction" ? -1 : 0;
    const { frames } = walked.setStack([
      { code: f },
      { code: shim, unit },
      { code: g },
    ]);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2"]);
    walked.python.setTop(walked.thread, frames[2]!);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2"]);
  });

  if (!tellsRunning) continue;

  Deno.test(`FrameWalker ends with an announced frame that waits, as while its callee's chunk is given back: ${name}`, () => {
    const { walked, frames } = threeCalls();
    walked.python.setRunning(frames[0]!, false);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2 h:3"]);
    walked.python.setTop(walked.thread, frames[1]!);
    assert.equal(walked.walk()[0], WalkStatus.torn);
  });

  Deno.test(`FrameWalker cuts off what hangs on a frame that runs: ${name}`, () => {
    const { walked, frames } = threeCalls();
    walked.python.setRunning(frames[1]!, true);
    if (liveness.isEntry !== ABSENT) {
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "g:2 h:3"]);
      // C called it, so its caller runs on.
      walked.python.memory.u8(frames[0]! + liveness.isEntry, 1);
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "f:1 g:2 h:3"]);
    } else {
      assert.deepEqual(walked.walk(), [WalkStatus.ok, "g:2 h:3"]);
    }
  });

  Deno.test(`FrameWalker leaves out a frame with fewer values than locals: ${name}`, () => {
    const { walked, codes, frames } = threeCalls();
    walked.python.memory.u32(codes[0]! + liveness.codeLocals, 2);
    walked.python.setRunning(frames[0]!, false);
    assert.deepEqual(walked.walk(), [WalkStatus.ok, "g:2 h:3"]);
  });
}
