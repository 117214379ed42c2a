import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameTable } from "../../src/events/frame_table.ts";
import { FrameIndex } from "../../src/formats/frame_index.ts";
import { metricsOf } from "../../src/formats/metric.ts";
import { readProfile } from "../../src/formats/read_profile.ts";
import { replayTree } from "../../src/formats/replay_tree.ts";
import { SampleTree } from "../../src/formats/sample_tree.ts";
import {
  lineFrame,
  MODES,
  plainSample,
  writeProfile,
} from "../support/profile.ts";

const FRAMES = [1, 2, 3].map((line) => lineFrame("a.py", "f", line));

const samples = fc.array(
  fc.record({
    pid: fc.constantFrom(1, 2),
    tid: fc.constantFrom(1, 2, 3),
    frames: fc.array(fc.constantFrom(...FRAMES), { maxLength: 4 }),
    isInvalid: fc.boolean(),
    isCollecting: fc.boolean(),
    isIdle: fc.boolean(),
    timeUs: fc.nat({ max: 99 }),
    memoryBytes: fc.integer({ min: -99, max: 99 }),
  }).map(plainSample),
  { maxLength: 30 },
);

for (const metrics of ["time", "memory", "full"] as const) {
  Deno.test(`replayTree() gives samples that add up to the same tree: ${metrics}`, () => {
    fc.assert(fc.property(samples, (samples) => {
      const bytes = writeProfile(samples, { format: "mojo", metrics });
      const tree = readTree(bytes, MODES[metrics]);
      const again = new SampleTree(tree.frames, tree.metrics);
      for (const sample of replayTree(tree)) again.add(sample);
      assert.deepEqual(sums(again), sums(tree));
    }));
  });
}

function readTree(bytes: Uint8Array, mode: string): SampleTree {
  const frames = new FrameTable();
  const tree = new SampleTree(frames, metricsOf(mode));
  for (const event of readProfile([bytes], new FrameIndex(frames))) {
    if (event.kind === "sample") tree.add(event.sample);
  }
  return tree;
}

/** Weights of each stack that has any, in words. */
function sums({ tree, metrics, frames, threads, processes }: SampleTree) {
  const words = [""];
  const sums = new Map<string, readonly number[]>();
  for (let node = 1; node < tree.size; node++) {
    const key = tree.key(node);
    const number = Math.floor(key / 4);
    const name = [
      () => `${frames.get(number).line}`,
      () => `P${processes[number]}`,
      () => `T${threads[number]!.tid}`,
      () => `mark ${number}`,
    ][key % 4]!();
    words[node] = `${words[tree.parent(node)]}/${name}`;
    const own = metrics.map((_, metric) => tree.own(metric, node));
    if (own.some((weight) => weight > 0)) sums.set(words[node]!, own);
  }
  return new Map([...sums].sort());
}
