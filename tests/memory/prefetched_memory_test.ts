import assert from "node:assert/strict";
import { PrefetchedMemory } from "../../src/memory/prefetched_memory.ts";
import { StructReader } from "../../src/memory/struct_reader.ts";
import { FakeMemory } from "../support/fake_memory.ts";

const A = 0x7f00_0000_0000;
const B = 0x7f00_0001_0f80;

function build(): {
  memory: FakeMemory;
  prefetched: PrefetchedMemory;
  reader: StructReader;
} {
  const memory = new FakeMemory();
  memory.map(A, 1024);
  memory.map(B, 128);
  memory.u32(A + 8, 1);
  memory.u32(B + 124, 2);
  const prefetched = new PrefetchedMemory(memory);
  return { memory, prefetched, reader: new StructReader(prefetched) };
}

Deno.test("PrefetchedMemory.fetch() reads several parts at once, each up to the end of its page", () => {
  const { memory, prefetched, reader } = build();
  prefetched.fetch([A, B]);
  assert.equal(memory.reads, 1);
  assert.ok(reader.loadAll(A + 8, 4));
  assert.equal(reader.u32(0), 1);
  assert.ok(reader.loadAll(B, 128));
  assert.equal(reader.u32(124), 2);
  assert.equal(memory.reads, 1);
});

Deno.test("PrefetchedMemory reads what was not fetched", () => {
  const { memory, prefetched, reader } = build();
  prefetched.fetch([A]);
  assert.ok(reader.loadAll(A + 500, 100));
  assert.ok(reader.loadAll(B, 8));
  assert.equal(memory.reads, 3);
  assert.equal(reader.loadAll(0x1000, 8), false);
});

Deno.test("PrefetchedMemory keeps the parts before one that is not there, until it is told to forget", () => {
  const { memory, prefetched, reader } = build();
  prefetched.fetch([A, 0x1000, B]);
  const { reads } = memory;
  assert.ok(reader.loadAll(A + 8, 4));
  assert.equal(memory.reads, reads);
  prefetched.forget();
  memory.u32(A + 8, 7);
  assert.ok(reader.loadAll(A + 8, 4));
  assert.equal(reader.u32(0), 7);
});
