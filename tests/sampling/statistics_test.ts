import assert from "node:assert/strict";
import { Statistics } from "../../src/sampling/statistics.ts";

Deno.test("Statistics counts stacks and errors of all processes", () => {
  const statistics = new Statistics(100);
  statistics.addStacks(3, 1);
  statistics.addStacks(2, 2);
  statistics.endPass(10);
  statistics.addStacks(1, 0);
  statistics.endPass(20);
  assert.equal(statistics.samples, 6);
  assert.equal(statistics.errors, 3);
});

Deno.test("Statistics.passTimesUs() weighs passes by their stacks", () => {
  const statistics = new Statistics(100);
  statistics.addStacks(3, 0);
  statistics.endPass(10.4);
  statistics.addStacks(1, 0);
  statistics.endPass(50);
  const times = statistics.passTimesUs();
  assert.deepEqual(times, { min: 10, average: 20, max: 50 });
});

Deno.test("Statistics.passTimesUs() knows nothing without stacks", () => {
  const statistics = new Statistics(100);
  assert.deepEqual(statistics.passTimesUs(), { min: 0, average: 0, max: 0 });
  statistics.addStacks(0, 1);
  statistics.endPass(10);
  assert.deepEqual(statistics.passTimesUs(), { min: 0, average: 0, max: 0 });
  assert.equal(statistics.errors, 1);
});

Deno.test("Statistics counts the stacks of passes that were longer than the interval", () => {
  const statistics = new Statistics(100);
  for (const passUs of [99, 100, 101]) {
    statistics.addStacks(2, 0);
    statistics.endPass(passUs);
  }
  assert.equal(statistics.longSamples, 2);
});
