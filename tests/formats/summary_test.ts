import assert from "node:assert/strict";
import { readWhole } from "../../src/formats/read_whole.ts";
import { createSummary } from "../../src/formats/summary.ts";
import { SAMPLES } from "../support/formats.ts";
import { lineFrame, plainSample, writeProfile } from "../support/profile.ts";

function summary(...args: Parameters<typeof writeProfile>): string {
  return new TextDecoder().decode(writeProfile(...args));
}

Deno.test("createSummary() shows own and total of functions and lines, for each metric", async (t) => {
  const options = { format: createSummary, metrics: "full" } as const;
  await t.assertSnapshot(summary(SAMPLES, options));
});

Deno.test("createSummary() shows changes since a base, the largest first", async (t) => {
  const bytes = writeProfile(SAMPLES.slice(0, 3), {
    format: "mojo",
    metrics: "time",
  });
  const base = await readWhole([bytes], "base.mojo");
  const options = { base, top: 3 };
  await t.assertSnapshot(
    summary(SAMPLES, { format: createSummary, metrics: "time", options }),
  );
});

Deno.test("createSummary() lets no control character through", () => {
  const frames = [lineFrame("a\u001b[31m.py", "f\ng", 1)];
  const text = summary([plainSample({ frames, timeUs: 1 })], {
    format: createSummary,
    metrics: "time",
    options: { title: "t\u009b" },
  });
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  assert.match(text, /f\\x0ag \(a\\x1b\[31m\.py\)/);
});
