import assert from "node:assert/strict";
import { FrameTable } from "../../src/events/frame_table.ts";
import { FrameIndex } from "../../src/formats/frame_index.ts";
import {
  readChunks,
  readLiveProfile,
  readProfile,
} from "../../src/formats/read_profile.ts";
import { lineFrame, plainSample, writeProfile } from "../support/profile.ts";

const frames = [lineFrame("a.py", "<module>", 1), lineFrame("a.py", "f", 2)];
const samples = [1, 2, 3].map((timeUs) => plainSample({ frames, timeUs }));

for (const format of ["mojo", "collapsed"] as const) {
  Deno.test(`readLiveProfile() gives what has arrived in ${format}`, async () => {
    const bytes = writeProfile(samples, { format, metrics: "time" });
    const taken: string[] = [];
    async function* arrive(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 16) {
        taken.push(`${Math.min(at + 16, bytes.length)} bytes`);
        yield bytes.subarray(at, at + 16);
      }
    }
    const index = new FrameIndex(new FrameTable());
    for await (const event of readLiveProfile(arrive(), index)) {
      if (event.kind === "sample") taken.push(`sample ${event.sample.timeUs}`);
    }
    assert.ok(
      taken.indexOf("sample 1") < taken.indexOf(`${bytes.length} bytes`),
    );
    const given = taken.filter((what) => what.startsWith("sample"));
    assert.deepEqual(given, ["sample 1", "sample 2", "sample 3"]);
  });
}

Deno.test("readProfile() gives equal frames of several files one id", () => {
  const index = new FrameIndex(new FrameTable());
  const ids = ["mojo", "collapsed"].flatMap((format) => {
    const bytes = writeProfile(samples, {
      format: format as "mojo" | "collapsed",
      metrics: "time",
    });
    const found: number[] = [];
    for (const event of readProfile([bytes], index)) {
      if (event.kind === "sample") found.push(event.sample.frameIds[0]!);
    }
    return found;
  });
  assert.deepEqual(new Set(ids).size, 1);
  assert.equal(index.frames.size, 2);
});

Deno.test("readChunks() gives a file piece by piece", () => {
  const rest = [3, 0, 2, null];
  const source = {
    readSync(bytes: Uint8Array): number | null {
      const size = rest.shift() ?? null;
      bytes.fill(size ?? 0, 0, size ?? 0);
      return size;
    },
  };
  const sizes: number[][] = [];
  for (const chunk of readChunks(source)) sizes.push([...chunk]);
  assert.deepEqual(sizes, [[3, 3, 3], [], [2, 2]]);
});
