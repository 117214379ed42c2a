import assert from "node:assert/strict";
import { LineTail } from "../../src/views/line_tail.ts";

Deno.test("LineTail puts lines together from pieces", () => {
  const tail = new LineTail();
  for (const text of ["one\r\ntw", "o\n", "\nthr", "ee"]) tail.add(text);
  assert.deepEqual(tail.lines, ["one", "two", "", "three"]);
  assert.equal(tail.count, 4);
});

Deno.test("LineTail keeps the last lines only, and long ones not whole", () => {
  const tail = new LineTail();
  for (let i = 0; i < 2_000; i++) tail.add(`${i}\n${"x".repeat(5_000)}`);
  assert.equal(tail.count, 2_001);
  assert.ok(tail.lines.length <= 501);
  assert.ok(tail.lines.every((line) => line.length <= 2_004));
});
