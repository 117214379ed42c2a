import assert from "node:assert/strict";
import { FrameTable } from "../../src/events/frame_table.ts";
import { type Metrics, Sample } from "../../src/events/sample.ts";
import { ByteWriter } from "../../src/output/byte_writer.ts";
import { MojoSink } from "../../src/output/mojo.ts";
import {
  ByteCollector,
  lineFrame,
  plainSample,
  writeProfile,
} from "../support/profile.ts";

const header = [...text("MOJ"), 3];
const noHead = { format: "mojo", metrics: "time", head: [] } as const;

const module = {
  ...lineFrame("tiny.py", "<module>", 4),
  endLine: 4,
  column: 1,
  endColumn: 4,
};
const f = {
  ...lineFrame("tiny.py", "f", 3),
  endLine: 3,
  column: 5,
  endColumn: 20,
};

Deno.test("MojoSink writes what Austin 3.7 writes, keys aside", () => {
  const bytes = writeProfile(
    [
      plainSample({
        pid: 19817,
        tid: 19817,
        frames: [module, f],
        timeUs: 1494,
      }),
      plainSample({
        pid: 19817,
        tid: 19817,
        frames: [module, f],
        timeUs: 60102,
      }),
    ],
    {
      format: "mojo",
      metrics: "time",
      head: [["austin", "3.7.0"], ["interval", "60000"], ["mode", "wall"]],
      trailer: [["duration", "304673"]],
    },
  );
  const stack = [2, 0xa9, 0xb5, 0x02, 0, ...text("4d69\0")];
  assert.deepEqual([...bytes], [
    ...header,
    ...[1, ...text("austin\x003.7.0\0")],
    ...[1, ...text("interval\x0060000\0")],
    ...[1, ...text("mode\0wall\0")],
    ...stack,
    ...[11, 2, ...text("tiny.py\0")],
    ...[11, 3, ...text("f\0")],
    ...[3, 1, 2, 3, 3, 3, 5, 20],
    ...[11, 4, ...text("<module>\0")],
    ...[3, 0, 2, 4, 4, 4, 1, 4],
    ...[5, 0],
    ...[5, 1],
    ...[9, 0x96, 0x17],
    ...stack,
    ...[5, 0],
    ...[5, 1],
    ...[9, 0x86, 0xab, 0x07],
    ...[1, ...text("duration\x00304673\0")],
  ]);
});

const stack = [2, 1, 0, ...text("1\0")];

Deno.test("MojoSink writes the kernel's frames behind the others, by name", () => {
  const kernel = (scope: string) => ({
    ...lineFrame("kernel", scope, 0),
    machine: { kind: "kernel" },
  } as const);
  const frames = new FrameTable();
  const collector = new ByteCollector();
  const sink = new MojoSink(new ByteWriter(collector), frames, {
    flushPasses: false,
    metrics: "time",
  });
  const sample = Object.assign(new Sample(), { pid: 1, tid: 1, timeUs: 5 });
  sample.frameIds.set([
    frames.add(kernel("do_poll")),
    frames.add(kernel("entry")),
    frames.add(f),
  ]);
  sample.frameCount = 3;
  sample.kernelCount = 2;
  sink.sample(sample);
  sink.sample(sample);
  // The thread has left the kernel.
  sample.frameIds.copyWithin(0, 2, 3);
  sample.frameCount = 1;
  sample.kernelCount = 0;
  sink.sample(sample);
  sink.close();
  const names = [6, ...text("entry\0"), 6, ...text("do_poll\0")];
  assert.deepEqual([...collector.bytes()].slice(header.length), [
    ...stack,
    ...[11, 2, ...text("tiny.py\0")],
    ...[11, 3, ...text("f\0")],
    ...[3, 2, 2, 3, 3, 3, 5, 20],
    ...[5, 2, ...names, 9, 5],
    ...[...stack, 5, 2, ...names, 9, 5],
    ...[...stack, 5, 2, 9, 5],
  ]);
});

Deno.test("MojoSink writes the time", () => {
  const sample = plainSample({ timeUs: 5, isIdle: true, memoryBytes: -3 });
  assert.deepEqual(sampleBytes([sample], "time"), [...stack, 9, 5]);
});

Deno.test("MojoSink writes the memory", () => {
  const sample = plainSample({ timeUs: 5, isIdle: true, memoryBytes: -3 });
  assert.deepEqual(sampleBytes([sample], "memory"), [...stack, 10, 0x43]);
});

Deno.test("MojoSink writes time, idle and memory in that order", () => {
  const samples = [
    plainSample({ timeUs: 5, isIdle: true, memoryBytes: -131 }),
    plainSample({ timeUs: 6, isIdle: false, memoryBytes: 0 }),
  ];
  assert.deepEqual(sampleBytes(samples, "full"), [
    ...[...stack, 9, 5, 8, 10, 0xc3, 0x02],
    ...[...stack, 9, 6, 10, 0],
  ]);
});

Deno.test("MojoSink writes invalid before the frames and GC after them", () => {
  const frames = [lineFrame("a.py", "f", 1)];
  const sample = plainSample({ frames, isInvalid: true, isCollecting: true });
  assert.deepEqual(sampleBytes([sample], "time"), [
    ...stack,
    ...[11, 2, ...text("a.py\0")],
    ...[11, 3, ...text("f\0")],
    ...[3, 0, 2, 3, 1, 0, 0, 0],
    ...[4, 5, 0, 7, 9, 0],
  ]);
});

Deno.test("MojoSink defines a frame again for another process", () => {
  const frames = [lineFrame("a.py", "f", 1)];
  const definition = [
    ...[11, 2, ...text("a.py\0")],
    ...[11, 3, ...text("f\0")],
    ...[3, 0, 2, 3, 1, 0, 0, 0],
  ];
  const samples = [
    plainSample({ frames }),
    plainSample({ pid: 2, frames }),
    plainSample({ frames }),
  ];
  assert.deepEqual(sampleBytes(samples, "time"), [
    ...[...stack, ...definition, 5, 0, 9, 0],
    ...[2, 2, 0, ...text("1\0"), ...definition, 5, 0, 9, 0],
    ...[...stack, 5, 0, 9, 0],
  ]);
});

Deno.test("MojoSink defines anew what the producer has forgotten", () => {
  const sample = plainSample({ frames: [lineFrame("a.py", "f", 1)] });
  const bytes = writeProfile([sample, sample], {
    ...noHead,
    epochs: new Set([1]),
  });
  const once = (bytes.length - header.length) / 2;
  const samples = bytes.subarray(header.length);
  assert.deepEqual(samples.slice(0, once), samples.slice(once));
});

Deno.test("MojoSink writes names as they are but for NUL", () => {
  const sample = plainSample({ frames: [lineFrame("a;b c\n.py", "é\0𝔉", 1)] });
  const bytes = writeProfile([sample], noHead);
  const written = new TextDecoder().decode(bytes);
  assert.ok(written.includes("a;b c\n.py\0"));
  assert.ok(written.includes("é\ufffd𝔉\0"));
});

Deno.test("MojoSink writes out after a pass in pipe mode", () => {
  const target = new ByteCollector();
  const sink = new MojoSink(new ByteWriter(target), new FrameTable(), {
    flushPasses: true,
    metrics: "time",
  });
  sink.start();
  assert.deepEqual([...target.bytes()], header);
  sink.sample(sampleOfFrame(-1));
  assert.deepEqual([...target.bytes()], header);
  sink.passEnd();
  assert.deepEqual([...target.bytes()], [...header, ...stack, 9, 0]);
});

/** @returns a sample of one frame; of none when the id is negative. */
function sampleOfFrame(id: number): Sample {
  const sample = new Sample();
  sample.pid = 1;
  sample.tid = 1;
  sample.frameCount = id < 0 ? 0 : 1;
  sample.frameIds[0] = id;
  return sample;
}

function sampleBytes(
  samples: Parameters<typeof writeProfile>[0],
  metrics: Metrics,
): number[] {
  const bytes = writeProfile(samples, { ...noHead, metrics });
  return [...bytes.subarray(header.length)];
}

function text(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
