import assert from "node:assert/strict";
import { Sample } from "../../src/events/sample.ts";
import { metricsOf } from "../../src/formats/metric.ts";
import {
  SampleClock,
  ThreadTimeline,
  Timeline,
} from "../../src/formats/timeline.ts";

function sample(pid: number, threadIndex: number, timeUs: number): Sample {
  return Object.assign(new Sample(), { pid, threadIndex, timeUs });
}

Deno.test("SampleClock gives the samples of a pass one time, and the next pass the next", () => {
  const clock = new SampleClock();
  const times = [
    sample(1, 0, 100),
    sample(1, 1, 100),
    sample(1, 0, 100),
    sample(1, 1, 100),
    sample(1, 1, 50),
  ].map((one) => clock.tick(one, one.timeUs));
  assert.deepEqual(times, [100, 100, 200, 200, 250]);
});

Deno.test("SampleClock begins a process where the others are", () => {
  const clock = new SampleClock();
  const times = [sample(1, 0, 100), sample(2, 1, 30), sample(1, 0, 100)].map(
    (one) => clock.tick(one, one.timeUs),
  );
  assert.deepEqual(times, [100, 130, 200]);
});

Deno.test("ThreadTimeline makes a span of equal stacks without a gap", () => {
  const timeline = new Timeline(metricsOf("wall"));
  const add = (node: number, startUs: number, endUs: number) =>
    timeline.add(0, node, {
      startUs,
      endUs,
      sample: sample(1, 0, endUs - startUs),
    });
  add(5, 0, 10);
  add(5, 10, 30);
  add(6, 30, 40);
  add(5, 40, 50);
  add(5, 60, 70);
  const thread = timeline.threads[0]!;
  assert.ok(thread instanceof ThreadTimeline);
  const rows = Array.from({ length: thread.size }, (_, row) => [
    thread.nodes[row],
    thread.startUs[row],
    thread.endUs[row],
    thread.weights[0]![row],
  ]);
  assert.deepEqual(rows, [
    [5, 0, 30, 30],
    [6, 30, 40, 10],
    [5, 40, 50, 10],
    [5, 60, 70, 10],
  ]);
});
