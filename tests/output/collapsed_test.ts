import assert from "node:assert/strict";
import fc from "fast-check";
import { type Frame, FrameTable } from "../../src/events/frame_table.ts";
import { Sample } from "../../src/events/sample.ts";
import { ByteWriter } from "../../src/output/byte_writer.ts";
import { CollapsedSink } from "../../src/output/collapsed.ts";
import { escapeName } from "../../src/output/escape.ts";

/** A sink over text. */
class Written {
  readonly frames: FrameTable = new FrameTable();
  readonly sink: CollapsedSink;
  readonly #parts: Uint8Array[] = [];

  constructor(flushPasses = false) {
    const writeSync = (bytes: Uint8Array) => {
      this.#parts.push(bytes.slice());
      return bytes.length;
    };
    const writer = new ByteWriter({ writeSync });
    const options = { flushPasses, metrics: "time" } as const;
    this.sink = new CollapsedSink(writer, this.frames, options);
  }

  /** What has been written out so far. */
  get text(): string {
    const bytes = new Uint8Array(
      this.#parts.reduce((size, part) => size + part.length, 0),
    );
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return new TextDecoder().decode(bytes);
  }

  add(scope: string, file = "a.py", line = 1): number {
    return this.frames.add(frameOf(file, scope, line));
  }
}

function frameOf(file: string, scope: string, line: number): Frame {
  return { file, scope, line, endLine: 0, column: 0, endColumn: 0 };
}

/** @param frameIds from the leaf. */
function sampleOf(
  frameIds: readonly number[],
  fields: Partial<Sample> = {},
): Sample {
  const sample = new Sample();
  sample.frameIds.set(frameIds);
  const { length: frameCount } = frameIds;
  const ids = { pid: 1, iid: 0, tid: 2, timeUs: 100 };
  return Object.assign(sample, ids, { frameCount }, fields);
}

Deno.test("CollapsedSink writes a head, samples and a trailer", () => {
  const all = new Written();
  all.sink.metadata("austin", "4.0.0");
  all.sink.metadata("mode", "wall");
  all.sink.start();
  const [leaf, root] = [all.add("leaf", "b.py", 12), all.add("root")];
  all.sink.sample(sampleOf([leaf, root]));
  all.sink.passEnd();
  all.sink.sample(sampleOf([root], { timeUs: 0 }));
  all.sink.end();
  all.sink.metadata("duration", "200");
  all.sink.close();
  assert.equal(
    all.text,
    "# austin: 4.0.0\n# mode: wall\n\n" +
      "P1;T0:2;a.py:root:1;b.py:leaf:12 100\n" +
      "P1;T0:2;a.py:root:1 0\n" +
      "\n# duration: 200\n\n",
  );
});

Deno.test("CollapsedSink writes a stack without frames", () => {
  const all = new Written();
  all.sink.sample(sampleOf([]));
  all.sink.close();
  assert.equal(all.text, "P1;T0:2 100\n\n");
});

Deno.test("CollapsedSink marks stacks with missing frames, and not those after them", () => {
  const all = new Written();
  const f = all.add("f");
  all.sink.sample(sampleOf([f, f]));
  all.sink.sample(sampleOf([f], { isInvalid: true }));
  all.sink.sample(sampleOf([], { isInvalid: true }));
  all.sink.sample(sampleOf([f, f]));
  all.sink.close();
  assert.equal(
    all.text,
    "P1;T0:2;a.py:f:1;a.py:f:1 100\n" +
      "P1;T0:2;:INVALID:;a.py:f:1 100\n" +
      "P1;T0:2;:INVALID: 100\n" +
      "P1;T0:2;a.py:f:1;a.py:f:1 100\n\n",
  );
});

Deno.test("CollapsedSink tells threads with the same index apart", () => {
  const all = new Written();
  const f = all.add("f");
  for (const fields of [{ tid: 3 }, { iid: 1 }, { pid: 7 }, {}]) {
    all.sink.sample(sampleOf([f], fields));
  }
  all.sink.close();
  const heads = all.text.split("\n").map((line) => line.split(";a")[0]);
  const expected = ["P1;T0:3", "P1;T1:2", "P7;T0:2", "P1;T0:2", "", ""];
  assert.deepEqual(heads, expected);
});

Deno.test("CollapsedSink escapes names", () => {
  const all = new Written();
  all.sink.sample(sampleOf([all.add("x;\ny\ud800", "é;.py", 3)]));
  all.sink.close();
  assert.equal(all.text, "P1;T0:2;é\\x3b.py:x\\x3b\\x0ay\ufffd:3 100\n\n");
});

Deno.test("CollapsedSink writes large numbers exactly", () => {
  const all = new Written();
  const timeUs = Number.MAX_SAFE_INTEGER;
  all.sink.sample(sampleOf([], { timeUs, tid: 2 ** 47 }));
  all.sink.close();
  assert.equal(all.text, "P1;T0:140737488355328 9007199254740991\n\n");
});

Deno.test("CollapsedSink forgets frames when the table begins anew", () => {
  const all = new Written();
  all.sink.sample(sampleOf([all.add("f"), all.add("root")]));
  all.frames.clear();
  all.sink.sample(sampleOf([all.add("g"), all.add("top")]));
  all.sink.close();
  assert.equal(
    all.text,
    "P1;T0:2;a.py:root:1;a.py:f:1 100\nP1;T0:2;a.py:top:1;a.py:g:1 100\n\n",
  );
});

Deno.test("CollapsedSink writes out after each pass only when asked to", () => {
  for (const flushPasses of [false, true]) {
    const all = new Written(flushPasses);
    all.sink.sample(sampleOf([all.add("f")]));
    assert.equal(all.text, "");
    all.sink.passEnd();
    assert.equal(all.text !== "", flushPasses);
  }
});

Deno.test("CollapsedSink writes what a naive writer does, whatever it is given", () => {
  const event = fc.record({
    threadIndex: fc.nat(3),
    tid: fc.integer({ min: 10, max: 11 }),
    frames: fc.array(fc.nat(30), { maxLength: 80 }),
    isInvalid: fc.boolean(),
    isCollecting: fc.boolean(),
    timeUs: fc.nat(),
    keeps: fc.nat(80),
    clears: fc.integer({ min: 0, max: 40 }),
  });
  // Names are long, so that a few lines fill the writer's buffer.
  const sizes = fc.array(fc.constantFrom(1, 10, 5_000, 40_000), {
    minLength: 31,
    maxLength: 31,
  });
  fc.assert(
    fc.property(sizes, fc.array(event, { maxLength: 60 }), (sizes, events) => {
      const names = sizes.map((size, i) => `é;${i}`.padEnd(size, "."));
      const all = new Written();
      const fill = () => names.forEach((name) => all.add(name));
      fill();
      let expected = "";
      const last: number[][] = [];
      for (const { frames, keeps, clears, ...fields } of events) {
        if (clears === 0) {
          all.frames.clear();
          fill();
        }
        // Mostly a stack is like the one before it.
        const before = last[fields.threadIndex] ?? [];
        const ids = [...frames, ...before.slice(-keeps)].slice(0, 150);
        last[fields.threadIndex] = ids;
        all.sink.sample(sampleOf(ids, fields));
        const parts = [
          `P1;T0:${fields.tid}`,
          ...(fields.isInvalid ? [":INVALID:"] : []),
          ...ids.toReversed().map((id) => `a.py:${escapeName(names[id]!)}:1`),
          ...(fields.isCollecting ? [":GC:"] : []),
        ];
        expected += `${parts.join(";")} ${fields.timeUs}\n`;
      }
      all.sink.close();
      assert.ok(all.text === `${expected}\n`);
    }),
    { numRuns: 60 },
  );
});
