import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../src/errors.ts";
import type { CreateSink } from "../../src/formats/format.ts";
import { SelectSink } from "../../src/formats/select_sink.ts";
import { parseSelection } from "../../src/formats/selection.ts";
import { CollapsedSink } from "../../src/output/collapsed.ts";
import { SAMPLES } from "../support/formats.ts";
import { readPlain, writeProfile } from "../support/profile.ts";

/** @returns the indexes of the samples that are left. */
function selected(...words: string[]): number[] {
  const selections = words.map((word) => parseSelection(word)!);
  const format: CreateSink = (writer, frames, options) =>
    new SelectSink(
      new CollapsedSink(writer, frames, options),
      frames,
      selections,
      options.metrics,
    );
  // The times tell the samples apart.
  const samples = SAMPLES.map((sample, i) => ({
    ...sample,
    threadName: sample.tid === 2 ? "worker" : "",
    memoryBytes: i,
  }));
  const bytes = writeProfile(samples, { format, metrics: "full" });
  return readPlain(bytes).samples.map(({ memoryBytes }) => memoryBytes);
}

Deno.test.each(
  [
    [[], [0, 1, 2, 3, 4, 5, 6]],
    [["process=1"], [0, 1, 2, 3, 4, 5]],
    [["process=7", "process=1"], [0, 1, 2, 3, 4, 5, 6]],
    [["process=2"], []],
    [["thread=2"], [1, 3, 5]],
    [["thread=worker"], [1, 3, 5]],
    [["thread=1:7"], [6]],
    [["thread=0:7"], []],
    [["function=Job.*"], [0, 2, 3, 4, 5]],
    [["function=<mod?le>"], [0, 1, 2, 3, 4]],
    [["function=Job.wor"], []],
    [["file=*wörk.py"], [0, 2, 3, 4, 5]],
    [["file=*main.py", "function=Job.work"], [0, 2, 3, 4]],
    // Passes end at 100, 210, 330; the child begins with the last one.
    [["time=..100us"], [0, 1]],
    [["time=100us..210us"], [2, 3]],
    [["time=0.21ms.."], [4, 5, 6]],
    [["time=..100us", "time=210us..0.33ms"], [0, 1, 4, 5]],
  ] as const,
)("--select %j leaves the samples %j", (words, expected) => {
  assert.deepEqual(selected(...words), expected);
});

Deno.test.each([
  ["process"],
  ["process="],
  ["process=x"],
  ["pid=1"],
  ["time=1"],
  ["time=2..1"],
  ["time=1m..2m"],
  ["time=-1..2"],
  ["=1"],
])("parseSelection() refuses %s", (word) => {
  assert.equal(parseSelection(word), null);
});

Deno.test("parseSelection() takes any pattern, and compares it quickly", () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), (text) => {
    const selection = parseSelection(`function=${text}`);
    assert.ok(selection !== null && "pattern" in selection);
    assert.ok(selection.pattern.test(text));
  }));
});

Deno.test("SelectSink does not select by times that there are not", () => {
  const selections = [parseSelection("time=1..2")!];
  const format: CreateSink = (writer, frames, options) =>
    new SelectSink(
      new CollapsedSink(writer, frames, options),
      frames,
      selections,
      options.metrics,
    );
  assert.throws(
    () => writeProfile(SAMPLES, { format, metrics: "memory" }),
    UsageError,
  );
});
