import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter } from "../../src/output/byte_writer.ts";

/** What a target does with a write: an error, or how many bytes it takes at most. */
type Answer = Error | number;

/** Takes bytes as it was told to, then all. */
class FakeTarget {
  readonly #answers: Answer[];
  readonly writes: number[] = [];
  readonly #taken: number[] = [];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  writeSync(bytes: Uint8Array): number {
    const answer = this.#answers.shift() ?? Infinity;
    if (answer instanceof Error) throw answer;
    const taken = bytes.subarray(0, Math.min(answer, bytes.length));
    for (const byte of taken) this.#taken.push(byte);
    this.writes.push(taken.length);
    return taken.length;
  }

  get text(): string {
    return new TextDecoder().decode(new Uint8Array(this.#taken));
  }
}

Deno.test("ByteWriter holds bytes back until it is flushed", () => {
  const target = new FakeTarget();
  const writer = new ByteWriter(target);
  writer.text("some ");
  writer.text("text é");
  assert.equal(target.text, "");
  writer.flush();
  assert.equal(target.text, "some text é");
  assert.equal(writer.totalWritten, 12);
  assert.deepEqual(target.writes, [12]);
});

Deno.test("ByteWriter.flush() writes nothing when there is nothing", () => {
  const target = new FakeTarget();
  const writer = new ByteWriter(target);
  writer.flush();
  writer.text("a");
  writer.flush();
  writer.flush();
  assert.deepEqual(target.writes, [1]);
});

Deno.test("ByteWriter writes in pieces of 64 KiB", () => {
  const target = new FakeTarget();
  const writer = new ByteWriter(target);
  for (let i = 0; i < 200; i++) writer.text("x".repeat(1024));
  assert.deepEqual(target.writes, [65536, 65536, 65536]);
});

Deno.test("ByteWriter.reserve() changes the generation only when positions lose their meaning", () => {
  const writer = new ByteWriter(new FakeTarget());
  const size = writer.bytes.length;
  writer.text("abc");
  writer.reserve(size - 3);
  assert.equal(writer.generation, 0);
  assert.equal(writer.position, 3);
  writer.reserve(size - 2);
  assert.equal(writer.generation, 1);
  assert.equal(writer.position, 0);
});

Deno.test("ByteWriter.reserve() makes room for lines of any size", () => {
  const target = new FakeTarget();
  const writer = new ByteWriter(target);
  writer.text("abc");
  const size = writer.bytes.length * 3;
  writer.reserve(size);
  writer.bytes.fill(0x61, writer.position, writer.position + size);
  writer.position += size;
  writer.flush();
  assert.equal(writer.totalWritten, size + 3);
  assert.equal(target.text, `abc${"a".repeat(size)}`);
});

Deno.test("ByteWriter.flush() goes on after short writes and interruptions", () => {
  const target = new FakeTarget(
    2,
    new Deno.errors.Interrupted("EINTR"),
    1,
    new Deno.errors.WouldBlock("EAGAIN"),
    0,
  );
  const writer = new ByteWriter(target);
  writer.text("some text");
  writer.flush();
  assert.equal(target.text, "some text");
  assert.equal(writer.totalWritten, 9);
});

Deno.test("ByteWriter.flush() throws an OutputError with what was lost", () => {
  const cause = new Error("No space left on device (os error 28)");
  const target = new FakeTarget(4, cause);
  const writer = new ByteWriter(target);
  writer.text("some text");
  assert.throws(() => writer.flush(), {
    name: "OutputError",
    message:
      "Cannot write samples: No space left on device (os error 28) (5 bytes were not written)",
    cause,
  });
  assert.equal(writer.totalWritten, 4);
});

Deno.test("ByteWriter.flush() throws a BrokenPipeError when the reader has gone", () => {
  const target = new FakeTarget(new Deno.errors.BrokenPipe("EPIPE"));
  const writer = new ByteWriter(target);
  writer.text("some text");
  assert.throws(() => writer.flush(), {
    name: "BrokenPipeError",
    message: "Cannot write samples: the reader has gone",
  });
});

Deno.test("ByteWriter writes nothing more after a failure", () => {
  const target = new FakeTarget(4, new Error("full"));
  const writer = new ByteWriter(target);
  writer.text("some text");
  assert.throws(() => writer.flush());
  writer.flush();
  writer.text("more".repeat(100_000));
  writer.flush();
  assert.equal(target.text, "some");
});

Deno.test("ByteWriter writes every byte once and in order, whatever the target takes", () => {
  const texts = fc.array(fc.tuple(fc.nat(200_000), fc.boolean()), {
    maxLength: 20,
  });
  const answers = fc.array(
    fc.oneof(
      fc.nat(100_000),
      fc.constant(new Deno.errors.Interrupted("EINTR")),
    ),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(texts, answers, (texts, answers) => {
      const target = new FakeTarget(...answers);
      const writer = new ByteWriter(target);
      let expected = "";
      for (const [size, flushes] of texts) {
        const text = `${expected.length} `.padEnd(size, ".");
        expected += text;
        writer.text(text);
        if (flushes) writer.flush();
      }
      writer.flush();
      assert.ok(target.text === expected);
      assert.equal(writer.totalWritten, expected.length);
    }),
    { numRuns: 30 },
  );
});
