import assert from "node:assert/strict";
import { austinTable } from "../../src/cli/options.ts";
import { parse } from "../../src/cli/parse.ts";
import { type Environment, settingsOf } from "../../src/cli/settings.ts";
import { ExitCode, NothingToDoError, UsageError } from "../../src/errors.ts";
import { MAX_SNAPSHOT_SIZE } from "../../src/limits.ts";
import * as austin37 from "./austin_3_7.ts";

function settings(
  line: string,
  environment: Environment = {},
  name = "austin",
) {
  const args = line.split(" ");
  return settingsOf(parse(austinTable, args, name), name, environment);
}

/** What the settings are where nothing else is said. */
const defaults = {
  intervalUs: 100,
  timeoutMs: 1_000,
  exposureSec: 0,
  output: undefined,
  pipe: false,
  format: "text",
  selections: [],
  aggregate: false,
  counts: false,
  diff: undefined,
  isGrowth: false,
  top: 20,
  indent: 0,
  children: false,
  probes: { metrics: "time", cpuOnly: false, gc: false },
  native: false,
  kernel: false,
  maxSnapshotSize: MAX_SNAPSHOT_SIZE,
};

Deno.test("settingsOf() launches a command", () => {
  assert.deepEqual(settings("-Pi 1ms -x 3 -o a.txt python x.py -V"), {
    ...defaults,
    mode: "launch",
    command: "python",
    args: ["x.py", "-V"],
    intervalUs: 1_000,
    timeoutMs: 1_000,
    exposureSec: 3,
    output: "a.txt",
    pipe: true,
  });
});

Deno.test("settingsOf() attaches to a process", () => {
  assert.deepEqual(settings("-p 42 -t 2s"), {
    ...defaults,
    mode: "attach",
    pid: 42,
    timeoutMs: 2_000,
  });
});

Deno.test.each([["-P"], ["--"], ["-i 1ms --"]])(
  "settingsOf() has nothing to do for %s",
  (line) => {
    assert.throws(() => settings(line), (error) => {
      assert.ok(error instanceof NothingToDoError);
      assert.equal(
        error.message,
        "Nothing to sample: I need either a command to run or a PID to attach to",
      );
      assert.equal(error.exitCode, ExitCode.nothingToDo);
      return true;
    });
  },
);

Deno.test.each([["-p 1 foo"], ["-p 1 -- foo"], ["-p 1 -"]])(
  "settingsOf() refuses %s as 3.7.0 does",
  (line) => {
    assert.throws(() => settings(line), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(
        error.message,
        "austin: the -p option is incompatible with the command argument",
      );
      assert.equal(error.hint, austin37.hint);
      return true;
    });
  },
);

Deno.test.each([
  [{}],
  [{ AUSTIN_FORMAT: undefined }],
  [{ AUSTIN_FORMAT: "" }],
  [{ AUSTIN_FORMAT: "text" }],
])("settingsOf() writes text with %j", (environment) => {
  assert.equal(settings("python", environment).format, "text");
});

Deno.test("settingsOf() refuses a form that it does not know", () => {
  assert.throws(() => settings("python", { AUSTIN_FORMAT: "constructor" }), {
    name: "UsageError",
    message: /^austin: AUSTIN_FORMAT must be one of: text, collapsed, mojo, /,
  });
});

Deno.test.each([
  ["python", {}, "text"],
  ["-b python", {}, "mojo"],
  ["-o a.mojo python", {}, "mojo"],
  ["-o a.austin python", { AUSTIN_FORMAT: "mojo" }, "text"],
  ["-o a.txt python", { AUSTIN_FORMAT: "mojo" }, "mojo"],
  ["-bo a.austin python", {}, "mojo"],
  ["-b --format text python", {}, "text"],
  ["--format collapsed python", { AUSTIN_FORMAT: "mojo" }, "text"],
])(
  "settingsOf() finds the format of %s with %j",
  (line, environment, format) => {
    assert.equal(settings(line, environment).format, format);
  },
);

Deno.test.each([
  ["python", { metrics: "time", cpuOnly: false, gc: false }],
  ["-s python", { metrics: "time", cpuOnly: true, gc: false }],
  ["-cg python", { metrics: "time", cpuOnly: true, gc: true }],
  ["-m python", { metrics: "memory", cpuOnly: false, gc: false }],
  ["-ms python", { metrics: "memory", cpuOnly: false, gc: false }],
  ["-fms python", { metrics: "full", cpuOnly: false, gc: false }],
])("settingsOf() finds the probes of %s", (line, probes) => {
  assert.deepEqual(settings(line).probes, probes);
});

Deno.test("settingsOf() takes the heap for the bound of a snapshot", () => {
  assert.equal(settings("-h 8 python").maxSnapshotSize, 8 * 1024 * 1024);
});

Deno.test("settingsOf() refuses a difference in a form that cannot show one", () => {
  assert.throws(() => settings("--diff a.mojo --format gecko python"), {
    name: "UsageError",
    message: /^austin: the --diff option goes with these formats: text, mojo/,
  });
});

Deno.test.each(
  [
    ["-n -p 1", "austin", { native: true, kernel: false, intervalUs: 10_000 }],
    ["-k -p 1", "austin", { native: true, kernel: true, intervalUs: 10_000 }],
    ["-ni1ms -p 1", "austin", {
      native: true,
      kernel: false,
      intervalUs: 1_000,
    }],
    ["-p 1", "/bin/austinp", {
      native: true,
      kernel: false,
      intervalUs: 10_000,
    }],
    ["-p 1", "austin", { native: false, kernel: false, intervalUs: 100 }],
  ] as const,
)("settingsOf() samples machine code with %s of %s", (line, name, expected) => {
  const { native, kernel, intervalUs } = settings(line, {}, name);
  assert.deepEqual({ native, kernel, intervalUs }, expected);
});
