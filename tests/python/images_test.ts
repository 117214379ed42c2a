import assert from "node:assert/strict";
import fc from "fast-check";
import { VERSIONS } from "../../scripts/pythons.ts";
import { findRuntime } from "../../src/python/find_runtime.ts";
import { IMAGES, processOf, unpackImage } from "../support/image.ts";
import type { RecordedSample } from "../support/recording_sink.ts";
import { SampledPython } from "../support/sampled_python.ts";

/** Every version, and every one for 32-bit x86. */
const NAMES = [...VERSIONS, ...VERSIONS.map((version) => `${version}-i386`)];

Deno.test("there is an image of every version", () => {
  const names = Array.from(Deno.readDirSync(IMAGES), ({ name }) => name);
  assert.deepEqual(
    new Set(names),
    new Set(NAMES.map((name) => `${name}.image`)),
  );
});

for (const name of NAMES) {
  const read = () => unpackImage(Deno.readFileSync(`${IMAGES}/${name}.image`));

  Deno.test(`findRuntime() finds the recorded CPython ${name}`, () => {
    const image = read();
    const runtime = findRuntime(processOf(image), image.memory);
    const { major, minor, micro } = runtime.version;
    assert.equal(`${major}.${minor}.${micro}`, image.version);
    assert.equal(runtime.address, image.runtimeAddress);
  });

  Deno.test(`ProcessSampler.pass() sees what the recorded CPython ${name} told`, () => {
    const image = read();
    const sampled = SampledPython.ofImage(image);
    for (let pass = 0; pass < 6; pass++) {
      if (pass === 2) sampled.calm();
      const { reads } = image.memory;
      assert.deepEqual(byThread(sampled.samples()), byThread(image.threads));
      assert.equal(sampled.sampler.errors, 0);
      // By then every call is known that had to be proven.
      if (pass > 2) assert.equal(image.memory.reads - reads, 1);
    }
  });

  Deno.test(`ProcessSampler.pass() ends in a damaged image of CPython ${name}`, () => {
    const image = read();
    const { segments } = image.memory;
    const damage = fc.tuple(
      fc.nat(segments.length - 1),
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 16 }),
    );
    const damages = fc.array(damage, { minLength: 1, maxLength: 30 });
    const originals = segments.map(({ bytes }) => bytes.slice());
    fc.assert(fc.property(damages, (damages) => {
      segments.forEach(({ bytes }, i) => bytes.set(originals[i]!));
      const sampled = SampledPython.ofImage(image);
      for (const [index, place, bytes] of damages) {
        const { bytes: target } = segments[index]!;
        bytes.forEach((byte, i) => target[(place + i) % target.length] = byte);
      }
      const { reads } = image.memory;
      for (let pass = 0; pass < 3; pass++) sampled.pass();
      assert.ok(image.memory.reads - reads < 10_000);
    }));
  });
}

/** A thread as it told of itself, or as it was sampled. */
type Seen = Pick<RecordedSample, "tid" | "iid"> & {
  readonly stack?: readonly (readonly [string, string, number])[];
  readonly frames?: RecordedSample["frames"];
};

/** @returns stacks by interpreter and thread. */
function byThread(seen: readonly Seen[]): Map<string, unknown> {
  return new Map(seen.map(({ iid, tid, stack, frames }) => [
    `${iid}:${tid}`,
    stack ?? frames?.map(({ file, scope, line }) => [file, scope, line]),
  ]));
}
