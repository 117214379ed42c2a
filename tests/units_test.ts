import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatDuration,
  formatInterval,
  formatPercentage,
  MAX_DURATION_US,
  MAX_PID,
  parseInterval,
  parsePid,
  parseSeconds,
  parseTimeout,
} from "../src/units.ts";

Deno.test.each([
  ["0", 0],
  ["100", 100],
  ["100us", 100],
  ["10ms", 10_000],
  ["2s", 2_000_000],
  ["+5", 5],
  [" 5", 5],
  ["007", 7],
  ["9007199254740991", MAX_DURATION_US],
  ["9007199254s", 9_007_199_254_000_000],
])("parseInterval(%j) is %d µs", (text, intervalUs) => {
  assert.equal(parseInterval(text), intervalUs);
});

Deno.test.each([
  [""],
  [" "],
  ["us"],
  ["10ns"],
  ["1m"],
  ["10sx"],
  ["abc"],
  ["-5"],
  ["-0"],
  ["+-5"],
  ["1 ms"],
  ["1ms "],
  ["1MS"],
  ["1.5ms"],
  ["1e3"],
  ["0x10"],
  ["1constructor"],
  ["٣"],
  ["9007199254740992"],
  ["9007199255s"],
  ["99999999999999999999"],
  ["9".repeat(400)],
])("parseInterval(%j) is none", (text) => {
  assert.equal(parseInterval(text), null);
});

Deno.test.each([
  ["0", 0],
  ["1000", 1_000],
  ["10ms", 10],
  ["10s", 10_000],
])("parseTimeout(%j) is %d ms", (text, timeoutMs) => {
  assert.equal(parseTimeout(text), timeoutMs);
});

Deno.test.each([[""], ["10us"], ["1m"], ["-1"], ["9007199254741s"]])(
  "parseTimeout(%j) is none",
  (text) => {
    assert.equal(parseTimeout(text), null);
  },
);

Deno.test.each([["0", 0], ["30", 30], ["9007199254", 9_007_199_254]])(
  "parseSeconds(%j) is %d",
  (text, seconds) => {
    assert.equal(parseSeconds(text), seconds);
  },
);

Deno.test.each([[""], ["1s"], ["-1"], ["abc"], ["9007199255"]])(
  "parseSeconds(%j) is none",
  (text) => {
    assert.equal(parseSeconds(text), null);
  },
);

Deno.test.each([["1", 1], ["2147483647", MAX_PID]])(
  "parsePid(%j) is %d",
  (text, pid) => {
    assert.equal(parsePid(text), pid);
  },
);

Deno.test.each([[""], ["0"], ["-1"], ["12x"], ["1s"], ["2147483648"]])(
  "parsePid(%j) is none",
  (text) => {
    assert.equal(parsePid(text), null);
  },
);

Deno.test.each([
  [0, "0us"],
  [100, "100us"],
  [1_500, "1500us"],
  [10_000, "10ms"],
  [1_000_000, "1s"],
  [1_500_000, "1500ms"],
])("formatInterval(%d) is %j", (intervalUs, text) => {
  assert.equal(formatInterval(intervalUs), text);
});

Deno.test("formatInterval() is read back by parseInterval()", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (intervalUs) => {
    assert.equal(parseInterval(formatInterval(intervalUs)), intervalUs);
  }));
});

Deno.test("every parser gives a safe whole number or null for any text", () => {
  const almostNumber = fc.stringMatching(/^[ +-]?[0-9]{0,25}[a-z.]{0,3}$/);
  const parsers = [parseInterval, parseTimeout, parseSeconds, parsePid];
  fc.assert(fc.property(fc.oneof(fc.string(), almostNumber), (text) => {
    for (const parse of parsers) {
      const value = parse(text);
      assert.ok(value === null || (Number.isSafeInteger(value) && value >= 0));
    }
  }));
});

Deno.test.each([
  [0, "0.00 s"],
  [312_000, "0.31 s"],
  [61_000_000, "61.00 s"],
])("formatDuration(%d) is %j", (durationUs, text) => {
  assert.equal(formatDuration(durationUs), text);
});

Deno.test.each([
  [1, 15, "6.67 %"],
  [15, 15, "100.00 %"],
  [0, 0, "0.00 %"],
])("formatPercentage(%d, %d) is %j", (part, whole, text) => {
  assert.equal(formatPercentage(part, whole), text);
});
