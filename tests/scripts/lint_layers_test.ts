import assert from "node:assert/strict";
import plugin from "../../scripts/lint_layers.ts";

/** What the plugin says of a file of the project. */
function lint(path: string, source: string): string[] {
  const root = `${import.meta.dirname}`.replace(/tests.scripts$/, "");
  return Deno.lint.runPlugin(plugin, `${root}${path}`, source)
    .map(({ message }) => message);
}

Deno.test.each([
  ["src/events/sample.ts", 'import "../limits.ts";'],
  ["src/units.ts", 'import "./errors.ts";'],
  ["src/memory/snapshot.ts", 'import "./remote_memory.ts";'],
  ["src/python/frame.ts", 'import "../memory/snapshot.ts";'],
  ["src/python/layouts/v3_8.ts", 'import "../version.ts";'],
  ["src/python/frame.ts", 'import { Sample } from "../events/sample.ts";'],
  ["src/sampling/session.ts", 'import "../python/frame.ts";'],
  ["src/output/mojo.ts", 'import "../events/sink.ts";'],
  ["src/formats/pprof.ts", 'import "node:zlib";'],
  ["src/formats/pprof.ts", 'import "pprof-format";'],
  ["src/cli/run.ts", 'import "../../ffi/shim.ts";'],
  ["src/cli/run.ts", 'await import("node:zlib");'],
  ["src/cli/run.ts", 'import "../output/mojo.ts";'],
  ["src/cli/version.ts", 'import d from "../../deno.json" with {type:"json"};'],
  ["ffi/shim.ts", 'import type { Clock } from "../src/sampling/pacer.ts";'],
  ["ffi/shim.ts", 'import { type Clock } from "../src/sampling/pacer.ts";'],
  ["ffi/library.ts", "Deno.dlopen(path, symbols);"],
  ["main.ts", 'import "./src/cli/run.ts"; Deno.exit(0);'],
  ["scripts/pack.ts", 'import "../src/python/frame.ts"; Deno.exit(1);'],
  ["tests/a_test.ts", 'import "../src/cli/parse.ts"; view.getBigUint64(0);'],
])("lint_layers lets %s say %s", (path, source) => {
  assert.deepEqual(lint(path, source), []);
});

Deno.test.each([
  [
    "src/python/frame.ts",
    'import { Mojo } from "../output/mojo.ts";',
    "'python' must not import 'output'",
  ],
  [
    "src/python/frame.ts",
    'import type { Mojo } from "../output/mojo.ts";',
    "'python' must not import 'output'",
  ],
  [
    "src/python/frame.ts",
    'type Mojo = import("../output/mojo.ts").Mojo;',
    "'python' must not import 'output'",
  ],
  [
    "src/python/frame.ts",
    'export * from "../sampling/session.ts";',
    "'python' must not import 'sampling'",
  ],
  [
    "src/output/mojo.ts",
    'export { a } from "../python/frame.ts";',
    "'output' must not import 'python'",
  ],
  [
    "src/sampling/session.ts",
    'await import("../cli/run.ts");',
    "'sampling' must not import 'cli'",
  ],
  [
    "src/memory/process_memory.ts",
    'import "../../ffi/shim.ts";',
    "'memory' must not import 'ffi'",
  ],
  [
    "src/errors.ts",
    'import "./events/sample.ts";',
    "'base' must not import 'events'",
  ],
  [
    "main.ts",
    'import "./src/python/frame.ts";',
    "'main' must not import 'python'",
  ],
  [
    "src/cli/run.ts",
    'import "../../tests/support/fake.ts";',
    "'cli' must not import 'tests/support/fake.ts'",
  ],
  [
    "ffi/shim.ts",
    'import { Pacer } from "../src/sampling/pacer.ts";',
    "'ffi' must import only types of 'sampling'",
  ],
  [
    "src/cli/run.ts",
    'import { parseArgs } from "node:util";',
    "'cli' must not load 'node:util' at the start",
  ],
  [
    "src/new/idea.ts",
    'import "../errors.ts";',
    "'src/new/idea.ts' is in no layer: give it a row",
  ],
  [
    "src/memory/snapshot.ts",
    "view.getBigUint64(0, true);",
    "no bigint: addresses are numbers, read as two u32",
  ],
  [
    "src/memory/snapshot.ts",
    "const page = 4096n;",
    "no bigint: addresses are numbers, read as two u32",
  ],
  [
    "src/memory/snapshot.ts",
    "BigInt(address);",
    "no bigint: addresses are numbers, read as two u32",
  ],
  [
    "src/process/process.ts",
    "Deno.dlopen(path, {});",
    "only ffi/library.ts says Deno.dlopen",
  ],
  [
    "src/cli/run.ts",
    "Deno.exit(1);",
    "only main.ts says Deno.exit",
  ],
])("lint_layers does not let %s say %s", (path, source, message) => {
  assert.deepEqual(lint(path, source), [message]);
});

Deno.test("lint_layers leaves files outside the project alone", () => {
  const source = 'import "../src/cli/parse.ts"; Deno.exit(1);';
  const said = Deno.lint.runPlugin(plugin, "/elsewhere/main2.ts", source);
  assert.deepEqual(said, []);
});
