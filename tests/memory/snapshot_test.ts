import assert from "node:assert/strict";
import fc from "fast-check";
import { ReadError } from "../../src/memory/remote_memory.ts";
import { Snapshot, SnapshotStatus } from "../../src/memory/snapshot.ts";
import { FakeMemory } from "../support/fake_memory.ts";

const MAX_SIZE = 1 << 20;
const BASE = 0x7f12_3456_0000;
const PAGE = 4096;

/** Memory with `count` pages, each apart from the next, that begin with their number. */
function pages(count: number): FakeMemory {
  const memory = new FakeMemory();
  for (let i = 0; i < count; i++) {
    memory.u64(memory.map(pageAt(i), PAGE), i);
  }
  return memory;
}

function pageAt(index: number): number {
  return BASE + index * 2 * PAGE;
}

/** @returns the number at an address as the snapshot has it, or -1. */
function valueAt(snapshot: Snapshot, address: number): number {
  const at = snapshot.locate(address, 8);
  return at < 0 ? -1 : snapshot.pointer(at);
}

/** @returns system calls of one pass that needs these addresses. */
function readsOfPass(
  memory: FakeMemory,
  snapshot: Snapshot,
  addresses: readonly number[],
): number {
  const before = memory.reads;
  assert.equal(snapshot.read(), SnapshotStatus.ok);
  for (const address of addresses) valueAt(snapshot, address);
  return memory.reads - before;
}

Deno.test("Snapshot.read() reads nothing as long as nothing was asked for", () => {
  const memory = pages(1);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  assert.equal(snapshot.read(), SnapshotStatus.ok);
  assert.equal(memory.reads, 0);
});

Deno.test("Snapshot.locate() reads an unknown address at once", () => {
  const memory = pages(3);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  snapshot.read();
  assert.equal(valueAt(snapshot, pageAt(2)), 2);
  assert.equal(memory.reads, 1);
  assert.equal(snapshot.reads, 1);
});

Deno.test("Snapshot makes one system call for each pass once it knows what is needed", () => {
  const memory = pages(40);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  const addresses = Array.from({ length: 40 }, (_, i) => pageAt(i));
  assert.equal(readsOfPass(memory, snapshot, addresses), 40);
  for (let pass = 0; pass < 300; pass++) {
    assert.equal(readsOfPass(memory, snapshot, addresses), 1);
  }
});

Deno.test("Snapshot holds what was there when it was taken", () => {
  const memory = pages(1);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  valueAt(snapshot, pageAt(0));
  snapshot.read();
  memory.u64(pageAt(0), 77);
  assert.equal(valueAt(snapshot, pageAt(0)), 0);
  snapshot.read();
  assert.equal(valueAt(snapshot, pageAt(0)), 77);
});

Deno.test("Snapshot.locate() finds fields within what it just read apart", () => {
  const memory = pages(1);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  snapshot.locate(pageAt(0), 256);
  memory.u64(pageAt(0) + 128, 5);
  assert.equal(valueAt(snapshot, pageAt(0) + 128), 0);
  assert.equal(memory.reads, 1);
});

Deno.test("Snapshot.locate() reads a region anew when more of it is needed", () => {
  const memory = pages(1);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  snapshot.locate(pageAt(0), 16);
  snapshot.read();
  memory.u64(pageAt(0) + 16, 9);
  const at = snapshot.locate(pageAt(0), 24);
  assert.equal(snapshot.pointer(at + 16), 9);
  assert.equal(readsOfPass(memory, snapshot, [pageAt(0) + 16]), 1);
});

Deno.test("Snapshot.locate() tells the window that an address is in", () => {
  const memory = pages(1);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  for (let pass = 0; pass < 2; pass++) {
    snapshot.read();
    snapshot.locate(pageAt(0), 256);
    const at = snapshot.locate(pageAt(0) + 64, 8);
    assert.equal(snapshot.windowAddress, pageAt(0));
    assert.equal(snapshot.windowSize, 256);
    assert.equal(snapshot.windowLocal, at - 64);
  }
});

Deno.test.each([
  ["that is not mapped", pageAt(1), 8],
  ["whose end is not mapped", pageAt(0) + PAGE - 8, 16],
  ["of nothing", pageAt(0), 0],
  ["of less than nothing", pageAt(0), -8],
  ["0", 0, 8],
  ["of all ones", 2 ** 64 - 1, 8],
  ["above 2^64", 2 ** 70, 8],
  ["larger than the snapshot may be", pageAt(0), MAX_SIZE + 8],
])("Snapshot.locate() gives -1 for an address %s", (_name, address, size) => {
  const snapshot = new Snapshot(pages(1), MAX_SIZE);
  assert.equal(snapshot.locate(address, size), -1);
  assert.equal(snapshot.read(), SnapshotStatus.ok);
  assert.equal(valueAt(snapshot, pageAt(0)), 0);
});

Deno.test("Snapshot.read() drops a region that vanished and still has the others", () => {
  const memory = pages(5);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  const addresses = Array.from({ length: 5 }, (_, i) => pageAt(i));
  readsOfPass(memory, snapshot, addresses);
  memory.unmap(pageAt(2));
  assert.equal(snapshot.read(), SnapshotStatus.ok);
  const values = addresses.map((address) => valueAt(snapshot, address));
  assert.deepEqual(values, [0, 1, -1, 3, 4]);
});

Deno.test("Snapshot.read() costs one more call when one region vanished", () => {
  const memory = pages(5);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  const addresses = Array.from({ length: 5 }, (_, i) => pageAt(i));
  readsOfPass(memory, snapshot, addresses);
  memory.unmap(pageAt(2));
  const others = addresses.filter((address) => address !== pageAt(2));
  assert.equal(readsOfPass(memory, snapshot, others), 2);
  assert.equal(readsOfPass(memory, snapshot, others), 1);
});

Deno.test("Snapshot.read() drops only what cannot be read of regions that are read as one", () => {
  const memory = new FakeMemory();
  for (const page of [0, 1, 2]) memory.map(BASE + page * PAGE, PAGE);
  const addresses = [BASE + PAGE - 64, BASE + PAGE + 8, BASE + 2 * PAGE - 64];
  const snapshot = new Snapshot(memory, MAX_SIZE);
  readsOfPass(memory, snapshot, addresses);
  memory.unmap(BASE + PAGE);
  memory.u64(addresses[0]!, 42);
  snapshot.read();
  const values = addresses.map((address) => valueAt(snapshot, address));
  assert.deepEqual(values, [42, -1, -1]);
});

Deno.test("Snapshot.read() survives any number of regions that vanish at once", () => {
  const memory = pages(200);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  const addresses = Array.from({ length: 200 }, (_, i) => pageAt(i));
  readsOfPass(memory, snapshot, addresses);
  for (let i = 0; i < 199; i++) memory.unmap(pageAt(i));
  assert.equal(snapshot.read(), SnapshotStatus.ok);
  assert.equal(valueAt(snapshot, pageAt(199)), 199);
  assert.equal(valueAt(snapshot, pageAt(0)), -1);
});

Deno.test.each([
  ["gone", ReadError.gone, SnapshotStatus.gone],
  ["denied", ReadError.denied, SnapshotStatus.denied],
])("Snapshot.read() tells that the process is %s", (_name, failure, status) => {
  const memory = pages(1);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  valueAt(snapshot, pageAt(0));
  memory.failure = failure;
  assert.equal(snapshot.read(), status);
});

Deno.test("Snapshot reads the whole process again after a time in which nothing could be read", () => {
  const memory = pages(2);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  const addresses = [pageAt(0), pageAt(1)];
  readsOfPass(memory, snapshot, addresses);
  memory.failure = ReadError.failed;
  snapshot.read();
  assert.equal(valueAt(snapshot, pageAt(1)), -1);
  memory.failure = null;
  readsOfPass(memory, snapshot, addresses);
  assert.equal(valueAt(snapshot, pageAt(1)), 1);
  assert.equal(readsOfPass(memory, snapshot, addresses), 1);
});

Deno.test("Snapshot hands thousands of regions over at once", () => {
  const memory = pages(3000);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  const addresses = Array.from({ length: 3000 }, (_, i) => pageAt(i));
  readsOfPass(memory, snapshot, addresses);
  assert.equal(readsOfPass(memory, snapshot, addresses), 1);
  assert.equal(memory.regionCounts.at(-1), 3000);
  assert.equal(valueAt(snapshot, pageAt(2999)), 2999);
});

Deno.test("Snapshot never holds more than it may", () => {
  const memory = pages(20);
  const snapshot = new Snapshot(memory, 10 * 1024);
  for (let pass = 0; pass < 3; pass++) {
    snapshot.read();
    const values = Array.from({ length: 20 }, (_, i) => {
      const at = snapshot.locate(pageAt(i), 1024);
      return at < 0 ? -1 : snapshot.pointer(at);
    });
    assert.deepEqual(values.slice(0, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(new Set(values.slice(10)), new Set([-1]));
  }
});

Deno.test("Snapshot keeps what it has when it grows", () => {
  const memory = new FakeMemory();
  memory.u64(memory.map(BASE, PAGE), 11);
  memory.map(BASE + 0x100000, 600 * 1024);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  const at = snapshot.locate(BASE, 8);
  snapshot.locate(BASE + 0x100000, 600 * 1024);
  assert.equal(snapshot.pointer(at), 11);
});

Deno.test("Snapshot shrinks to what is needed", () => {
  const memory = pages(1);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  snapshot.locate(pageAt(0), PAGE);
  for (let pass = 0; pass < 300; pass++) {
    snapshot.read();
    snapshot.locate(pageAt(0), 64);
  }
  assert.equal(snapshot.windowSize, 64);
});

Deno.test("Snapshot.u8(), u32() and pointer() read little-endian fields", () => {
  const memory = new FakeMemory();
  memory.map(BASE, PAGE);
  memory.u64(BASE, 0x7fff_89ab_cdef);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  const at = snapshot.locate(BASE, 8);
  assert.equal(snapshot.u8(at), 0xef);
  assert.equal(snapshot.u32(at), 0x89ab_cdef);
  assert.equal(snapshot.pointer(at), 0x7fff_89ab_cdef);
});

Deno.test("Snapshot agrees with the memory, whatever is mapped, changed, unmapped and asked for", () => {
  const action = fc.oneof(
    fc.record({
      kind: fc.constant("locate"),
      page: fc.nat(15),
      word: fc.nat(511),
    }),
    fc.record({
      kind: fc.constant("write"),
      page: fc.nat(15),
      word: fc.nat(511),
    }),
    fc.record({ kind: fc.constant("flip"), page: fc.nat(15), word: fc.nat(0) }),
  );
  const passes = fc.array(fc.array(action, { maxLength: 20 }), {
    maxLength: 12,
  });
  fc.assert(fc.property(passes, (plan) => {
    const memory = new FakeMemory();
    const mapped = new Set<number>();
    const snapshot = new Snapshot(memory, 256 * 1024);
    let value = 0;
    for (const actions of plan) {
      for (const { kind, page, word } of actions) {
        const address = BASE + page * PAGE;
        if (kind === "flip" && mapped.delete(page)) memory.unmap(address);
        else if (kind === "flip") mapped.add(page) && memory.map(address, PAGE);
        else if (kind === "write" && mapped.has(page)) {
          memory.u64(address + word * 8, ++value);
        }
      }
      assert.equal(snapshot.read(), SnapshotStatus.ok);
      for (const { kind, page, word } of actions) {
        if (kind !== "locate") continue;
        const address = BASE + page * PAGE + word * 8;
        const expected = mapped.has(page) ? memory.pointer(address) : -1;
        assert.equal(valueAt(snapshot, address), expected);
      }
    }
  }));
});

Deno.test("Snapshot.unchangedSize() compares with the copy before", () => {
  const memory = pages(2);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  for (let pass = 0; pass < 3; pass++) {
    snapshot.read();
    snapshot.locate(pageAt(0), 64);
    snapshot.locate(pageAt(1), 64);
  }
  const [a, b] = [0, 1].map((i) => snapshot.locate(pageAt(i), 64));
  assert.equal(snapshot.unchangedSize(a!, a!, 64), 64);
  memory.u8(pageAt(0) + 40, 1);
  snapshot.read();
  assert.equal(snapshot.unchangedSize(a!, a!, 64), 40);
  assert.equal(snapshot.unchangedSize(a! + 48, a! + 48, 16), 16);
  assert.equal(snapshot.unchangedSize(b!, b!, 64), 64);
  snapshot.read();
  assert.equal(snapshot.unchangedSize(a!, a!, 64), 64);
});

Deno.test("Snapshot.unchangedSize() compares with what the copy before had elsewhere", () => {
  const memory = pages(3);
  const snapshot = new Snapshot(memory, MAX_SIZE);
  memory.u64(pageAt(1) + 40, 1);
  snapshot.read();
  const apart = snapshot.locate(pageAt(1), 64);
  snapshot.locate(pageAt(0), 64);
  memory.u64(pageAt(1) + 40, 2);
  snapshot.read();
  const at = snapshot.locate(pageAt(1), 64);
  assert.notEqual(at, apart);
  assert.equal(snapshot.unchangedSize(at, apart, 64), 40);
});

Deno.test("Snapshot.unchangedSize() compares nothing outside of the copies", () => {
  const snapshot = new Snapshot(pages(1), MAX_SIZE, { size: 1024 });
  assert.equal(snapshot.unchangedSize(1024 - 8, 0, 16), 0);
  assert.equal(snapshot.unchangedSize(0, 1024 - 8, 16), 0);
});

Deno.test("Snapshot keeps two copies apart when they grow", () => {
  const memory = new FakeMemory();
  memory.map(BASE, 1 << 20);
  const snapshot = new Snapshot(memory, 1 << 22);
  for (let size = 1 << 12; size <= 1 << 20; size *= 2) {
    memory.u64(BASE + size - 8, size);
    for (let pass = 0; pass < 3; pass++) {
      snapshot.read();
      const at = snapshot.locate(BASE, size);
      assert.equal(snapshot.pointer(at + size - 8), size);
    }
  }
});
