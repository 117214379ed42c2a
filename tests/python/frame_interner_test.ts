import assert from "node:assert/strict";
import { FrameTable } from "../../src/events/frame_table.ts";
import { MAX_KNOWN_CODES, MAX_KNOWN_FRAMES } from "../../src/limits.ts";
import { CodeReader } from "../../src/python/code.ts";
import { FrameInterner, Proof } from "../../src/python/frame_interner.ts";
import { layoutOf } from "../support/layouts.ts";
import { PythonMemory } from "../support/python_memory.ts";

/** An interner over a built 3.12. */
class Interning {
  readonly python: PythonMemory = new PythonMemory(layoutOf("3.12"));
  readonly frames: FrameTable = new FrameTable();
  readonly interner: FrameInterner;

  constructor() {
    const { memory, layout } = this.python;
    const codes = new CodeReader(memory, layout);
    this.interner = new FrameInterner(codes, this.frames);
  }

  intern(code: number, unit = 0): number {
    const instruction = this.python.instruction(code, unit);
    return this.interner.intern(...words(code), ...words(instruction));
  }

  /** @returns the frame as text. */
  nameOf(id: number): string {
    const { scope, line } = this.frames.get(id);
    return `${scope}:${line}`;
  }
}

function words(value: number): [low: number, high: number] {
  return [value % 2 ** 32, Math.floor(value / 2 ** 32)];
}

Deno.test("FrameInterner.intern() gives each instruction an id of its own, from 0", () => {
  const one = new Interning();
  const f = one.python.code({ scope: "f", lines: [1, 2] });
  const g = one.python.code({ scope: "g", lines: [5] });
  const ids = [one.intern(f, 0), one.intern(f, 1), one.intern(g, 0)];
  assert.deepEqual(ids, [0, 1, 2]);
  assert.deepEqual(ids.map((id) => one.nameOf(id)), ["f:1", "f:2", "g:5"]);
});

Deno.test("FrameInterner.intern() reads nothing for a frame that it knows", () => {
  const one = new Interning();
  const f = one.python.code({ lines: [1, 2] });
  const id = one.intern(f, 1);
  const { reads } = one.python.memory;
  assert.equal(one.intern(f, 1), id);
  assert.equal(one.python.memory.reads, reads);
});

Deno.test("FrameInterner.intern() gives -1 where there is no code object, and asks again", () => {
  const one = new Interning();
  const address = one.python.allocate(300);
  assert.equal(one.intern(address), -1);
  one.python.code({ scope: "late", address });
  assert.equal(one.nameOf(one.intern(address)), "late:1");
});

Deno.test("FrameInterner.intern() does not read an object of another type at each walk, and soon finds a code object in its place", () => {
  const one = new Interning();
  const { python, interner } = one;
  const f = python.code({ scope: "f" });
  const other = python.allocate(300);
  const { type } = python.layout.object;
  python.memory.u64(other + type, python.type("NoneType"));
  interner.begin(1);
  one.intern(f);
  assert.equal(one.intern(other), -1);
  const { reads } = python.memory;
  interner.begin(1);
  assert.equal(one.intern(other), -1);
  assert.equal(python.memory.reads, reads);
  python.code({ scope: "late", address: other });
  let walks = 0;
  for (; one.intern(other) < 0; walks++) interner.begin(1);
  assert.ok(walks > 0 && walks < 32);
  assert.equal(one.nameOf(one.intern(other)), "late:1");
});

Deno.test("FrameInterner.intern() reads an object of another type again at a new stamp", () => {
  const one = new Interning();
  const { python, interner } = one;
  interner.begin(1);
  one.intern(python.code({ scope: "f" }));
  const other = python.allocate(300);
  python.memory.u64(other + python.layout.object.type, python.type("str"));
  assert.equal(one.intern(other), -1);
  python.code({ scope: "late", address: other });
  interner.begin(2);
  assert.equal(one.nameOf(one.intern(other)), "late:1");
});

Deno.test("FrameInterner.intern() gives -1 for an instruction outside of the code", () => {
  const one = new Interning();
  assert.equal(one.intern(one.python.code(), 10_000), -1);
  assert.equal(one.frames.size, 0);
});

Deno.test("FrameInterner.prove() notices another code object at the address when a new instruction was met, whatever the stamp", () => {
  const one = new Interning();
  const f = one.python.code({ scope: "f", lines: [1, 2, 3] });
  one.interner.begin(1);
  one.intern(f, 0);
  one.intern(f, 1);
  one.python.code({
    scope: "g",
    firstLine: 70,
    lines: [70, 71, 72],
    address: f,
  });
  one.interner.begin(1);
  one.intern(f, 2);
  assert.equal(one.interner.prove(), Proof.changed);
  one.interner.begin(1);
  assert.equal(one.nameOf(one.intern(f, 2)), "g:72");
  assert.equal(one.nameOf(one.intern(f, 0)), "g:70");
  assert.equal(one.nameOf(one.intern(f, 1)), "g:71");
});

Deno.test("FrameInterner.prove() finds every code object that took another's place, and all names are right the next time", () => {
  const one = new Interning();
  const scopes = Array.from({ length: 600 }, (_, i) => `before_${i}`);
  const codes = scopes.map((scope) => one.python.code({ scope }));
  one.interner.begin(1);
  codes.forEach((code) => one.intern(code));
  assert.equal(one.interner.prove(), Proof.unsure);
  codes.forEach((address, i) =>
    i % 3 === 0 && one.python.code({ scope: `after_${i}`, address })
  );
  one.interner.begin(2);
  codes.forEach((code) => one.intern(code));
  assert.equal(one.interner.prove(), Proof.changed);
  one.interner.begin(3);
  codes.forEach((code, i) =>
    assert.equal(
      one.nameOf(one.intern(code)),
      i % 3 === 0 ? `after_${i}:1` : `before_${i}:1`,
    )
  );
  assert.equal(one.interner.prove(), Proof.ok);
});

Deno.test("FrameInterner.prove() reads once for a new stamp, and nothing at the same one", () => {
  const one = new Interning();
  const codes = [1, 2, 3].map(() => one.python.code({}));
  const walk = (stamp: number) => {
    one.interner.begin(stamp);
    codes.forEach((code) => one.intern(code));
    const { reads } = one.python.memory;
    assert.equal(one.interner.prove(), Proof.ok);
    return one.python.memory.reads - reads;
  };
  one.interner.begin(1);
  codes.forEach((code) => one.intern(code));
  assert.equal(one.interner.prove(), Proof.unsure);
  assert.deepEqual([1, 1, 2, 2, 2, 3].map(walk), [0, 0, 1, 0, 0, 1]);
});

Deno.test("FrameInterner.intern() keeps ids apart when its table grows", () => {
  const one = new Interning();
  const lines = Array.from({ length: 10_000 }, (_, i) => i + 1);
  const f = one.python.code({ scope: "f", lines });
  const ids = lines.map((_, unit) => one.intern(f, unit));
  assert.deepEqual(lines.map((_, unit) => one.intern(f, unit)), ids);
  assert.equal(one.nameOf(ids[9_999]!), "f:10000");
});

Deno.test("FrameInterner.trim() keeps what is within bounds", () => {
  const one = new Interning();
  const f = one.python.code();
  one.intern(f);
  one.interner.trim();
  assert.equal(one.frames.epoch, 0);
  assert.equal(one.intern(f), 0);
});

Deno.test("FrameInterner.trim() forgets all frames once there are too many", () => {
  const one = new Interning();
  const f = one.python.code({ scope: "f", lines: [1, 2] });
  one.intern(f, 1);
  const other = { line: 1, endLine: 0, column: 0, endColumn: 0 };
  while (one.frames.size < MAX_KNOWN_FRAMES) {
    one.frames.add({ file: "", scope: "", ...other });
  }
  one.interner.trim();
  assert.equal(one.frames.epoch, 1);
  assert.equal(one.frames.size, 0);
  assert.equal(one.intern(f, 1), 0);
  assert.equal(one.nameOf(0), "f:2");
});

Deno.test("FrameInterner.trim() forgets all code objects once there are too many", () => {
  const one = new Interning();
  const file = one.python.string("a.py");
  const scope = one.python.string("f");
  const code = () => one.python.code({ file, scope });
  for (let i = 0; i < MAX_KNOWN_CODES; i++) one.intern(code());
  one.interner.trim();
  assert.equal(one.frames.epoch, 1);
  assert.equal(one.intern(code()), 0);
});

Deno.test("FrameInterner.trim() notices that another process's frames were forgotten", () => {
  const one = new Interning();
  const f = one.python.code({ scope: "f" });
  one.intern(f);
  one.frames.clear();
  one.interner.trim();
  assert.equal(one.frames.epoch, 1);
  assert.equal(one.nameOf(one.intern(f)), "f:1");
});
