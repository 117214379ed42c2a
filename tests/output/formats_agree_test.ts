/** Text and MOJO of the same processes, on every recorded CPython, say the same when they are read back. */

import assert from "node:assert/strict";
import { VERSIONS } from "../../scripts/pythons.ts";
import { FrameTable } from "../../src/events/frame_table.ts";
import type { Metrics } from "../../src/events/sample.ts";
import { ByteWriter } from "../../src/output/byte_writer.ts";
import { escapeName } from "../../src/output/escape.ts";
import { type Image, IMAGES, unpackImage } from "../support/image.ts";
import {
  ByteCollector,
  lineFrame,
  MODES,
  type PlainSample,
  readPlain,
  SINKS,
} from "../support/profile.ts";
import { SampledPython } from "../support/sampled_python.ts";

const PASSES = 5;

for (const version of VERSIONS) {
  for (const metrics of ["time", "full"] as const) {
    Deno.test(`text and MOJO of ${metrics} agree on the recorded CPython ${version}`, () => {
      const image = unpackImage(
        Deno.readFileSync(`${IMAGES}/${version}.image`),
      );
      const text = samplesOf(image, "collapsed", metrics);
      const mojo = samplesOf(image, "mojo", metrics);
      assert.equal(text.length, PASSES * image.threads.length);
      assert.ok(text.every(({ frames }) => frames.length > 0));
      assert.deepEqual(text, mojo.map(asInText));
    });
  }
}

/** Samples an image and reads what was written. */
function samplesOf(
  image: Image,
  format: keyof typeof SINKS,
  metrics: Metrics,
): readonly PlainSample[] {
  const target = new ByteCollector();
  const frames = new FrameTable();
  const sink = new SINKS[format](new ByteWriter(target), frames, {
    flushPasses: false,
    metrics,
  });
  sink.metadata("mode", MODES[metrics]);
  sink.start();
  const { sampler } = SampledPython.ofImage(image, { frames });
  for (let pass = 1; pass <= PASSES; pass++) sampler.pass(sink, pass * 100);
  sink.end();
  sink.close();
  const { samples, error } = readPlain(target.bytes());
  assert.equal(error, null);
  return samples;
}

/** Text has the first line of a frame only, and no control characters. */
function asInText(sample: PlainSample): PlainSample {
  const frames = sample.frames.map(({ file, scope, line }) =>
    lineFrame(escapeName(file), escapeName(scope), line)
  );
  return { ...sample, frames };
}
