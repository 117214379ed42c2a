/** What is kept about a program that churns is bounded; `deno task bench:memory` is the long version. */

import assert from "node:assert/strict";
import { MAX_KNOWN_FRAMES } from "../../src/limits.ts";
import { ByteWriter } from "../../src/output/byte_writer.ts";
import { ChurningPython } from "../support/churning_python.ts";
import { reachableBytes } from "../support/heap.ts";
import { SINKS } from "../support/profile.ts";

/** By half of them as much was known as ever is, and all of it forgotten once. */
const SAMPLES = 300_000;

/** Samples between two looks at the memory, which falls each time something was forgotten. */
const LOOK_SAMPLES = 30_000;

/** Eight at a time, and those that begin before the end of others was seen. */
const MAX_THREAD_INDEXES = 16;

/**
 * By how much the memory may grow from the first half to the second: that is
 * what the frames take which the sampler of a former process has left in the
 * common tables. Without bounds it would be some 100 MiB.
 */
const MAX_GROWTH_BYTES = 24 << 20;

for (const [format, Sink] of Object.entries(SINKS)) {
  Deno.test(`sampling into ${format} takes no more memory the longer it goes on`, () => {
    const python = new ChurningPython();
    const nowhere = { writeSync: (bytes: Uint8Array) => bytes.length };
    const sink = new Sink(new ByteWriter(nowhere), python.frames, {
      flushPasses: false,
      metrics: "time",
    });
    const sizes: number[] = [];
    while (python.samples < SAMPLES) {
      const until = python.samples + LOOK_SAMPLES;
      while (python.samples < until) python.step(sink);
      sizes.push(reachableBytes());
    }
    const half = sizes.length / 2;
    const before = Math.max(...sizes.slice(0, half));
    const after = Math.max(...sizes.slice(half));
    assert.ok(python.frames.epoch > 0, "nothing was forgotten");
    assert.ok(python.maxFrames <= MAX_KNOWN_FRAMES, `${python.maxFrames}`);
    assert.ok(python.maxThreadIndex < MAX_THREAD_INDEXES);
    assert.ok(after - before < MAX_GROWTH_BYTES, `${before} to ${after} bytes`);
  });
}
