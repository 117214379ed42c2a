import assert from "node:assert/strict";
import { FrameTable } from "../../../src/events/frame_table.ts";
import { Sample } from "../../../src/events/sample.ts";
import { ByteWriter } from "../../../src/output/byte_writer.ts";
import { CollapsedSink } from "../../../src/output/collapsed.ts";
import { MojoSink } from "../../../src/output/mojo.ts";
import { pipInstall } from "../../support/python_packages.ts";
import { testNeeding } from "../../support/needs.ts";
import { countAustinText, countMojo, countPySpyRaw } from "./count_stacks.ts";

const packages = await pipInstall(["austin-python==2.4.0"])
  .catch(() => null);

/** What Austin's tool of that name does. */
const MOJO2AUSTIN = "from austin.format.collapsed_stack import main; main()";

const TIMES_US = [100, 100, 250, 70_000];

/** @returns what a sink writes of samples of some frames, the third of which is not whole. */
function written(Sink: typeof CollapsedSink | typeof MojoSink): Uint8Array {
  const parts: Uint8Array[] = [];
  const target = {
    writeSync: (bytes: Uint8Array) => parts.push(bytes.slice()) && bytes.length,
  };
  const frames = new FrameTable();
  const location = { line: 300, endLine: 300, column: 1, endColumn: 9 };
  const ids = ["main", "P;5", "leaf"].map((scope) =>
    frames.add({ file: "/a file.py", scope, ...location })
  );
  const sink = new Sink(new ByteWriter(target), frames, {
    flushPasses: false,
    metrics: "time",
  });
  sink.metadata("mode", "wall");
  sink.start();
  const sample = new Sample();
  TIMES_US.forEach((timeUs, index) => {
    const { length } = ids;
    Object.assign(sample, { pid: 12_345, tid: 70_000, frameCount: length });
    sample.frameIds.set(ids);
    sample.timeUs = timeUs;
    sample.isInvalid = index === 2;
    sink.sample(sample);
  });
  sink.end();
  sink.metadata("duration", "70450");
  sink.close();
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

const expected = {
  stacks: 3,
  invalid: 1,
  timesUs: [100, 200, 450, 70_450],
};

Deno.test("countAustinText() counts lines of samples and adds up their times", () => {
  assert.deepEqual(countAustinText(written(CollapsedSink)), expected);
});

Deno.test("countMojo() counts stacks and adds up their times", () => {
  assert.deepEqual(countMojo(written(MojoSink)), expected);
});

Deno.test("countMojo() refuses what is not MOJO", () => {
  assert.throws(() => countMojo(new Uint8Array([0x4d, 0x4f, 0x4a, 4])));
});

Deno.test("countPySpyRaw() adds up counts", () => {
  const text = "main (a.py:1);f (a 2.py:3) 40\nmain (a.py:2) 2\n";
  const { stacks } = countPySpyRaw(new TextEncoder().encode(text));
  assert.equal(stacks, 42);
});

const austinPython = { what: "austin-python", met: packages !== null };

testNeeding(
  [austinPython],
  "countMojo() counts as many stacks as Austin's own reader",
  async () => {
    const file = await Deno.makeTempFile();
    try {
      await Deno.writeFile(file, written(MojoSink));
      await packages!.run(["-c", MOJO2AUSTIN, file, `${file}.txt`]);
      const text = await Deno.readTextFile(`${file}.txt`);
      const lines = text.split("\n").filter((line) => line.startsWith("P"));
      const { stacks, invalid } = countMojo(await Deno.readFile(file));
      assert.equal(lines.length, stacks + invalid);
    } finally {
      await Deno.remove(file);
      await Deno.remove(`${file}.txt`).catch(() => {});
    }
  },
);
