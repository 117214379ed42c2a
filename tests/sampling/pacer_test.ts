import assert from "node:assert/strict";
import fc from "fast-check";
import { Pacer } from "../../src/sampling/pacer.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("Pacer.wait() sleeps until one interval after another", () => {
  const clock = new FakeClock(1000);
  const pacer = new Pacer(clock, 100, clock.now());
  for (const deadline of [1100, 1200, 1300]) {
    assert.equal(pacer.wait(clock.now()), deadline);
  }
  assert.deepEqual(clock.deadlines, [1100, 1200, 1300]);
});

Deno.test("Pacer.wait() makes up for late wake-ups and for the time that work takes", () => {
  const clock = new FakeClock();
  clock.latenessUs = 7;
  const pacer = new Pacer(clock, 100, 0);
  for (const deadline of [100, 200, 300]) {
    assert.equal(pacer.wait(clock.now()), deadline + 7);
    clock.nowUs += 50;
  }
});

Deno.test("Pacer.wait() skips deadlines that were missed and keeps to the others", () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock, 100, 0);
  clock.nowUs = 350;
  assert.equal(pacer.wait(350), 350);
  assert.deepEqual(clock.deadlines, []);
  clock.nowUs = 360;
  assert.equal(pacer.wait(360), 400);
  assert.deepEqual(clock.deadlines, [400]);
});

Deno.test("Pacer.wait() goes on at once when it is exactly time", () => {
  const clock = new FakeClock(100);
  const pacer = new Pacer(clock, 100, 0);
  assert.equal(pacer.wait(100), 100);
  assert.equal(pacer.wait(100), 200);
});

Deno.test("Pacer.wait() never sleeps without an interval", () => {
  const clock = new FakeClock(100);
  const pacer = new Pacer(clock, 0, 100);
  assert.equal(pacer.wait(123), 123);
  assert.deepEqual(clock.deadlines, []);
});

Deno.test("Pacer.wait() takes no more samples than there are intervals, and none twice", () => {
  const interval = fc.integer({ min: 1, max: 1000 });
  const work = fc.array(fc.nat(3000), { minLength: 1, maxLength: 100 });
  fc.assert(fc.property(interval, work, (intervalUs, work) => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock, intervalUs, 0);
    const slots = new Set<number>();
    for (const workUs of work) {
      clock.nowUs += workUs;
      const wokeUs = pacer.wait(clock.now());
      assert.equal(wokeUs, clock.nowUs);
      const slot = Math.floor(wokeUs / intervalUs);
      assert.ok(!slots.has(slot), `two samples in slot ${slot}`);
      slots.add(slot);
    }
  }));
});

Deno.test("Pacer.wait() sleeps no longer than to the end", () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock, 100, 0, 250);
  const woken = [1, 2, 3].map(() => pacer.wait(clock.now()));
  assert.deepEqual(woken, [100, 200, 250]);
});
