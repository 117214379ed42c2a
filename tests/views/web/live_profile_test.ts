import assert from "node:assert/strict";
import { RecordedSample } from "../../../src/formats/profile_events.ts";
import { LiveProfile } from "../../../src/views/web/live_profile.ts";
import { lineFrame } from "../../support/profile.ts";

/** A program that never does the same twice: stacks of four functions, out of many. */
function feed(profile: LiveProfile, samples: number): void {
  const sample = new RecordedSample();
  const ids = Array.from(
    { length: 400 },
    (_, i) => profile.index.idOf(lineFrame("churn.py", `f${i}`, i)),
  );
  let state = 1;
  for (let i = 0; i < samples; i++) {
    const stack = Array.from({ length: 4 }, () => {
      state = Math.imul(state, 48_271) & 0x7fffffff;
      return ids[state % ids.length]!;
    });
    sample.setFrames(stack);
    sample.pid = sample.tid = 1;
    sample.timeUs = 100;
    profile.take({ kind: "sample", sample });
  }
}

Deno.test("LiveProfile stays within its bound, and says what was merged", () => {
  const profile = new LiveProfile("churn.py", 10_000);
  profile.take({ kind: "metadata", key: "mode", value: "wall" });
  feed(profile, 60_000);
  assert.ok(profile.samples.tree.size <= 10_000 + 10);
  const { own, dropped, samples, title, facts } = profile.document();
  assert.deepEqual([title, samples], ["churn.py", 60_000]);
  assert.deepEqual(facts, [["Mode", "wall"]]);
  assert.ok(dropped > 10_000);
  assert.equal(own[0]!.reduce((sum, weight) => sum + weight), 60_000 * 100);
});

Deno.test("LiveProfile has another version after each event", () => {
  const profile = new LiveProfile("a.py");
  const versions = [profile.version];
  profile.take({ kind: "metadata", key: "mode", value: "full" });
  versions.push(profile.version);
  feed(profile, 1);
  versions.push(profile.version);
  assert.equal(new Set(versions).size, 3);
});
