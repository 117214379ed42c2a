import assert from "node:assert/strict";
import fc from "fast-check";
import type { Frame } from "../../src/events/frame_table.ts";
import type { Metrics } from "../../src/events/sample.ts";
import { ProfileError } from "../../src/formats/profile_error.ts";
import { escapeName } from "../../src/output/escape.ts";
import {
  lineFrame,
  type PlainSample,
  plainSample,
  readPlain,
  writeProfile,
} from "../support/profile.ts";

type Format = "mojo" | "collapsed";

/** Names with all that a format might trip over. */
const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("", "a b.py", "C:\\x\\y.py", "<module>", ":GC:", "\ud800"),
);
/** A colon cannot be in a name of Python, and would move a border in text. */
const scope = name.map((name) => name.replaceAll(":", ""));
const position = fc.nat({ max: 100_000 });

const frame: fc.Arbitrary<Frame> = fc.record({
  file: name,
  scope,
  line: position,
  endLine: position,
  column: position,
  endColumn: position,
});

/** Some threads of some processes. */
const thread = fc.record({
  pid: fc.constantFrom(1, 2, 4_194_304),
  iid: fc.constantFrom(0, 3),
  tid: fc.constantFrom(1, 0xcafe, 140_737_488_355_327),
});

const run = fc.array(frame, { minLength: 1, maxLength: 8 }).chain((frames) =>
  fc.record({
    samples: fc.array(sampleOf(frames), { maxLength: 24 }),
    epochs: fc.uniqueArray(fc.nat({ max: 24 }), { maxLength: 3 }),
    chunkSize: fc.integer({ min: 1, max: 300 }),
  })
);

function sampleOf(frames: readonly Frame[]): fc.Arbitrary<PlainSample> {
  return fc.record({
    thread,
    frames: fc.array(fc.constantFrom(...frames), { maxLength: 10 }),
    isInvalid: fc.boolean(),
    isCollecting: fc.boolean(),
    isIdle: fc.boolean(),
    timeUs: fc.maxSafeNat(),
    memoryBytes: fc.maxSafeInteger(),
  }).map(({ thread, ...fields }) => plainSample({ ...thread, ...fields }));
}

for (const format of ["mojo", "collapsed"] as const) {
  for (const metrics of ["time", "memory", "full"] as const) {
    Deno.test(`${format} of ${metrics} reads as it was written`, () => {
      fc.assert(fc.property(run, ({ samples, epochs, chunkSize }) => {
        const options = { format, metrics, epochs: new Set(epochs) };
        const profile = readPlain(writeProfile(samples, options), chunkSize);
        assert.equal(profile.error, null);
        assert.deepEqual(
          profile.samples,
          samples.map((sample) => asRead(sample, format, metrics)),
        );
      }));
    });

    Deno.test(`${format} of ${metrics} cut anywhere reads up to there`, () => {
      const samples = fc.sample(run, { seed: 37, numRuns: 3 })
        .flatMap((run) => run.samples);
      const bytes = writeProfile(samples, { format, metrics });
      const ends = samples.map((_, i) =>
        sizeOf(samples.slice(0, i + 1), format, metrics)
      );
      const expected = samples.map((sample) => asRead(sample, format, metrics));
      for (let size = 0; size < bytes.length; size++) {
        const { samples, error } = readPlain(bytes.subarray(0, size), 64);
        assertKnown(error);
        const count = ends.filter((end) => end <= size).length;
        assert.deepEqual(samples.slice(0, count), expected.slice(0, count));
        // A last line without an end is read too, and may be cut within its metrics.
        assert.ok(samples.length <= count + (format === "mojo" ? 0 : 1));
      }
    });
  }

  Deno.test(`${format} that was damaged is read or refused`, () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(fc.property(run, damage, ({ samples, chunkSize }, damage) => {
      const bytes = writeProfile(samples, { format, metrics: "full" });
      for (const [at, byte] of damage) {
        bytes[4 + at % (bytes.length - 4)] = byte;
      }
      assertKnown(readPlain(bytes, chunkSize).error);
    }));
  });

  Deno.test(`${format} of some megabytes reads as it was written`, () => {
    const frames = Array.from(
      { length: 400 },
      (_, i) => lineFrame(`/usr/lib/python3.12/${i}.py`, `Class.f${i}`, i),
    );
    const samples = Array.from({ length: 6_000 }, (_, i) =>
      plainSample({
        tid: 1 + i % 3,
        frames: frames.slice(i % 7, 150 + i * 31 % 250),
        timeUs: i,
      }));
    const epochs = new Set([1_000, 1_001, 4_500]);
    const bytes = writeProfile(samples, { format, metrics: "time", epochs });
    assert.ok(bytes.length > 3_000_000, `${bytes.length} bytes`);
    const profile = readPlain(bytes);
    assert.equal(profile.error, null);
    assert.equal(profile.samples.length, samples.length);
    profile.samples.forEach((sample, i) =>
      assert.deepEqual(sample, samples[i])
    );
  });
}

Deno.test("any bytes are read or refused", () => {
  const head = fc.constantFrom(
    "",
    "MOJ\x01",
    "MOJ\x03",
    "MOJ\x04",
    "# mode: full\n",
    "P1;T0:1;a:b:1 ",
  );
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 400 }), (head, rest) => {
      const bytes = new Uint8Array([
        ...new TextEncoder().encode(head),
        ...rest,
      ]);
      assertKnown(readPlain(bytes, 7).error);
    }),
    { numRuns: 2_000 },
  );
});

/** @returns bytes up to the end of the last sample. */
function sizeOf(
  samples: readonly PlainSample[],
  format: Format,
  metrics: Metrics,
): number {
  const trailerSize = format === "mojo" ? 0 : 2;
  return writeProfile(samples, { format, metrics }).length - trailerSize;
}

/** What a reader can know of a sample. */
function asRead(
  sample: PlainSample,
  format: Format,
  metrics: Metrics,
): PlainSample {
  return {
    ...sample,
    frames: sample.frames.map((frame) =>
      format === "mojo" ? asInMojo(frame) : asInText(frame)
    ),
    timeUs: metrics === "memory" ? 0 : sample.timeUs,
    memoryBytes: metrics === "time" ? 0 : sample.memoryBytes,
    isIdle: metrics === "full" && sample.isIdle,
  };
}

function asInMojo(frame: Frame): Frame {
  const asWritten = (name: string) =>
    name.replaceAll("\0", "\ufffd").toWellFormed();
  return {
    ...frame,
    file: asWritten(frame.file),
    scope: asWritten(frame.scope),
  };
}

function asInText({ file, scope, line }: Frame): Frame {
  const asWritten = (name: string) => escapeName(name).toWellFormed();
  return lineFrame(asWritten(file), asWritten(scope), line);
}

function assertKnown(error: unknown): void {
  if (error !== null && !(error instanceof ProfileError)) throw error;
}
