import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_FRAMES } from "../../src/limits.ts";
import { ReadError } from "../../src/memory/remote_memory.ts";
import { ABSENT, type Layout } from "../../src/python/layouts/layout.ts";
import { PassStatus } from "../../src/sampling/process_sampler.ts";
import { layoutOf, LAYOUTS } from "../support/layouts.ts";
import { PythonMemory } from "../support/python_memory.ts";
import { textOf } from "../support/recording_sink.ts";
import { SampledPython } from "../support/sampled_python.ts";

/** A process with one interpreter and a sampler for it. */
class Process extends PythonMemory {
  readonly main: number = this.interpreter();
  readonly sampled: SampledPython = SampledPython.of(this);

  /** @returns a new thread of the main interpreter with one frame, which is in a function named after it. */
  busyThread(tid: number, interpreter: number = this.main): number {
    const thread = this.thread(interpreter, { tid });
    this.setStack(thread, [{ code: this.code({ scope: `f${tid}` }) }]);
    return thread;
  }

  /** @returns the stacks of a pass by thread id. */
  stacks(): Record<number, string> {
    const samples = this.sampled.samples();
    return Object.fromEntries(
      samples.map((sample) => [sample.tid, textOf(sample)]),
    );
  }

  /** @returns system calls of a pass. */
  readsOfPass(): number {
    const { reads } = this.memory;
    this.sampled.pass();
    return this.memory.reads - reads;
  }
}

for (const [name, layout] of LAYOUTS) {
  Deno.test(`ProcessSampler.pass() takes a stack of every thread: ${name}`, () => {
    const process = new Process(layout);
    for (const tid of [1, 2, 3]) process.busyThread(tid);
    assert.deepEqual(process.stacks(), { 1: "f1:1", 2: "f2:1", 3: "f3:1" });
    assert.equal(process.sampled.sampler.samples, 3);
    assert.equal(process.sampled.sampler.errors, 0);
  });

  Deno.test(`ProcessSampler.pass() takes the threads of every interpreter: ${name}`, () => {
    const process = new Process(layout);
    process.busyThread(1);
    const sub = process.interpreter();
    process.busyThread(2, sub);
    process.busyThread(3, sub);
    const samples = process.sampled.samples();
    const ids = samples.map(({ pid, iid, tid }) => [pid, iid, tid]);
    assert.deepEqual(ids, [[42, 1, 3], [42, 1, 2], [42, 0, 1]]);
  });

  Deno.test(`ProcessSampler.pass() makes one system call once it knows the process: ${name}`, () => {
    const process = new Process(layout);
    const sub = process.interpreter();
    const codesOf = () =>
      new Map(
        [process.main, sub].map((i) => [i, process.code({ lines: [1, 2] })]),
      );
    const [codes, generators, leaves] = [codesOf(), codesOf(), codesOf()];
    for (let tid = 1; tid <= 30; tid++) {
      const interpreter = tid % 2 ? process.main : sub;
      const thread = process.busyThread(tid, interpreter);
      const f = { code: codes.get(interpreter)! };
      const generator = { code: generators.get(interpreter)!, apart: true };
      const leaf = { code: leaves.get(interpreter)! };
      const resuming = { ...f, unit: 1 };
      const stack = [leaf, generator, resuming, ...Array(299).fill(f)];
      process.setStack(thread, stack);
    }
    // Calls that have to be proven are by then.
    for (let pass = 0; pass < 3; pass++) process.sampled.pass();
    process.sampled.calm();
    const reads = Array.from({ length: 90 }, () => process.readsOfPass());
    // Each millisecond both interpreters are looked at.
    assert.deepEqual(new Set(reads), new Set([1, 3]));
    assert.equal(reads.filter((count) => count === 3).length, 9);
  });

  Deno.test(`ProcessSampler.pass() takes many threads: ${name}`, () => {
    const process = new Process(layout);
    for (let tid = 1; tid <= 1500; tid++) process.busyThread(tid);
    process.sampled.pass();
    process.sampled.calm();
    assert.equal(process.readsOfPass(), 1);
    assert.ok(process.memory.regionCounts.at(-1)! > 1024);
    assert.equal(process.sampled.sampler.samples, 1500);
    assert.equal(process.sampled.sampler.errors, 0);
  });

  Deno.test(`ProcessSampler.pass() follows threads that come and go: ${name}`, () => {
    const process = new Process(layout);
    const [a, b] = [process.busyThread(1), process.busyThread(2)];
    process.sampled.pass();
    process.setThreads(process.main, [b]);
    process.memory.unmap(a);
    assert.deepEqual(process.stacks(), { 2: "f2:1" });
    assert.equal(process.sampled.sampler.errors, 0);
    process.busyThread(3);
    const samples = process.sampled.samples();
    const indexes = samples.map(({ tid, threadIndex }) => [tid, threadIndex]);
    // Threads were found newest first: 2 has index 0, and 3 gets that of 1.
    assert.deepEqual(indexes, [[3, 1], [2, 0]]);
  });

  Deno.test(`ProcessSampler.pass() drops no other thread when one of them vanishes: ${name}`, () => {
    const process = new Process(layout);
    const threads = [1, 2, 3].map((tid) => process.busyThread(tid));
    process.sampled.pass();
    process.setThreads(process.main, [threads[2]!, threads[0]!]);
    process.memory.unmap(threads[1]!);
    assert.deepEqual(process.stacks(), { 1: "f1:1", 3: "f3:1" });
  });

  Deno.test(`ProcessSampler.pass() ends a list of threads at what is none: ${name}`, () => {
    const process = new Process(layout);
    const [a, b] = [process.busyThread(1), process.busyThread(2)];
    const { thread } = layout;
    for (const pointer of [1, 0x1000, 2 ** 47, 2 ** 60, -1, process.main]) {
      process.memory.u64(b + thread.next, pointer);
      assert.deepEqual(process.stacks(), { 2: "f2:1" });
      assert.equal(process.sampled.sampler.errors, 1);
    }
    process.memory.u64(b + thread.next, a);
    process.memory.u64(a + thread.interpreter, process.main + 8);
    assert.deepEqual(process.stacks(), { 2: "f2:1" });
    assert.equal(process.sampled.sampler.errors, 1);
  });

  Deno.test(`ProcessSampler.pass() takes each thread once, also when their list is a ring: ${name}`, () => {
    const process = new Process(layout);
    const [a, b] = [process.busyThread(1), process.busyThread(2)];
    for (const target of [b, a]) {
      process.memory.u64(a + layout.thread.next, target);
      const tids = process.sampled.samples().map(({ tid }) => tid);
      assert.deepEqual(tids, [2, 1]);
      assert.equal(process.sampled.sampler.errors, 1);
    }
  });

  Deno.test(`ProcessSampler.pass() does not follow a frame into another thread's stack: ${name}`, () => {
    const process = new Process(layout);
    const [a, b] = [process.busyThread(1), process.busyThread(2)];
    const [f, g] = ["f", "g"].map((scope) => process.code({ scope }));
    const own = process.setStack(a, [{ code: f! }, { code: f! }]).frames;
    const others = process.setStack(b, [{ code: g! }, { code: g! }]).frames;
    process.sampled.pass();
    const { memory } = process;
    const { reads } = memory;
    const field = own[0]! + layout.frame.previous;
    memory.u64(field, others[1]!);
    memory.onRead = (read) => {
      if (read > reads + 2) memory.u64(field, own[1]!);
    };
    assert.deepEqual(process.stacks(), { 1: "f:1 f:1", 2: "g:1 g:1" });
    assert.equal(process.sampled.sampler.errors, 0);
  });

  Deno.test(`ProcessSampler.pass() believes a thread that has begun anew: ${name}`, () => {
    const process = new Process(layout);
    const thread = process.busyThread(1);
    const f = process.code({ scope: "f" });
    process.setStack(thread, [{ code: f }, { code: f }]);
    process.sampled.pass();
    process.setStack(thread, [{ code: f }]);
    assert.deepEqual(process.stacks(), { 1: "f:1" });
    assert.equal(process.sampled.sampler.errors, 0);
    assert.ok(process.readsOfPass() <= 2);
  });

  Deno.test(`ProcessSampler.pass() takes a torn stack again in a new snapshot: ${name}`, () => {
    const process = new Process(layout);
    const thread = process.busyThread(1);
    const f = process.code({ scope: "f" });
    const { frames } = process.setStack(thread, [{ code: f }, { code: f }]);
    process.sampled.pass();
    const { memory } = process;
    const { reads } = memory;
    const field = frames[0]! + layout.frame.previous;
    memory.u64(field, 0x1000);
    memory.onRead = (read) => {
      if (read > reads + 2) memory.u64(field, frames[1]!);
    };
    assert.deepEqual(process.stacks(), { 1: "f:1 f:1" });
    assert.equal(process.sampled.sampler.errors, 0);
  });

  Deno.test(`ProcessSampler.pass() counts a stack that stays torn, after twelve snapshots: ${name}`, () => {
    const process = new Process(layout);
    const thread = process.busyThread(1);
    process.sampled.pass();
    breakStack(process, thread);
    const [sample] = process.sampled.samples();
    assert.equal(sample?.isInvalid, true);
    assert.equal(process.sampled.sampler.samples, 1);
    assert.equal(process.sampled.sampler.errors, 1);
    process.sampled.calm();
    // Each a snapshot and a follow-up read that failed.
    assert.ok(process.readsOfPass() <= 24);
    process.busyThread(2);
    assert.equal(process.sampled.samples().length, 2);
  });

  Deno.test(`ProcessSampler.pass() samples on when memory of a stack vanishes: ${name}`, () => {
    const process = new Process(layout);
    const [a, b] = [process.busyThread(1), process.busyThread(2)];
    const f = process.code({ scope: "f" });
    const { chunks } = process.setStack(a, Array(300).fill({ code: f }));
    process.setStack(b, [{ code: f }]);
    process.sampled.pass();
    if (layout.thread.dataStackChunk === ABSENT) process.setTop(a, 0x1000);
    else process.memory.unmap(chunks.at(-1)!);
    for (let pass = 0; pass < 3; pass++) {
      const samples = process.sampled.samples();
      assert.deepEqual(samples.map(({ isInvalid }) => isInvalid), [
        false,
        true,
      ]);
    }
    process.setStack(a, [{ code: f }]);
    assert.deepEqual(process.stacks(), { 1: "f:1", 2: "f:1" });
  });

  Deno.test(`ProcessSampler.pass() names another code object at the same address, at a new instruction: ${name}`, () => {
    const process = new Process(layout);
    const thread = process.busyThread(1);
    const f = process.code({ scope: "f", lines: [1, 2] });
    process.setStack(thread, [{ code: f, unit: 0 }]);
    assert.deepEqual(process.stacks(), { 1: "f:1" });
    process.code({ scope: "g", lines: [8, 9], firstLine: 8, address: f });
    process.setStack(thread, [{ code: f, unit: 1 }]);
    assert.deepEqual(process.stacks(), { 1: "g:9" });
  });

  Deno.test(`ProcessSampler.pass() neither throws nor hangs in corrupted memory: ${name}`, () => {
    corruptionTest(layout, 300);
  });
}

/** Writes words of all kinds into a built process, some of them between two reads, and samples it. */
function corruptionTest(layout: Layout, numRuns: number): void {
  const process = new Process(layout);
  const f = { code: process.code({ lines: [1, 2, 3] }) };
  const g = { code: process.code({ scope: "été" }), apart: true };
  const sub = process.interpreter();
  for (let tid = 1; tid <= 6; tid++) {
    const thread = process.busyThread(tid, tid < 5 ? process.main : sub);
    process.setStack(thread, [f, g, f, ...Array(tid * 30).fill(f)]);
  }
  const places = placesOf(process);
  const value = fc.oneof(
    fc.nat(places.length - 1).map((index) => places[index]!),
    fc.nat(places.length - 1).map((index) => places[index]! + 4),
    fc.nat(1000),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(Number),
    fc.constantFrom(-1, 2 ** 47, 2 ** 40),
  );
  const change = fc.record({
    place: fc.nat(places.length - 1).map((index) => places[index]!),
    value,
    read: fc.nat(20),
  });
  const changes = fc.array(change, { minLength: 1, maxLength: 8 });
  const originals = new Map(
    places.map((place) => [place, process.memory.pointer(place)]),
  );
  fc.assert(
    fc.property(changes, (changes) => {
      const sampled = SampledPython.of(process);
      const { memory } = process;
      const { reads } = memory;
      memory.onRead = (read) => {
        for (const change of changes) {
          if (read - reads === change.read) {
            memory.u64(change.place, change.value);
          }
        }
      };
      for (let pass = 0; pass < 4; pass++) {
        const { samples } = sampled.pass();
        assert.ok(samples.length < 100);
        for (const { frames } of samples) {
          assert.ok(frames.length <= MAX_FRAMES);
        }
      }
      assert.ok(memory.reads - reads < 10_000);
      for (const { place } of changes) {
        memory.u64(place, originals.get(place)!);
      }
    }),
    { numRuns },
  );
}

/** @returns addresses of the words of a process that are not zero. */
function placesOf({ memory }: PythonMemory): number[] {
  return memory.segments.flatMap(({ address, bytes }) => {
    const view = new DataView(bytes.buffer);
    const offsets = Array.from({ length: bytes.length / 8 }, (_, i) => i * 8);
    return offsets
      .filter((offset) => view.getBigUint64(offset, true) !== 0n)
      .map((offset) => address + offset);
  });
}

Deno.test("ProcessSampler.pass() gives each sample the time since the pass before", () => {
  const process = new Process(layoutOf("3.12"));
  process.busyThread(1);
  process.busyThread(2);
  const timeOf = (nowUs: number) => {
    process.sampled.nowUs = nowUs - 100;
    return process.sampled.samples().map(({ timeUs }) => timeUs);
  };
  assert.deepEqual(timeOf(250), [250, 250]);
  assert.deepEqual(timeOf(400), [150, 150]);
  assert.deepEqual(timeOf(10_400), [10_000, 10_000]);
});

Deno.test("ProcessSampler.pass() passes over threads that do not run yet", () => {
  const process = new Process(layoutOf("3.12"));
  process.busyThread(1);
  process.busyThread(0);
  assert.deepEqual(process.stacks(), { 1: "f1:1" });
  assert.equal(process.sampled.sampler.errors, 0);
});

Deno.test("ProcessSampler.pass() gives a thread without frames an empty stack", () => {
  const process = new Process(layoutOf("3.12"));
  process.thread(process.main, { tid: 1 });
  assert.deepEqual(process.stacks(), { 1: "" });
});

Deno.test.each([
  ["gone", ReadError.gone, PassStatus.gone],
  ["denied", ReadError.denied, PassStatus.denied],
])(
  "ProcessSampler.pass() tells that the process is %s",
  (_name, failure, status) => {
    const process = new Process(layoutOf("3.12"));
    process.busyThread(1);
    process.sampled.pass();
    process.memory.failure = failure;
    assert.deepEqual(process.sampled.pass(), { status, samples: [] });
  },
);

Deno.test("ProcessSampler.pass() tells that the process is gone when it ends in the middle of one", () => {
  const process = new Process(layoutOf("3.12"));
  process.busyThread(1);
  const thread = process.busyThread(2);
  process.sampled.pass();
  breakStack(process, thread);
  const { memory } = process;
  const { reads } = memory;
  memory.onRead = (read) => {
    if (read === reads + 2) memory.failure = ReadError.gone;
  };
  assert.equal(process.sampled.pass().status, PassStatus.gone);
});

Deno.test("ProcessSampler.pass() tells that no thread was found, and recovers", () => {
  const process = new Process(layoutOf("3.12"));
  const thread = process.busyThread(1);
  const head = process.runtimeAddress +
    process.layout.runtime.interpretersHead;
  process.memory.u64(head, 0);
  assert.equal(process.sampled.pass().status, PassStatus.lost);
  process.memory.u64(head, process.main);
  assert.deepEqual(process.stacks(), { 1: "f1:1" });
  process.setThreads(process.main, []);
  assert.equal(process.sampled.pass().status, PassStatus.lost);
  process.setThreads(process.main, [thread]);
  assert.deepEqual(process.stacks(), { 1: "f1:1" });
});

Deno.test("ProcessSampler.isLostSince() waits for 20 ms without a thread", () => {
  const process = new Process(layoutOf("3.12"));
  process.busyThread(1);
  process.sampled.pass();
  process.setThreads(process.main, []);
  process.sampled.pass();
  const { sampler, nowUs } = process.sampled;
  assert.equal(sampler.isLostSince(nowUs), false);
  assert.equal(sampler.isLostSince(nowUs + 20_000), true);
});

Deno.test("ProcessSampler.pass() finds a new interpreter within 10 ms", () => {
  const process = new Process(layoutOf("3.12"));
  process.busyThread(1);
  process.sampled.pass();
  process.busyThread(2, process.interpreter());
  assert.deepEqual(process.stacks(), { 1: "f1:1" });
  process.sampled.nowUs += 10_000;
  assert.deepEqual(process.stacks(), { 1: "f1:1", 2: "f2:1" });
});

Deno.test("ProcessSampler.pass() drops an interpreter that has gone, and samples the others", () => {
  const process = new Process(layoutOf("3.12"));
  process.busyThread(1);
  const sub = process.interpreter();
  process.busyThread(2, sub);
  process.sampled.pass();
  const head = process.runtimeAddress +
    process.layout.runtime.interpretersHead;
  process.memory.u64(head, process.main);
  process.memory.unmap(sub);
  assert.deepEqual(process.stacks(), { 1: "f1:1" });
  assert.equal(process.sampled.sampler.errors, 1);
  process.sampled.nowUs += 10_000;
  assert.deepEqual(process.stacks(), { 1: "f1:1" });
  assert.equal(process.sampled.sampler.errors, 0);
});

Deno.test("ProcessSampler.pass() names frames rightly after the frame table began anew", () => {
  const process = new Process(layoutOf("3.12"));
  process.busyThread(1);
  process.busyThread(2);
  const before = process.stacks();
  process.sampled.frames.clear();
  process.sampled.frames.add({
    ...{ file: "", scope: "", line: 1, endLine: 0, column: 0, endColumn: 0 },
  });
  assert.deepEqual(process.stacks(), before);
});

Deno.test("ProcessSampler.pass() stays within its snapshot", () => {
  const process = new Process(layoutOf("3.12"));
  const { memory, layout, runtimeAddress, tids } = process;
  const f = { code: process.code() };
  process.setStack(process.busyThread(1), Array(1000).fill(f));
  process.busyThread(2);
  const sampled = new SampledPython(
    { memory, layout, runtimeAddress, listThreads: () => tids },
    { maxSnapshotSize: 8 * 1024 },
  );
  for (let pass = 0; pass < 3; pass++) {
    const samples = sampled.samples();
    assert.deepEqual(samples.map(({ isInvalid }) => isInvalid), [false, true]);
  }
});

Deno.test("ProcessSampler.close() gives thread indexes back", () => {
  const process = new Process(layoutOf("3.12"));
  process.busyThread(1);
  process.sampled.pass();
  process.sampled.sampler.close();
  assert.equal(process.sampled.threadIndexes.take(), 0);
});

/** Has a thread's frames be nowhere. */
function breakStack(process: Process, thread: number): void {
  const { dataStackChunk } = process.layout.thread;
  process.setTop(thread, 0x1000);
  if (dataStackChunk !== ABSENT) {
    process.memory.u64(thread + dataStackChunk, 0x1000);
  }
}
