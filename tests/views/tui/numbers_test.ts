import assert from "node:assert/strict";
import fc from "fast-check";
import { graphOf } from "../../../src/views/tui/history.ts";
import {
  clock,
  percent,
  shortBytes,
  shortCount,
  shortTime,
} from "../../../src/views/tui/numbers.ts";

Deno.test.each([
  [0, "0us"],
  [999, "999us"],
  [999.6, "1.00ms"],
  [12_345, "12.3ms"],
  [999_400, "999ms"],
  [999_600, "1.00s"],
  [99_940_000, "99.9s"],
  [99_960_000, "1:40"],
  [3_600_000_000, "1:00:00"],
  [86_400_000_000, "24h00m"],
])("shortTime(%d) is %s", (us, text) => {
  assert.equal(shortTime(us), text);
});

Deno.test.each([
  [0, "0B"],
  [1_023, "1.00kB"],
  [999, "999B"],
  [5 * 1024 ** 2, "5.00MB"],
  [123.4 * 1024 ** 3, "123GB"],
])("shortBytes(%d) is %s", (bytes, text) => {
  assert.equal(shortBytes(bytes), text);
});

Deno.test.each([
  [9_999, "9999"],
  [12_345, "12.3k"],
  [999_600, "1.00M"],
  [1_234_000_000, "1.23G"],
])("shortCount(%d) is %s", (count, text) => {
  assert.equal(shortCount(count), text);
});

Deno.test("amounts fit their columns", () => {
  const amount = fc.double({ min: 0, max: 1e16, noNaN: true });
  fc.assert(
    fc.property(amount, (amount) => {
      assert.ok(shortTime(amount).length <= 7, shortTime(amount));
      assert.ok(shortBytes(amount).length <= 6, shortBytes(amount));
    }),
  );
  assert.equal(percent(1), "100");
  assert.equal(percent(0.9994), "99.9");
  assert.equal(clock(3_723.9), "1:02:03");
});

Deno.test("graphOf() shows the newest values to the right", () => {
  assert.equal(graphOf([0, 0.5, 1], 5, 1), "  ▁▄█");
  assert.equal(graphOf([1, 2, 3, 4], 2, 0), "▆█");
  assert.equal(graphOf([0.2], 1, 1), "▂");
  assert.equal(graphOf([], 3, 1), "   ");
  assert.equal(graphOf([1], -4, 1), "");
});
