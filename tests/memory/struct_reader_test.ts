import assert from "node:assert/strict";
import { ReadError } from "../../src/memory/remote_memory.ts";
import { StructReader } from "../../src/memory/struct_reader.ts";
import { FakeMemory } from "../support/fake_memory.ts";

const BASE = 0x7f12_3456_0000;

function readerOf(...bytes: number[]): StructReader {
  const memory = new FakeMemory();
  memory.map(BASE, new Uint8Array(bytes));
  return new StructReader(memory);
}

Deno.test("StructReader reads little-endian fields of every size", () => {
  const reader = readerOf(1, 2, 3, 0xff, 5, 6, 0, 0);
  assert.equal(reader.load(BASE, 8), 8);
  assert.equal(reader.u8(3), 0xff);
  assert.equal(reader.u16(2), 0xff03);
  assert.equal(reader.u32(0), 0xff030201);
  assert.equal(reader.i32(0), 0xff030201 - 2 ** 32);
  assert.equal(reader.u64(0), 0x0605_ff03_0201);
  assert.equal(reader.pointer(0), 0x0605_ff03_0201);
});

Deno.test("StructReader reads pointers of four bytes where there are such", () => {
  const memory = new FakeMemory();
  memory.map(0xf7f1_2000, new Uint8Array([0xfe, 0xff, 0xff, 0xff]));
  const reader = new StructReader(memory, 4);
  assert.equal(reader.pointerAt(0xf7f1_2000), 0xffff_fffe);
  assert.equal(reader.pointer(0), 0xffff_fffe);
  assert.equal(reader.signedSize(0), -2);
  assert.equal(new StructReader(memory).pointerAt(0xf7f1_2000), 0);
});

Deno.test("StructReader.i64() reads negative numbers", () => {
  const reader = readerOf(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
  reader.load(BASE, 8);
  assert.equal(reader.i64(0), -2);
  assert.ok(reader.u64(0) > Number.MAX_SAFE_INTEGER);
});

Deno.test("StructReader.load() gives what could be read, and zeroes behind it", () => {
  const reader = readerOf(1, 2, 3, 4);
  reader.load(BASE, 4);
  assert.equal(reader.load(BASE + 2, 8), 2);
  assert.deepEqual([...reader.bytes()], [3, 4, 0, 0, 0, 0, 0, 0]);
});

Deno.test("StructReader.load() gives zeroes where nothing can be read", () => {
  const reader = readerOf(1, 2, 3, 4);
  reader.load(BASE, 4);
  assert.equal(reader.load(BASE - 8, 4), ReadError.badAddress);
  assert.deepEqual([...reader.bytes()], [0, 0, 0, 0]);
});

Deno.test("StructReader.loadAll() takes nothing less than all", () => {
  const reader = readerOf(1, 2, 3, 4);
  assert.equal(reader.loadAll(BASE, 4), true);
  assert.equal(reader.loadAll(BASE, 5), false);
  assert.equal(reader.loadAll(0, 1), false);
});

Deno.test("StructReader.load() takes windows of any size", () => {
  const memory = new FakeMemory();
  memory.map(BASE, 100_000);
  memory.u32(BASE + 99_996, 7);
  const reader = new StructReader(memory);
  assert.equal(reader.loadAll(BASE, 100_000), true);
  assert.equal(reader.u32(99_996), 7);
  assert.equal(reader.bytes().length, 100_000);
});

Deno.test("StructReader.pointerAt() reads 0 where nothing can be read", () => {
  const reader = readerOf(1, 2, 3, 4, 5, 6, 0, 0);
  assert.equal(reader.pointerAt(BASE), 0x0605_0403_0201);
  assert.equal(reader.pointerAt(BASE + 1), 0);
  assert.equal(reader.pointerAt(2 ** 64), 0);
});
