import assert from "node:assert/strict";
import { documentOf } from "../../support/flame_profile.ts";
import { lineFrame, plainSample } from "../../support/profile.ts";

Deno.test("buildDocument() makes one frame of those that differ in columns", () => {
  const frame = lineFrame("a.py", "f", 3);
  const samples = [1, 2].map((column) =>
    plainSample({ frames: [{ ...frame, column, endLine: 3 }], timeUs: 4 })
  );
  const { frames, names, own } = documentOf(samples);
  assert.deepEqual(frames, [0, 1, 3]);
  assert.deepEqual(names, ["a.py", "f"]);
  assert.deepEqual(own[0], [0, 0, 0, 8]);
});

Deno.test("buildDocument() makes one function of machine code at several addresses", () => {
  const samples = ["native@7f01", "native@7f02"].map((file, i) =>
    plainSample({ frames: [lineFrame(file, "memcpy", i)], timeUs: 4 })
  );
  const { frames, names } = documentOf(samples);
  assert.deepEqual(frames, [0, 1, 0, 0, 1, 1]);
  assert.deepEqual(names, ["native", "memcpy"]);
});

Deno.test("buildDocument() says how many nodes it merged", () => {
  const samples = Array.from(
    { length: 1_000 },
    (_, i) =>
      plainSample({ frames: [lineFrame("a.py", `f${i}`, 1)], timeUs: 1 + i }),
  );
  const { parents, dropped, names } = documentOf(samples, { limit: 100 });
  // All, process, thread and what was merged are nodes too.
  assert.equal(dropped, 1_003 - 100);
  assert.equal(parents.length, 101);
  assert.equal(names.length, 1 + 97);
});

Deno.test("buildDocument() makes names visible", () => {
  const frames = [lineFrame("\u202egnp.py", "f\x1b[2J", 1)];
  const { names, title } = documentOf([plainSample({ frames, timeUs: 1 })], {
    title: "py\n\u2066",
  });
  assert.deepEqual(names, ["\\u202egnp.py", "f\\x1b[2J"]);
  assert.equal(title, "py\\x0a\\u2066");
});

Deno.test("buildDocument() of nothing is a document", () => {
  const { parents, samples, dropped } = documentOf([]);
  assert.deepEqual([parents, samples, dropped], [[-1], 0, 0]);
});
