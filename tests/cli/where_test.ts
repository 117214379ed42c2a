import assert from "node:assert/strict";
import { austinTable } from "../../src/cli/options.ts";
import { parse } from "../../src/cli/parse.ts";
import { type Settings, settingsOf } from "../../src/cli/settings.ts";
import { UsageError } from "../../src/errors.ts";
import * as austin37 from "./austin_3_7.ts";

function settings(line: string): Settings {
  const parsed = parse(austinTable, line.split(" "), "austin");
  return settingsOf(parsed, "austin", {});
}

/** The part of the settings that says what is looked at. */
function target(line: string): object {
  const { mode, ...rest } = settings(line);
  if (mode === "launch") return { mode };
  if (!("json" in rest)) return { mode, pid: "pid" in rest ? rest.pid : 0 };
  return { mode, pid: rest.pid, json: rest.json };
}

Deno.test.each([
  ["-w 42", 42],
  ["--where=42", 42],
  ["--wh 42", 42],
  ["-bw42", 42],
  ["-p 1 -w 42", 42],
  ["-w 1 -p 42", 42],
  ["-w 1 -w 42", 42],
])("settingsOf() looks at a process with %s", (line, pid) => {
  assert.deepEqual(target(line), { mode: "where", pid, json: false });
});

Deno.test("settingsOf() writes JSON with --json", () => {
  assert.deepEqual(target("--json -w 42"), {
    mode: "where",
    pid: 42,
    json: true,
  });
});

Deno.test("settingsOf() does not let -w sample without it", () => {
  assert.deepEqual(target("-p 42"), { mode: "attach", pid: 42 });
});

Deno.test.each([
  ["-w 1 foo", "the -w option is incompatible with the command argument"],
  [
    "-p 1 -w 1 -- foo",
    "the -w option is incompatible with the command argument",
  ],
  ["--json -p 1", "the --json option goes with -w/--where"],
  ["--json foo", "the --json option goes with -w/--where"],
])("settingsOf() refuses %s", (line, complaint) => {
  assert.throws(() => settings(line), (error) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.message, `austin: ${complaint}`);
    assert.equal(error.hint, austin37.hint);
    return true;
  });
});

Deno.test.each([["-w 0"], ["-w x"], ["--where=-1"]])(
  "parse() refuses %s as 3.7.0 does",
  (line) => {
    assert.throws(() => settings(line), { message: "austin: invalid PID" });
  },
);
