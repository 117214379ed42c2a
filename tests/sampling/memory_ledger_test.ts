import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryLedger } from "../../src/sampling/memory_ledger.ts";

/** A ledger over memory of which a test sets the size. */
function ledger(bytes: number) {
  const memory = { bytes, isOpen: true };
  const resident = {
    read: () => memory.bytes,
    close: () => void (memory.isOpen = false),
  };
  return { memory, ledger: new MemoryLedger(resident) };
}

Deno.test("MemoryLedger.take() gives the change to who holds the lock, once", () => {
  const { memory, ledger: of } = ledger(1000);
  memory.bytes = 1500;
  of.begin();
  assert.equal(of.take(false), 0);
  assert.equal(of.take(true), 500);
  assert.equal(of.take(true), 0);
  memory.bytes = 1200;
  of.begin();
  assert.equal(of.take(true), -300);
});

Deno.test("MemoryLedger.take() gives what nobody took to the first thread of the next pass", () => {
  const { memory, ledger: of } = ledger(0);
  memory.bytes = 64;
  of.begin();
  assert.equal(of.take(false), 0);
  memory.bytes = 96;
  of.begin();
  assert.equal(of.take(false), 96);
  assert.equal(of.take(true), 0);
});

Deno.test("MemoryLedger gives out all that the process gained or lost", () => {
  const pass = fc.record({
    bytes: fc.nat(1e12),
    threads: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  });
  fc.assert(fc.property(fc.nat(1e12), fc.array(pass), (start, passes) => {
    const { memory, ledger: of } = ledger(start);
    let taken = 0;
    const last = { bytes: passes.at(-1)?.bytes ?? start, threads: [true] };
    for (const { bytes, threads } of [...passes, last]) {
      memory.bytes = bytes;
      of.begin();
      for (const isHolder of threads) taken += of.take(isHolder);
    }
    assert.equal(taken, memory.bytes - start);
  }));
});

Deno.test("MemoryLedger closes what it reads from", () => {
  const { memory, ledger: of } = ledger(1);
  of.close();
  assert.equal(memory.isOpen, false);
});
