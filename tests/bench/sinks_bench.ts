/**
 * What a sample costs in each sample format, at three depths.
 *
 * The stacks are those of a program at work: the outer frames stay, the last
 * three change from sample to sample. `deno bench -A tests/bench/sinks_bench.ts`
 */

import { FrameTable } from "../../src/events/frame_table.ts";
import { Sample } from "../../src/events/sample.ts";
import type { Sink } from "../../src/events/sink.ts";
import { ByteWriter } from "../../src/output/byte_writer.ts";
import { CollapsedSink } from "../../src/output/collapsed.ts";
import { MojoSink } from "../../src/output/mojo.ts";

const FRAMES = 1000;
const STACKS = 64;
/** Samples in one call, so that its own cost does not count. */
const SAMPLES = 1000;

const nowhere = { writeSync: (bytes: Uint8Array) => bytes.length };
const options = { flushPasses: false, metrics: "time" } as const;

for (const depth of [9, 33, 200]) {
  const group = `${SAMPLES} samples of ${depth} frames`;
  Deno.bench({
    name: `text, ${depth}`,
    group,
    fn: takeSamples(CollapsedSink, depth),
  });
  Deno.bench({
    name: `MOJO, ${depth}`,
    group,
    fn: takeSamples(MojoSink, depth),
  });
}

type SinkClass = typeof CollapsedSink | typeof MojoSink;

function takeSamples(SinkClass: SinkClass, depth: number): () => void {
  const frames = workFrames();
  const sink = new SinkClass(new ByteWriter(nowhere), frames, options);
  const samples = workSamples(depth);
  return () => takeAll(sink, samples);
}

function takeAll(sink: Sink, samples: readonly Sample[]): void {
  for (let i = 0; i < SAMPLES; i++) {
    const sample = samples[i % STACKS]!;
    sample.timeUs = 100 + (i & 7);
    sink.sample(sample);
  }
}

function workFrames(): FrameTable {
  const frames = new FrameTable();
  for (let i = 0; i < FRAMES; i++) {
    frames.add({
      file: `/usr/lib/python3.12/package_${i % 40}/module_${i % 90}.py`,
      scope: `Class${i % 50}.method_${i}`,
      line: i,
      endLine: i,
      column: 5,
      endColumn: 20,
    });
  }
  return frames;
}

/** @returns stacks that differ in their three leaf frames. */
function workSamples(depth: number): Sample[] {
  return Array.from({ length: STACKS }, (_, stack) => {
    const sample = new Sample();
    sample.pid = 12_345;
    sample.tid = 12_345;
    sample.frameCount = depth;
    for (let i = 0; i < depth; i++) {
      sample.frameIds[i] = i < 3 ? 300 + (stack * 7 + i) % 700 : i;
    }
    return sample;
  });
}
