import assert from "node:assert/strict";
import { FrameTable } from "../../src/events/frame_table.ts";
import type { Metrics } from "../../src/events/sample.ts";
import { AggregateSink } from "../../src/formats/aggregate_sink.ts";
import type { CreateSink } from "../../src/formats/format.ts";
import type { Profile } from "../../src/formats/profile.ts";
import { readWhole } from "../../src/formats/read_whole.ts";
import { MojoSink } from "../../src/output/mojo.ts";
import { SAMPLES, TOTALS } from "../support/formats.ts";
import {
  type PlainProfile,
  type PlainSample,
  readPlain,
  writeProfile,
} from "../support/profile.ts";

interface Options {
  readonly metrics?: Metrics;
  readonly base?: Profile | null;
  readonly counts?: boolean;
  readonly isByLine?: boolean;
}

function aggregated(
  samples: readonly PlainSample[],
  { metrics = "full", base = null, counts = false, isByLine = false }: Options =
    {},
): PlainProfile {
  const format: CreateSink = (writer, source, options) => {
    const frames = new FrameTable();
    const sink = new MojoSink(writer, frames, options);
    return new AggregateSink(source, { sink, frames }, {
      ...options,
      base,
      counts,
      isGrowth: false,
      isByLine,
    });
  };
  const trailer = [["duration", "380"]] as const;
  return readPlain(writeProfile(samples, { format, metrics, trailer }));
}

function totals({ samples }: PlainProfile): typeof TOTALS {
  const sum = (of: (sample: PlainSample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0);
  return {
    wall: sum(({ timeUs }) => timeUs),
    cpu: sum(({ timeUs, isIdle }) => isIdle ? 0 : timeUs),
    gained: sum(({ memoryBytes }) => Math.max(memoryBytes, 0)),
    released: sum(({ memoryBytes }) => Math.max(-memoryBytes, 0)),
  };
}

Deno.test("AggregateSink keeps metadata and every total", () => {
  const twice = [...SAMPLES, ...SAMPLES];
  const profile = aggregated(twice);
  const doubled = Object.fromEntries(
    Object.entries(TOTALS).map(([name, total]) => [name, 2 * total]),
  );
  assert.deepEqual(totals(profile), doubled);
  assert.deepEqual(profile.metadata, [["mode", "full"], ["duration", "380"]]);
  assert.equal(profile.samples.length, aggregated(SAMPLES).samples.length);
});

Deno.test("AggregateSink takes expressions of one line for one, for a receiver without columns", () => {
  const all = aggregated(SAMPLES, { metrics: "time" });
  const byLine = aggregated(SAMPLES, { metrics: "time", isByLine: true });
  assert.equal(byLine.samples.length, all.samples.length - 1);
  assert.equal(totals(byLine).wall, TOTALS.wall);
  assert.deepEqual(
    new Set(byLine.samples.map(({ pid, tid }) => `${pid} ${tid}`)),
    new Set(["1 1", "1 2", "7 7"]),
  );
});

Deno.test("AggregateSink counts samples", () => {
  const profile = aggregated([...SAMPLES, ...SAMPLES], {
    metrics: "time",
    counts: true,
  });
  assert.equal(totals(profile).wall, 2 * SAMPLES.length);
});

Deno.test("AggregateSink finds no difference between equal runs", async () => {
  const bytes = writeProfile(SAMPLES, { format: "mojo", metrics: "full" });
  const base = await readWhole([bytes], "base");
  const others = SAMPLES.map((sample) => ({ ...sample, pid: 40, tid: 41 }));
  assert.deepEqual(aggregated(others, { base }).samples, []);
});

Deno.test("AggregateSink tells what became more and what became less", async () => {
  const bytes = writeProfile(SAMPLES, { format: "mojo", metrics: "time" });
  const base = await readWhole([bytes], "base");
  const less = aggregated(SAMPLES.slice(1), { base, metrics: "time" });
  // Columns are not compared: samples 0 and 4 are one stack.
  assert.deepEqual(
    less.samples.map(({ pid, frames, timeUs }) => [
      pid,
      frames.map(({ scope, line }) => `${scope}:${line}`),
      timeUs,
    ]),
    [[0, ["<module>:10", "Job.work:5"], -100]],
  );
});
