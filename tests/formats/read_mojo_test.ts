import assert from "node:assert/strict";
import { ProfileError } from "../../src/formats/profile_error.ts";
import {
  lineFrame,
  type PlainProfile,
  plainSample,
  readPlain,
} from "../support/profile.ts";

const header = ["MOJ", 3];
const strings = [11, 2, "a.py\0", 11, 3, "f\0"];
const module = lineFrame("a.py", "f", 7);

Deno.test("MojoDecoder reads version 1", () => {
  const { samples } = read(
    "MOJ",
    1,
    2,
    5,
    "1f\0",
    ...strings,
    3,
    9,
    2,
    3,
    7,
    5,
    9,
    9,
    4,
  );
  assert.deepEqual(samples, [
    plainSample({ pid: 5, tid: 0x1f, frames: [module], timeUs: 4 }),
  ]);
});

Deno.test("MojoDecoder reads version 2", () => {
  const { samples } = read(
    "MOJ",
    2,
    2,
    5,
    "1f\0",
    ...strings,
    3,
    9,
    2,
    3,
    7,
    8,
    1,
    2,
    5,
    9,
    9,
    4,
  );
  const frame = { ...module, endLine: 8, column: 1, endColumn: 2 };
  assert.deepEqual(samples, [
    plainSample({ pid: 5, tid: 0x1f, frames: [frame], timeUs: 4 }),
  ]);
});

Deno.test("MojoDecoder reads interpreters in version 3", () => {
  const { samples } = read(...header, 2, 5, 1, "1f\0", 9, 4);
  assert.deepEqual(samples, [
    plainSample({ pid: 5, iid: 1, tid: 0x1f, timeUs: 4 }),
  ]);
});

Deno.test("MojoDecoder reads metadata before and after samples", () => {
  const { metadata, samples, error } = read(
    ...header,
    1,
    "mode\0wall\0",
    2,
    5,
    0,
    "5\0",
    9,
    4,
    1,
    "duration\x009\0",
  );
  assert.equal(error, null);
  assert.deepEqual(metadata, [["mode", "wall"], ["duration", "9"]]);
  assert.equal(samples.length, 1);
});

Deno.test("MojoDecoder knows <unknown> without a definition", () => {
  const { samples } = read(
    ...header,
    2,
    1,
    0,
    "1\0",
    11,
    2,
    "native@7f\0",
    3,
    9,
    2,
    1,
    0,
    0,
    0,
    0,
    5,
    9,
    9,
    0,
  );
  assert.deepEqual(samples[0]?.frames, [
    lineFrame("native@7f", "<unknown>", 0),
  ]);
});

Deno.test("MojoDecoder keeps kernel frames", () => {
  const { samples } = read(
    ...header,
    2,
    1,
    0,
    "1\0",
    6,
    "do_syscall_64\0",
    9,
    0,
  );
  assert.deepEqual(samples[0]?.frames, [
    {
      ...lineFrame("kernel", "do_syscall_64", 0),
      machine: { kind: "kernel" },
    },
  ]);
});

Deno.test("MojoDecoder takes the latest definition of a key", () => {
  const stack = [2, 1, 0, "1\0"];
  const { samples } = read(
    ...[...header, ...stack, ...strings, 3, 9, 2, 3, 7, 0, 0, 0, 5, 9, 9, 0],
    ...[...stack, 11, 2, "b.py\0", 5, 9, 9, 0],
    ...[...stack, 3, 9, 2, 3, 7, 0, 0, 0, 5, 9, 9, 0],
  );
  const files = samples.map(({ frames }) => frames[0]?.file);
  assert.deepEqual(files, ["a.py", "a.py", "b.py"]);
});

Deno.test("MojoDecoder keeps the definitions of processes apart", () => {
  const define = (file: string) => [11, 2, file, 3, 9, 2, 2, 7, 0, 0, 0];
  const { samples } = read(
    ...[...header, 2, 1, 0, "1\0", ...define("a.py\0"), 5, 9, 9, 0],
    ...[2, 2, 0, "2\0", ...define("b.py\0"), 5, 9, 9, 0],
    ...[2, 1, 0, "1\0", 5, 9, 9, 0],
  );
  const files = samples.map(({ frames }) => frames[0]?.file);
  assert.deepEqual(files, ["a.py", "b.py", "a.py"]);
});

Deno.test("MojoDecoder reads the name of a thread in version 4", () => {
  const { samples } = read(
    "MOJ",
    4,
    2,
    1,
    0,
    "Thread-1 (f)\0",
    9,
    0,
    2,
    1,
    0,
    "1f\0",
    9,
    0,
  );
  assert.deepEqual(
    samples.map(({ tid, threadName }) => [tid, threadName]),
    [[0, "Thread-1 (f)"], [0x1f, ""]],
  );
});

/** `a.py:f:7` as frame 9 and `native@7f:sym:5` as frame 10. */
const python = [...strings, 3, 9, 2, 3, 7, 0, 0, 0];
const native = [11, 4, "native@7f\0", 11, 5, "sym\0", 3, 10, 4, 5, 5, 0, 0, 0];

Deno.test("MojoDecoder repeats the frames of the same thread in version 4", () => {
  const { samples, error } = read(
    ...["MOJ", 4, 2, 1, 0, "1\0", ...python, ...native, 5, 9, 5, 10, 9, 1],
    ...[2, 1, 0, "2\0", 13, 9, 2],
    ...[2, 1, 0, "1\0", 13, 5, 10, 5, 10, 9, 3],
    ...[2, 1, 0, "1\0", 13, 9, 4],
  );
  assert.equal(error, null);
  const scopes = samples.map(({ frames }) => frames.map(({ scope }) => scope));
  assert.deepEqual(scopes, [["f", "sym"], [], ["f", "sym", "sym"], ["f"]]);
});

const pointer = [0x90, 0xe7, 0xa9, 0x61];
const named = [3, ...pointer, 2, 3, 7, 0, 0, 0];

Deno.test("MojoDecoder passes over tasks that end with a time", () => {
  const { samples, error } = read(
    ...["MOJ", 4, 2, 1, 0, "1\0", ...strings],
    ...[14, 0x99, 1, 2, ...named, 5, ...pointer, 9, 100],
    ...[14, 0x99, 1, 2, 9, 100, 15, 0x99, 1, 0x99, 2],
    ...[5, ...pointer, 9, 4],
  );
  assert.equal(error, null);
  assert.deepEqual(samples, [plainSample({ frames: [module], timeUs: 4 })]);
});

Deno.test("MojoDecoder passes over tasks that count their frames", () => {
  const { samples, error } = read(
    ...["MOJ", 4, 2, 1, 0, "1\0", ...strings],
    ...[14, 0x99, 1, 2, 1, ...named, 5, ...pointer],
    ...[14, 0x99, 1, 0, 0, 16, 0x99, 1],
    ...[5, ...pointer, 9, 4],
  );
  assert.equal(error, null);
  assert.deepEqual(samples, [plainSample({ frames: [module], timeUs: 4 })]);
});

Deno.test("MojoDecoder keeps the frames at the leaf of a stack that is too deep", () => {
  const frame = [5, 9];
  const deep = Array.from({ length: 70_000 }, () => frame).flat();
  const { samples, error } = read(
    ...header,
    2,
    1,
    0,
    "1\0",
    ...python,
    ...native,
    5,
    9,
    deep,
    5,
    10,
    9,
    4,
  );
  assert.equal(error, null);
  assert.equal(samples[0]?.frames.length, 65_536);
  assert.equal(samples[0]?.frames.at(-1)?.scope, "sym");
  assert.equal(samples[0]?.isInvalid, true);
});

const broken: readonly (readonly [
  what: string,
  bytes: readonly (number | string)[],
  message: string,
])[] = [
  [
    "an unknown version",
    ["MOJ", 5],
    "MOJO version 5, which is not known, at byte 0",
  ],
  [
    "an event before any stack",
    [...header, 9, 1],
    "event 9 before any stack at byte 4",
  ],
  [
    "an unknown event",
    [...header, 2, 1, 0, "1\0", 9, 0, 17],
    "the unknown event 17 at byte 11",
  ],
  [
    "an event of version 4 in version 3",
    [...header, 2, 1, 0, "1\0", 13],
    "the unknown event 13 at byte 9",
  ],
  [
    "a frame without definition",
    [...header, 2, 1, 0, "1\0", 5, 9],
    "frame 9, which is not defined, at byte 9",
  ],
  [
    "a string without definition",
    [...header, 2, 1, 0, "1\0", 3, 9, 2],
    "string 2, which is not defined, at byte 9",
  ],
  [
    "a number that goes on",
    [...header, 2, ...Array(12).fill(0x80)],
    "a number of more than 10 bytes at byte 4",
  ],
  [
    "a string that goes on",
    [...header, 1, "a".repeat(70_000)],
    "a string of more than 65536 bytes at byte 4",
  ],
  [
    "a stack without metrics",
    [...header, 2, 1, 0, "1\0"],
    "it ends in the middle of a sample at byte 9",
  ],
  [
    "half an event",
    [...header, 1, "mo"],
    "it ends in the middle of a sample at byte 4",
  ],
];

for (const [what, bytes, message] of broken) {
  Deno.test(`MojoDecoder refuses ${what}`, () => {
    const { error } = read(...bytes);
    assert.ok(error instanceof ProfileError);
    assert.equal(error.message, `Cannot read the profile: ${message}`);
  });
}

Deno.test("MojoDecoder gives the sample before the damage", () => {
  const { samples, error } = read(...header, 2, 1, 0, "1\0", 9, 4, 99);
  assert.deepEqual(samples, [plainSample({ timeUs: 4 })]);
  assert.ok(error instanceof ProfileError);
  assert.equal(error.offset, 11);
});

function read(...parts: (number | string | number[])[]): PlainProfile {
  const encoder = new TextEncoder();
  const bytes = parts.flatMap((part) =>
    typeof part === "string" ? [...encoder.encode(part)] : part
  );
  return readPlain(new Uint8Array(bytes), 3);
}
