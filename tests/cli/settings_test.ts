import assert from "node:assert/strict";
import { austinTable } from "../../src/cli/options.ts";
import { parse } from "../../src/cli/parse.ts";
import { type Environment, settingsOf } from "../../src/cli/settings.ts";
import { ExitCode, NothingToDoError, UsageError } from "../../src/errors.ts";
import * as austin37 from "./austin_3_7.ts";

function settings(line: string, environment: Environment = {}) {
  const args = line.split(" ");
  return settingsOf(parse(austinTable, args, "austin"), "austin", environment);
}

Deno.test("settingsOf() launches a command", () => {
  assert.deepEqual(settings("-Pi 1ms -x 3 -o a.txt python x.py -V"), {
    mode: "launch",
    command: "python",
    args: ["x.py", "-V"],
    intervalUs: 1_000,
    timeoutMs: 1_000,
    exposureSec: 3,
    output: "a.txt",
    pipe: true,
    format: "text",
  });
});

Deno.test("settingsOf() attaches to a process", () => {
  assert.deepEqual(settings("-p 42 -t 2s"), {
    mode: "attach",
    pid: 42,
    intervalUs: 100,
    timeoutMs: 2_000,
    exposureSec: 0,
    output: undefined,
    pipe: false,
    format: "text",
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
    message: "austin: AUSTIN_FORMAT must be one of: text",
  });
});
