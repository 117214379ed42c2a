import assert from "node:assert/strict";
import { CodeWatch } from "../../src/python/code_watch.ts";

const INTERPRETER = 0x7000_1000;

/** When a program that has freed nothing since the start counts as calm. */
const CALM_US = 1_000_000;

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
  const watch = new CodeWatch(null);
  stamps(watch, [0]);
  const [a, b, c] = stamps(watch, [CALM_US, CALM_US + 9_900, CALM_US + 10_000]);
  assert.deepEqual(a, b);
  assert.equal(a![0], a![1]);
  assert.notEqual(b![0], c![0]);
});

Deno.test("CodeWatch wants a proof for each snapshot for a second after a change", () => {
  const watch = new CodeWatch(null);
  for (const from of [100, 5_000_000]) {
    watch.begin(from);
    watch.noteChange();
    const [a, b] = stamps(watch, [from + 100, from + 999_900]);
    assert.equal(watch.isChurning, true);
    assert.equal(new Set([...a!, ...b!]).size, 4);
    const [c] = stamps(watch, [from + 1_000_100]);
    assert.equal(watch.isChurning, false);
    assert.equal(c![0], c![1]);
  }
});

Deno.test("CodeWatch wants a proof for each snapshot of a program that it does not know", () => {
  const [a, b, c] = stamps(new CodeWatch(null), [0, 99_900, 100_000]);
  assert.equal(new Set([...a!, ...b!]).size, 4);
  assert.equal(c![0], c![1]);
});

Deno.test("CodeWatch wants a proof when an interpreter has freed a code object, and only then", () => {
  const watch = new CodeWatch(() => 0);
  const see = (generation: number, nowUs: number) => {
    watch.begin(nowUs);
    watch.see(INTERPRETER, generation);
    return [watch.stamp, watch.isChurning] as const;
  };
  const first = see(5, 0);
  assert.equal(first[1], true);
  assert.deepEqual(see(5, CALM_US), [first[0], false]);
  const second = see(6, CALM_US + 100);
  assert.notEqual(second[0], first[0]);
  assert.equal(second[1], true);
  assert.deepEqual(see(6, CALM_US + 200), second);
  assert.deepEqual(see(6, 3 * CALM_US), [second[0], false]);
});

Deno.test("CodeWatch keeps the counts of interpreters apart", () => {
  const watch = new CodeWatch(() => 0);
  watch.begin(0);
  watch.see(INTERPRETER, 1);
  const { stamp } = watch;
  watch.see(INTERPRETER + 0x10_0000, 1);
  assert.notEqual(watch.stamp, stamp);
  watch.begin(CALM_US);
  watch.see(INTERPRETER, 1);
  assert.equal(watch.isChurning, false);
  assert.equal(watch.stamp, stamp);
});

Deno.test("CodeWatch.wentOn() tells whether code objects went since the snapshot, where they come and go", () => {
  let count = 7;
  let reads = 0;
  const watch = new CodeWatch(() => {
    reads++;
    return count;
  });
  watch.begin(0);
  watch.see(INTERPRETER, 7);
  const { stamp } = watch;
  assert.equal(watch.wentOn(), false);
  assert.equal(watch.isUnsure, false);
  assert.equal(watch.stamp, stamp);
  count = 8;
  assert.equal(watch.wentOn(), true);
  assert.equal(watch.isUnsure, true);
  assert.notEqual(watch.stamp, stamp);
  assert.equal(reads, 2);
  watch.begin(CALM_US);
  watch.see(INTERPRETER, 7);
  assert.equal(watch.wentOn(), false);
  assert.equal(reads, 2);
});

Deno.test("CodeWatch.wentOn() has nothing to look at where nothing is counted", () => {
  const watch = new CodeWatch(null);
  for (const nowUs of [0, CALM_US]) {
    watch.begin(nowUs);
    watch.see(INTERPRETER, 0);
    assert.equal(watch.wentOn(), false);
    assert.equal(watch.isUnsure, nowUs === 0);
  }
});
