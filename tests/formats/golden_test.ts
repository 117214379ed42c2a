/** What Austin 3.7.0 has written (`tests/golden/record_austin_3_7.ts`), as we read it. */

import assert from "node:assert/strict";
import { metricsOfMode } from "../../src/formats/profile_events.ts";
import {
  type PlainProfile,
  readPlain,
  writeProfile,
} from "../support/profile.ts";

const GOLDEN = `${import.meta.dirname}/../golden`;

for (const mode of ["wall", "cpu", "memory", "full", "children"]) {
  for (const ending of ["txt", "mojo"]) {
    const name = `austin_3_7_${mode}.${ending}`;

    Deno.test(`readProfile() reads ${name} whole`, async () => {
      const { error, metadata, samples } = await read(name);
      const facts = new Map(metadata);
      assert.equal(error, null);
      assert.equal(facts.get("austin"), "3.7.0");
      assert.equal(facts.get("mode"), mode === "children" ? "wall" : mode);
      assert.equal(facts.get("errors"), `0/${samples.length}`);
      const scopes = samples.flatMap(({ frames }) =>
        frames.map(({ scope }) => scope)
      );
      assert.ok(scopes.includes("allocate") && scopes.includes("spin"));
      assert.ok(samples.some(({ isCollecting }) => isCollecting));
      const processes = new Set(samples.map(({ pid }) => pid));
      assert.equal(processes.size, mode === "children" ? 2 : 1);
    });
  }

  const text = `austin_3_7_${mode}.txt`;

  Deno.test(`CollapsedSink writes the samples of ${text} as they were`, async () => {
    const { metadata, samples } = await read(text);
    const metrics = metricsOfMode(new Map(metadata).get("mode"));
    const ours = writeProfile(samples, { format: "collapsed", metrics });
    const theirs = await Deno.readFile(`${GOLDEN}/${text}`);
    assert.deepEqual(sampleLines(ours), sampleLines(theirs));
  });
}

async function read(name: string): Promise<PlainProfile> {
  return readPlain(await Deno.readFile(`${GOLDEN}/${name}`));
}

function sampleLines(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  return lines.filter((line) => line.startsWith("P"));
}
