import assert from "node:assert/strict";
import type { Metrics } from "../../src/events/sample.ts";
import { lineFrame, plainSample, writeProfile } from "../support/profile.ts";

const fields = {
  pid: 7,
  iid: 1,
  tid: 42,
  frames: [lineFrame("a.py", "<module>", 9), lineFrame("b.py", "B.f", 3)],
  timeUs: 120,
  memoryBytes: -4096,
};
const stack = "P7;T1:42;a.py:<module>:9;b.py:B.f:3";

Deno.test("CollapsedSink writes the time", () => {
  assert.equal(lines([plainSample(fields)], "time"), `${stack} 120\n`);
});

Deno.test("CollapsedSink writes the memory with its sign", () => {
  assert.equal(lines([plainSample(fields)], "memory"), `${stack} -4096\n`);
});

Deno.test("CollapsedSink writes time, idle and memory in full mode", () => {
  const samples = [
    plainSample(fields),
    plainSample({ ...fields, isIdle: true }),
  ];
  assert.equal(
    lines(samples, "full"),
    `${stack} 120,0,-4096\n${stack} 120,1,-4096\n`,
  );
});

Deno.test("CollapsedSink writes GC after the leaf, and only where it is", () => {
  const samples = [
    plainSample({ ...fields, isCollecting: true }),
    plainSample(fields),
    plainSample({ ...fields, frames: [], isCollecting: true }),
  ];
  assert.equal(
    lines(samples, "time"),
    `${stack};:GC: 120\n${stack} 120\nP7;T1:42;:GC: 120\n`,
  );
});

Deno.test("CollapsedSink writes INVALID before the frames", () => {
  const samples = [
    plainSample({ ...fields, isInvalid: true, isCollecting: true }),
    plainSample(fields),
  ];
  assert.equal(
    lines(samples, "time"),
    `P7;T1:42;:INVALID:;a.py:<module>:9;b.py:B.f:3;:GC: 120\n${stack} 120\n`,
  );
});

/** @returns the lines of the samples. */
function lines(
  samples: Parameters<typeof writeProfile>[0],
  metrics: Metrics,
): string {
  const bytes = writeProfile(samples, {
    format: "collapsed",
    metrics,
    head: [],
  });
  const text = new TextDecoder().decode(bytes);
  assert.ok(text.startsWith("\n") && text.endsWith("\n\n"));
  return text.slice(1, -2);
}
