import assert from "node:assert/strict";
import { FrameTable } from "../../src/events/frame_table.ts";
import { Sample } from "../../src/events/sample.ts";
import { Snapshot } from "../../src/memory/snapshot.ts";
import { CodeReader } from "../../src/python/code.ts";
import { WalkStatus } from "../../src/python/frame.ts";
import { FrameInterner, Proof } from "../../src/python/frame_interner.ts";
import { HeapFrameWalker } from "../../src/python/heap_frames.ts";
import { Trail } from "../../src/python/trail.ts";
import type {
  HeapFrameRules,
  Layout,
} from "../../src/python/layouts/layout.ts";
import { regionAddress } from "../../src/memory/remote_memory.ts";
import { layoutOf } from "../support/layouts.ts";
import { PythonMemory } from "../support/python_memory.ts";

/** Bytes before the locals of a frame, and of a frame with an evaluation stack of eight words. */
const STACK = 368;
const FRAME_SIZE = STACK + 64;

/** LOAD_GLOBAL, CALL_FUNCTION, POP_TOP, RETURN_VALUE: it calls at its second unit. */
const CALLS = Uint8Array.of(116, 0, 131, 0, 1, 0, 83, 0);
const CALL_UNIT = 1;

/** LOAD_FAST, LOAD_METHOD, CALL_METHOD. */
const CALLS_METHOD = Uint8Array.of(124, 0, 160, 0, 161, 0, 83, 0);
const CALL_METHOD_UNIT = 2;

/** LOAD_FAST, FOR_ITER, POP_TOP, RETURN_VALUE. */
const ITERATES = Uint8Array.of(124, 0, 93, 2, 1, 0, 83, 0);
const ITERATE_UNIT = 1;

/** A function of the program. */
interface Function {
  readonly object: number;
  readonly code: number;
}

/** A program of one thread, whose functions call each other by their evaluation stacks. */
class Program {
  readonly python: PythonMemory;
  readonly #rules: HeapFrameRules;
  readonly #thread: number;
  readonly #functionType: number;
  readonly #snapshot: Snapshot;
  readonly #frames = new FrameTable();
  readonly #interner: FrameInterner;
  readonly #walker: HeapFrameWalker;
  readonly #sample = new Sample();
  readonly #trail = new Trail();
  /** From the leaf. */
  frames: readonly number[] = [];

  constructor(layout: Layout) {
    this.python = new PythonMemory(layout);
    const { memory } = this.python;
    this.#rules = layout.heapFrames!;
    this.#thread = this.python.thread(this.python.interpreter(), { tid: 7 });
    this.#functionType = this.python.type("function");
    this.#snapshot = new Snapshot(memory, 1 << 24);
    const codes = new CodeReader(memory, layout);
    this.#interner = new FrameInterner(codes, this.#frames);
    this.#walker = new HeapFrameWalker(
      this.#snapshot,
      this.#interner,
      memory,
      layout,
      this.#rules,
    );
  }

  /** @returns a function whose units are at the lines from `firstLine` on. */
  define(scope: string, firstLine: number, bytecode = CALLS): Function {
    const lines = Array.from(
      { length: bytecode.length / 2 },
      (_, unit) => firstLine + unit,
    );
    const code = this.python.code({ scope, lines, firstLine });
    const { memory } = this.python;
    memory.u64(code + this.#rules.codeBytes, this.python.bytes(bytecode));
    const object = this.object(this.#functionType);
    memory.u64(object + this.#rules.functionCode, code);
    return { object, code };
  }

  /** @returns an object of a type. */
  object(type: number): number {
    const object = this.python.allocate(64);
    this.python.memory.u64(object + this.python.layout.object.type, type);
    return object;
  }

  /** Has functions call each other. @param functions from the leaf, each at a unit. */
  run(...functions: readonly (readonly [Function, unit: number])[]): void {
    const stack = functions.map(([{ code }, unit]) => ({ code, unit }));
    const shape = { frameSize: FRAME_SIZE };
    this.frames = this.python.setStack(this.#thread, stack, shape).frames;
    this.frames.forEach((frame, i) => {
      const field = frame + this.#rules.valueStack;
      this.python.memory.u64(field, frame + STACK);
      if (i > 0) this.setSlot(i, 0, functions[i - 1]![0].object);
    });
  }

  /** Puts an object on the evaluation stack of a frame. @param index from the leaf. */
  setSlot(index: number, slot: number, object: number): void {
    const at = this.frames[index]! + STACK + slot * 8;
    this.python.memory.u64(at, object);
  }

  /** Has a frame be called by another, or by none. @param index from the leaf. */
  setCaller(index: number, caller: number): void {
    const { previous } = this.python.layout.frame;
    this.python.memory.u64(this.frames[index]! + previous, caller);
  }

  setTop(frame: number): void {
    this.python.setTop(this.#thread, frame);
  }

  /** @returns a frame that has returned. */
  deadFrame(): number {
    const frame = this.python.allocate(FRAME_SIZE);
    this.python.setExecuting(frame, false);
    return frame;
  }

  /** Has something happen before a frame is copied twice in one read. @param index from the leaf. */
  beforeLookAt(index: number, happens: () => void): void {
    const { memory } = this.python;
    const read = memory.readRegions.bind(memory);
    const frame = this.frames[index]!;
    memory.readRegions = (regions, count, local) => {
      const [first, last] = [0, count - 1].map((i) =>
        regionAddress(regions, i)
      );
      if (count > 1 && first === frame && last === frame) happens();
      return read(regions, count, local);
    };
  }

  /** Walks often enough for every call to be known. @returns the last stack. */
  learn(): string {
    for (let i = 0; i < 10; i++) this.walk();
    return this.walk();
  }

  /** Walks with names to be proven at a stamp. */
  proofAt(stamp: number): Proof {
    this.walk(stamp);
    return this.#interner.prove();
  }

  /** @returns the stack from the leaf, or what it is instead. */
  walk(stamp = 0): string {
    this.#snapshot.read();
    this.#interner.begin(stamp);
    const { size } = this.python.layout.thread;
    const at = this.#snapshot.locate(this.#thread, size);
    const status = this.#walker.walk(at, this.#trail, this.#sample, false);
    if (status !== WalkStatus.ok) return `status ${status}`;
    const ids = this.#sample.frameIds.subarray(0, this.#sample.frameCount);
    const names = Array.from(ids, (id) => {
      const { scope, line } = this.#frames.get(id);
      return `${scope}:${line}`;
    });
    return names.join(" ");
  }
}

for (const version of ["3.8", "3.9", "3.10"]) {
  const layout = layoutOf(version);

  /** A program in which `h` calls `g` and that `f`. */
  const threeCalls = () => {
    const program = new Program(layout);
    const [f, g, h] = [
      program.define("f", 10),
      program.define("g", 20),
      program.define("h", 30),
    ] as const;
    program.run([f, 0], [g, CALL_UNIT], [h, CALL_UNIT]);
    return { program, f, g, h };
  };

  Deno.test(`HeapFrameWalker goes from callers to those whom their stacks name: ${version}`, () => {
    const { program } = threeCalls();
    assert.equal(program.learn(), "f:10 g:21 h:31");
    const { reads } = program.python.memory;
    for (let i = 0; i < 300; i++) program.walk();
    assert.equal(program.python.memory.reads - reads, 300);
  });

  Deno.test(`HeapFrameWalker sees that a frame has gone on among others that have not: ${version}`, () => {
    const { program, g } = threeCalls();
    program.learn();
    program.python.setInstruction(program.frames[1]!, g.code, 0);
    assert.equal(program.walk(), "f:10 g:20 h:31");
    program.python.setInstruction(program.frames[1]!, g.code, CALL_UNIT);
    assert.equal(program.walk(), "f:10 g:21 h:31");
  });

  Deno.test(`HeapFrameWalker sees that the root runs something else: ${version}`, () => {
    const { program, g } = threeCalls();
    program.learn();
    program.python.setInstruction(program.frames[2]!, g.code, CALL_UNIT);
    assert.equal(program.learn(), "f:10 g:21 g:21");
  });

  Deno.test(`HeapFrameWalker has names proven of frames that have not changed: ${version}`, () => {
    const { program, g } = threeCalls();
    program.learn();
    assert.equal(program.proofAt(1), Proof.ok);
    const address = g.code;
    program.python.code({ scope: "other", lines: [70, 71], address });
    assert.equal(program.proofAt(1), Proof.ok);
    assert.equal(program.proofAt(2), Proof.changed);
    assert.equal(program.learn(), "f:10 other:71 h:31");
  });

  Deno.test(`HeapFrameWalker sees a stack whole whose announced top has returned: ${version}`, () => {
    const { program } = threeCalls();
    program.learn();
    program.setTop(program.deadFrame());
    assert.equal(program.walk(), "f:10 g:21 h:31");
  });

  Deno.test(`HeapFrameWalker ends with the function that is called when its frame cannot be seen: ${version}`, () => {
    const { program } = threeCalls();
    program.learn();
    program.python.setExecuting(program.frames[0]!, false);
    program.setCaller(0, 0);
    assert.equal(program.walk(), "f:10 g:21 h:31");
    program.python.setExecuting(program.frames[1]!, false);
    assert.equal(program.walk(), "g:20 h:31");
  });

  Deno.test(`HeapFrameWalker does not believe a frame that another one called: ${version}`, () => {
    const { program } = threeCalls();
    program.learn();
    program.setTop(program.deadFrame());
    program.setCaller(1, program.deadFrame());
    assert.equal(program.walk(), "g:20 h:31");
    // Not even where the caller's stack names nothing.
    program.setSlot(2, 0, 0);
    assert.equal(program.walk(), "h:31");
  });

  Deno.test(`HeapFrameWalker does not believe a frame that runs something else: ${version}`, () => {
    const { program, f } = threeCalls();
    program.learn();
    program.python.setInstruction(program.frames[1]!, f.code, CALL_UNIT);
    program.setTop(program.frames[2]!);
    assert.equal(program.walk(), "g:20 h:31");
  });

  Deno.test(`HeapFrameWalker does not name what a stack holds by accident: ${version}`, () => {
    const { program, f } = threeCalls();
    program.learn();
    program.setTop(program.deadFrame());
    program.setSlot(2, 0, f.object);
    assert.equal(program.walk(), "h:31");
  });

  Deno.test(`HeapFrameWalker sees what was called through C while caller and callee stay: ${version}`, () => {
    const { program } = threeCalls();
    program.setSlot(2, 0, program.object(program.python.type("other")));
    assert.equal(program.learn(), "f:10 g:21 h:31");
  });

  Deno.test(`HeapFrameWalker does not believe in a call through C from a frame that goes on: ${version}`, () => {
    const { program, h } = threeCalls();
    program.setSlot(2, 0, program.object(program.python.type("other")));
    program.beforeLookAt(2, () => {
      program.python.setInstruction(program.frames[2]!, h.code, 0);
    });
    assert.equal(program.walk(), "h:31");
  });

  Deno.test(`HeapFrameWalker does not believe in a call through C of a frame that has returned: ${version}`, () => {
    const { program } = threeCalls();
    program.setSlot(2, 0, program.object(program.python.type("other")));
    program.beforeLookAt(2, () => {
      program.python.setExecuting(program.frames[1]!, false);
    });
    assert.equal(program.walk(), "h:31");
  });

  Deno.test(`HeapFrameWalker believes in a call through C that it saw before: ${version}`, () => {
    const { program, h } = threeCalls();
    program.setSlot(2, 0, program.object(program.python.type("other")));
    assert.equal(program.learn(), "f:10 g:21 h:31");
    program.beforeLookAt(2, () => {
      program.python.setInstruction(program.frames[2]!, h.code, 0);
    });
    assert.equal(program.walk(), "f:10 g:21 h:31");
  });

  Deno.test(`HeapFrameWalker follows methods: ${version}`, () => {
    const program = new Program(layout);
    const [f, g] = [
      program.define("f", 10),
      program.define("g", 20, CALLS_METHOD),
    ];
    program.run([f, 0], [g, CALL_METHOD_UNIT]);
    assert.equal(program.learn(), "f:10 g:22");
    // Without `self`, the callable is one slot further up.
    program.setSlot(1, 0, 0);
    program.setSlot(1, 1, f.object);
    program.setTop(program.deadFrame());
    assert.equal(program.walk(), "f:10 g:22");
  });

  Deno.test(`HeapFrameWalker follows generators: ${version}`, () => {
    const program = new Program(layout);
    const [f, g] = [
      program.define("f", 10),
      program.define("g", 20, ITERATES),
    ];
    program.run([f, 0], [g, ITERATE_UNIT]);
    const generator = program.object(program.python.type("generator"));
    const { generatorCode, generatorFrame } = layout.heapFrames!;
    const { memory } = program.python;
    memory.u64(generator + generatorCode, f.code);
    memory.u64(generator + generatorFrame, program.frames[0]!);
    program.setSlot(1, 0, generator);
    assert.equal(program.learn(), "f:10 g:21");
    program.setTop(program.deadFrame());
    assert.equal(program.walk(), "f:10 g:21");
  });

  Deno.test(`HeapFrameWalker ends in a ring of callees: ${version}`, () => {
    const program = new Program(layout);
    const f = program.define("f", 10);
    program.run([f, CALL_UNIT], [f, CALL_UNIT], [f, CALL_UNIT]);
    program.learn();
    program.setSlot(0, 0, f.object);
    program.setCaller(1, program.frames[0]!);
    program.setCaller(0, program.frames[1]!);
    assert.ok(program.walk().length < 100);
  });
}
