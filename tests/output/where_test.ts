import assert from "node:assert/strict";
import type { Frame } from "../../src/events/frame_table.ts";
import type { ProcessStacks, ThreadStack } from "../../src/events/stacks.ts";
import { type Colours, whereText } from "../../src/output/where.ts";
import { whereJson } from "../../src/output/where_json.ts";

const plain: Colours = {
  green: String,
  yellow: String,
  blue: String,
  magenta: String,
  cyan: String,
  grey: String,
  silver: String,
  ice: String,
};

const NATIVE = { kind: "native", module: "/lib/h.so", address: 28 } as const;

function frame(scope: string, line: number, file = "a.py"): Frame {
  return { file, scope, line, endLine: line, column: 5, endColumn: 11 };
}

function thread(parts: Partial<ThreadStack> = {}): ThreadStack {
  return {
    iid: 0,
    tid: 42,
    name: null,
    isIdle: false,
    isCollecting: false,
    isInvalid: false,
    frames: [frame("<module>", 9), frame("f", 2)],
    ...parts,
  };
}

function process(parts: Partial<ProcessStacks> = {}): ProcessStacks {
  return {
    pid: 42,
    isChild: false,
    python: "3.12.1",
    threads: [thread()],
    lacksThreads: false,
    ...parts,
  };
}

const FRAMES = "    <module> (a.py:9)\n    f (a.py:2)\n";

Deno.test("whereText() lays threads out as 3.7 does", () => {
  const threads = [thread({ tid: 43, isIdle: true }), thread()];
  assert.equal(
    whereText(process({ threads }), plain),
    `\n\n💤 Process 42 🧵 Thread 0:43\n\n${FRAMES}` +
      `\n\n🚀 Process 42 🧵 Thread 0:42\n\n${FRAMES}`,
  );
});

Deno.test("whereText() colours as 3.7 does", () => {
  const sgr = (parameters: string) => (text: string) =>
    `\x1b[${parameters}m${text}\x1b[0m`;
  const colours = {
    green: sgr("32;1"),
    yellow: sgr("33;1"),
    blue: sgr("34;1"),
    magenta: sgr("35;1"),
    cyan: sgr("36;1"),
    grey: sgr("38;5;246"),
    silver: sgr("38;5;248;1"),
    ice: sgr("38;5;159"),
  };
  const threads = [
    thread({
      frames: [
        frame("f", 2),
        { ...frame("g", 7, "g.c"), machine: NATIVE },
        { ...frame("h", 0, "/lib/h.so"), machine: NATIVE },
        { ...frame("k", 0, "kernel"), machine: { kind: "kernel" } },
      ],
    }),
  ];
  assert.equal(
    whereText(process({ threads }), colours),
    "\n\n🚀 Process \x1b[35;1m42\x1b[0m 🧵 Thread \x1b[34;1m0:42\x1b[0m\n\n" +
      "    \x1b[33;1mf\x1b[0m (\x1b[36;1ma.py\x1b[0m:\x1b[32;1m2\x1b[0m)\n" +
      "    \x1b[38;5;246mg\x1b[0m (\x1b[38;5;248;1mg.c\x1b[0m:\x1b[38;5;246m7\x1b[0m)\n" +
      "    \x1b[38;5;246mh\x1b[0m (\x1b[38;5;248;1m/lib/h.so\x1b[0m:\x1b[38;5;246m0x1c\x1b[0m)\n" +
      "    \x1b[38;5;159mk\x1b[0m 🐧\n",
  );
});

Deno.test("whereText() marks children and names threads", () => {
  const threads = [thread({ iid: 2, name: "my; thread" })];
  assert.equal(
    whereText(process({ threads, isChild: true }), plain),
    `\n\n🚀🧒 Process 42 🧵 Thread 2:42 "my; thread"\n\n${FRAMES}`,
  );
});

Deno.test("whereText() says what could not be read and who collects garbage", () => {
  const threads = [
    thread({ isInvalid: true, isCollecting: true }),
    thread({ isInvalid: true, frames: [] }),
  ];
  assert.equal(
    whereText(process({ threads, lacksThreads: true }), plain),
    "\n\n🚀 Process 42 🧵 Thread 0:42\n\n" +
      "    :INVALID: (the stack could not be read whole)\n" + FRAMES +
      "    :GC: (collecting garbage)\n" +
      "\n\n🚀 Process 42 🧵 Thread 0:42\n\n" +
      "    :INVALID: (the stack could not be read whole)\n" +
      "\n\n❗ Process 42 has threads that could not be read\n",
  );
});

Deno.test("whereText() lets no control character through", () => {
  const evil = "\x1b]0;x\x07\r\n\x9b1m";
  const threads = [
    thread({ name: evil, frames: [frame(evil, 1, evil)] }),
  ];
  const text = whereText(process({ threads }), plain);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  assert.equal(text.split("\n").length, 6);
  assert.match(text, /\\x1b\]0;x\\x07\\x0d\\x0a\\x9b1m/);
});

Deno.test("whereJson() tells all that is known", () => {
  const unknown = {
    file: "b.py",
    scope: "g",
    line: 0,
    endLine: 0,
    column: 0,
    endColumn: 0,
  };
  const threads = [
    thread({ name: "MainThread", isIdle: true, frames: [frame("f", 2)] }),
    thread({
      isInvalid: true,
      isCollecting: true,
      iid: 1,
      tid: 43,
      frames: [unknown],
    }),
  ];
  const text = whereJson([process({ threads, isChild: true })], "1.2.3");
  assert.ok(text.endsWith("}\n"));
  assert.deepEqual(JSON.parse(text), {
    austin: "1.2.3",
    processes: [{
      pid: 42,
      child: true,
      python: "3.12.1",
      complete: true,
      threads: [{
        tid: 42,
        iid: 0,
        name: "MainThread",
        idle: true,
        gc: false,
        complete: true,
        frames: [{
          file: "a.py",
          scope: "f",
          line: 2,
          end_line: 2,
          column: 5,
          end_column: 11,
          kind: "python",
        }],
      }, {
        tid: 43,
        iid: 1,
        name: null,
        idle: false,
        gc: true,
        complete: false,
        frames: [{
          file: "b.py",
          scope: "g",
          line: null,
          end_line: null,
          column: null,
          end_column: null,
          kind: "python",
        }],
      }],
    }],
  });
});

Deno.test("whereJson() lets no control character through, and names survive", () => {
  const evil = "\x1b[31m\x7f\x9b1m\n\ud800";
  const text = whereJson([process({ threads: [thread({ name: evil })] })], "1");
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  assert.equal(JSON.parse(text).processes[0].threads[0].name, evil);
});
