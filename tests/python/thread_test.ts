import assert from "node:assert/strict";
import { Snapshot } from "../../src/memory/snapshot.ts";
import { ABSENT, type Layout } from "../../src/python/layouts/layout.ts";
import {
  type Thread,
  ThreadIndexes,
  ThreadTable,
} from "../../src/python/thread.ts";
import { ThreadIdFinder } from "../../src/python/thread_id.ts";
import { layoutOf, LAYOUTS } from "../support/layouts.ts";
import { PythonMemory } from "../support/python_memory.ts";

/** A thread table over a built process. */
class Tabled {
  readonly python: PythonMemory;
  readonly interpreter: number;
  readonly indexes = new ThreadIndexes();
  readonly table: ThreadTable;
  readonly #snapshot: Snapshot;

  constructor(layout: Layout) {
    this.python = new PythonMemory(layout);
    const { memory, tids } = this.python;
    this.interpreter = this.python.interpreter();
    this.#snapshot = new Snapshot(memory, 1 << 20);
    const ids = new ThreadIdFinder(memory, () => tids);
    this.table = new ThreadTable(this.#snapshot, layout, ids, this.indexes);
  }

  thread(tid: number, address?: number): number {
    const at = address === undefined ? {} : { address };
    return this.python.thread(this.interpreter, { tid, ...at });
  }

  /** Goes over these thread states in one pass. */
  pass(...addresses: number[]): (Thread | null)[] {
    this.#snapshot.read();
    this.table.begin();
    const threads = addresses.map((address) => {
      const { size } = this.python.layout.thread;
      return this.table.known(address, this.#snapshot.locate(address, size));
    });
    this.table.end();
    return threads;
  }
}

for (const [name, layout] of LAYOUTS) {
  Deno.test(`ThreadTable.known() tells the kernel's id of a thread: ${name}`, () => {
    const tabled = new Tabled(layout);
    const threads = tabled.pass(tabled.thread(7), tabled.thread(70_000));
    assert.deepEqual(threads.map((thread) => thread?.tid), [7, 70_000]);
  });

  Deno.test(`ThreadTable.known() gives the same thread in every pass, in any order: ${name}`, () => {
    const tabled = new Tabled(layout);
    const [a, b, c] = [tabled.thread(1), tabled.thread(2), tabled.thread(3)];
    const [one, two, three] = tabled.pass(a, b, c);
    assert.deepEqual([one, two, three].map((thread) => thread?.index), [
      0,
      1,
      2,
    ]);
    const again = tabled.pass(c, a, b);
    [three, one, two].forEach((thread, i) => assert.equal(again[i], thread));
  });

  Deno.test(`ThreadTable uses the index of a thread that has gone again: ${name}`, () => {
    const tabled = new Tabled(layout);
    const [a, b] = [tabled.thread(1), tabled.thread(2)];
    tabled.pass(a, b);
    tabled.pass(b);
    const [kept, added] = tabled.pass(b, tabled.thread(3));
    assert.deepEqual([kept?.index, added?.index], [1, 0]);
  });

  Deno.test(`ThreadTable.known() tells another thread at the same address: ${name}`, () => {
    const tabled = new Tabled(layout);
    const a = tabled.thread(1);
    const [before] = tabled.pass(a);
    tabled.thread(2, a);
    const [after] = tabled.pass(a);
    assert.deepEqual([before?.tid, after?.tid], [1, 2]);
    assert.equal(tabled.indexes.take(), 1);
  });

  Deno.test(`ThreadTable.known() looks again when a thread starts to run: ${name}`, () => {
    const tabled = new Tabled(layout);
    const { memory } = tabled.python;
    const { threadId, nativeThreadId } = layout.thread;
    const [parent, child] = [tabled.thread(1), tabled.thread(2)];
    // A thread state is made by the parent: it has the parent's ids, or none, until it runs.
    const own = memory.pointer(child + threadId);
    memory.u64(child + threadId, memory.pointer(parent + threadId));
    if (nativeThreadId !== ABSENT) memory.u64(child + nativeThreadId, 1);
    tabled.pass(child, parent);
    memory.u64(child + threadId, own);
    if (nativeThreadId !== ABSENT) memory.u64(child + nativeThreadId, 2);
    const [thread] = tabled.pass(child, parent);
    assert.equal(thread?.tid, 2);
  });

  Deno.test(`ThreadTable.clear() gives all indexes back: ${name}`, () => {
    const tabled = new Tabled(layout);
    tabled.pass(tabled.thread(1), tabled.thread(2));
    tabled.table.clear();
    const { indexes } = tabled;
    const taken = [indexes.take(), indexes.take(), indexes.take()];
    assert.deepEqual(taken.sort(), [0, 1, 2]);
  });
}

Deno.test("ThreadTable.known() falls back to pthread_self() where there is no better id", () => {
  const tabled = new Tabled(layoutOf("3.9"));
  const address = tabled.thread(5);
  const pthread = 0x1234_0000;
  const { threadId } = tabled.python.layout.thread;
  tabled.python.memory.u64(address + threadId, pthread);
  assert.equal(tabled.pass(address)[0]?.tid, pthread);
});

Deno.test("ThreadTable.known() does not believe an id of another process", () => {
  const tabled = new Tabled(layoutOf("3.12"));
  const { python } = tabled;
  const address = tabled.thread(43);
  const { nativeThreadId } = python.layout.thread;
  // The state is the parent's; the C library knows better since the fork.
  python.memory.u64(address + nativeThreadId, 42);
  assert.equal(tabled.pass(address)[0]?.tid, 43);
});

Deno.test("ThreadTable.known() gives the id 0 to a thread that is not yet running", () => {
  for (const [, layout] of LAYOUTS) {
    const tabled = new Tabled(layout);
    const address = tabled.thread(5);
    const { threadId, nativeThreadId } = layout.thread;
    tabled.python.memory.u64(address + threadId, 0);
    if (nativeThreadId !== ABSENT) {
      tabled.python.memory.u64(address + nativeThreadId, 0);
    }
    assert.equal(tabled.pass(address)[0]?.tid, 0);
  }
});

Deno.test("ThreadTable.known() knows no thread that it has met in this pass already", () => {
  for (const [, layout] of LAYOUTS) {
    const tabled = new Tabled(layout);
    const [a, b, c] = [tabled.thread(1), tabled.thread(2), tabled.thread(3)];
    tabled.pass(a, b, c);
    assert.equal(tabled.pass(a, b, a)[2], null);
    // The third was not seen and is forgotten.
    assert.equal(tabled.indexes.take(), 2);
  }
});
