import assert from "node:assert/strict";
import { ProfileError } from "../../src/formats/profile_error.ts";
import {
  lineFrame,
  type PlainProfile,
  plainSample,
  readPlain,
} from "../support/profile.ts";

Deno.test("CollapsedDecoder reads metadata, samples and trailer", () => {
  const { metadata, samples, error } = read(`# austin: 3.7.0
# mode: wall

P5;T1:6;a.py:<module>:9;b.py:B.f:3 120

# duration: 200
# a comment
#

`);
  assert.equal(error, null);
  assert.deepEqual(metadata, [
    ["austin", "3.7.0"],
    ["mode", "wall"],
    ["duration", "200"],
  ]);
  assert.deepEqual(samples, [
    plainSample({
      pid: 5,
      iid: 1,
      tid: 6,
      frames: [lineFrame("a.py", "<module>", 9), lineFrame("b.py", "B.f", 3)],
      timeUs: 120,
    }),
  ]);
});

Deno.test("CollapsedDecoder reads metadata with colons", () => {
  const { metadata } = read("# map: 7f00-7f01 /usr/lib/a: b.so\n");
  assert.deepEqual(metadata, [["map", "7f00-7f01 /usr/lib/a: b.so"]]);
});

Deno.test("CollapsedDecoder reads one metric by the mode", () => {
  const line = "P1;T0:1;a.py:f:1 -40";
  const [wall] = read(`# mode: wall\n${line}`).samples;
  const [memory] = read(`# mode: memory\n${line}`).samples;
  assert.deepEqual([wall?.timeUs, wall?.memoryBytes], [-40, 0]);
  assert.deepEqual([memory?.timeUs, memory?.memoryBytes], [0, -40]);
});

Deno.test("CollapsedDecoder reads three metrics in full mode", () => {
  const [sample] = read("# mode: full\nP1;T0:1 419,1,-4096\n").samples;
  assert.deepEqual(
    sample,
    plainSample({ timeUs: 419, isIdle: true, memoryBytes: -4096 }),
  );
});

Deno.test("CollapsedDecoder reads INVALID and GC as what they mean", () => {
  const [sample] =
    read("P1;T0:1;:INVALID:;a.py:f:3;:INVALID:;:GC: 5\n").samples;
  assert.equal(sample?.isInvalid, true);
  assert.equal(sample?.isCollecting, true);
  assert.deepEqual(sample?.frames, [lineFrame("a.py", "f", 3)]);
});

const frames: readonly (readonly [
  text: string,
  file: string,
  scope: string,
  line: number,
])[] = [
  ["C:\\Program Files\\a.py:f:3", "C:\\Program Files\\a.py", "f", 3],
  [
    "/home/me/my code/a b.py:f.<locals>.<lambda>:3",
    "/home/me/my code/a b.py",
    "f.<locals>.<lambda>",
    3,
  ],
  [
    "<frozen importlib._bootstrap>:_load:7",
    "<frozen importlib._bootstrap>",
    "_load",
    7,
  ],
  ["/tmp/a;b.py:f:3", "/tmp/a;b.py", "f", 3],
  ["/tmp/a;b;c.py:f:3", "/tmp/a;b;c.py", "f", 3],
  [
    "native@7f0a:std::vector<int>::at:12",
    "native@7f0a",
    "std::vector<int>::at",
    12,
  ],
  [":f:3", "", "f", 3],
  ["::3", "", "", 3],
];

for (const [text, file, scope, line] of frames) {
  Deno.test(`CollapsedDecoder reads the frame ${text}`, () => {
    const { samples, error } = read(`P1;T0:1;${text};x.py:g:1 5\n`);
    assert.equal(error, null);
    assert.deepEqual(samples[0]?.frames, [
      lineFrame(file, scope, line),
      lineFrame("x.py", "g", 1),
    ]);
  });
}

Deno.test("CollapsedDecoder knows the kernel's frames", () => {
  const { samples, error } = read("P1;T0:1;x.py:g:1;kernel:do_poll:0 5\n");
  assert.equal(error, null);
  assert.deepEqual(samples[0]?.frames, [
    lineFrame("x.py", "g", 1),
    { ...lineFrame("kernel", "do_poll", 0), machine: { kind: "kernel" } },
  ]);
});

const threads: readonly (readonly [
  head: string,
  fields: readonly [pid: number, iid: number, tid: number, name: string],
])[] = [
  ["P5;T0:6", [5, 0, 6, ""]],
  ["P5;T6", [5, 0, 6, ""]],
  ["P5;T1:1a2c", [5, 1, 0x1a2c, ""]],
  ["P5;T0:MainThread", [5, 0, 0, "MainThread"]],
  ["P5;T0:Thread-1 (work: f)", [5, 0, 0, "Thread-1 (work: f)"]],
];

for (const [head, expected] of threads) {
  Deno.test(`CollapsedDecoder reads the thread of ${head}`, () => {
    const [sample] = read(`${head};a.py:f:1 5\n`).samples;
    const { pid, iid, tid, threadName } = sample ?? plainSample();
    assert.deepEqual([pid, iid, tid, threadName], expected);
  });
}

Deno.test("CollapsedDecoder takes lines that end as on Windows", () => {
  const { samples, error } = read("# mode: wall\r\n\r\nP1;T0:1;a.py:f:3 5\r\n");
  assert.equal(error, null);
  assert.equal(samples[0]?.timeUs, 5);
});

Deno.test("CollapsedDecoder takes a last line without an end", () => {
  assert.equal(read("P1;T0:1;a.py:f:3 5").samples[0]?.timeUs, 5);
});

const broken:
  readonly (readonly [what: string, line: string, state: string])[] = [
    ["no sample", "something else", "no sample"],
    ["no thread", "P1;a.py:f:3 5", "no process or thread"],
    ["no metric", "P1;T0:1;a.py:f:3 x", "no metrics"],
    ["two metrics", "P1;T0:1;a.py:f:3 1,0", "no metrics"],
    ["no frame", "P1;T0:1;a.py:f:3;b.py 5", "no frame"],
  ];

for (const [what, line, state] of broken) {
  Deno.test(`CollapsedDecoder refuses a line with ${what}`, () => {
    const good = "P1;T0:1;a.py:f:3 5\n";
    const { samples, error } = read(`# mode: wall\n${good}${line}\n${good}`);
    assert.equal(samples.length, 1);
    assert.ok(error instanceof ProfileError);
    assert.equal(error.message, `Cannot read the profile: ${state} at line 3`);
    assert.equal(error.line, 3);
    assert.equal(error.offset, 32);
  });
}

function read(text: string): PlainProfile {
  return readPlain(new TextEncoder().encode(text), 5);
}
