import assert from "node:assert/strict";
import { CodeWatch } from "../../src/python/code_watch.ts";

const INTERPRETER = 0x7000_1000;

/** @returns the stamps of one pass after the other, each with two snapshots. */
function stamps(watch: CodeWatch, timesUs: readonly number[]): number[][] {
  return timesUs.map((nowUs) => {
    watch.begin(nowUs);
    return [0, 0].map((generation) => {
      watch.see(INTERPRETER, generation);
      return watch.stamp;
    });
  });
}

Deno.test("CodeWatch lets a proof hold for 10 ms while nothing changes", () => {
  const [a, b, c] = stamps(new CodeWatch(false), [0, 9_900, 10_000]);
  assert.deepEqual(a, b);
  assert.equal(a![0], a![1]);
  assert.notEqual(b![0], c![0]);
});

Deno.test("CodeWatch wants a proof for each snapshot for a second after a change", () => {
  const watch = new CodeWatch(false);
  stamps(watch, [0]);
  watch.noteChange();
  assert.equal(watch.isChurning, true);
  const [a, b] = stamps(watch, [100, 999_900]);
  assert.equal(new Set([...a!, ...b!]).size, 4);
  const [c] = stamps(watch, [1_000_100]);
  assert.equal(watch.isChurning, false);
  assert.equal(c![0], c![1]);
});

Deno.test("CodeWatch wants a proof when an interpreter has freed a code object, and only then", () => {
  const watch = new CodeWatch(true);
  const see = (generation: number, nowUs: number) => {
    watch.begin(nowUs);
    watch.see(INTERPRETER, generation);
    return [watch.stamp, watch.isChurning] as const;
  };
  const first = see(5, 0);
  assert.equal(first[1], false);
  assert.deepEqual(see(5, 20_000), first);
  const second = see(6, 20_100);
  assert.notEqual(second[0], first[0]);
  assert.equal(second[1], true);
  assert.deepEqual(see(6, 20_200), second);
  assert.deepEqual(see(6, 2_000_000), [second[0], false]);
});

Deno.test("CodeWatch keeps the counts of interpreters apart", () => {
  const watch = new CodeWatch(true);
  watch.begin(0);
  watch.see(INTERPRETER, 1);
  watch.see(INTERPRETER + 0x10_0000, 9);
  watch.begin(100);
  watch.see(INTERPRETER, 1);
  assert.equal(watch.isChurning, false);
});
