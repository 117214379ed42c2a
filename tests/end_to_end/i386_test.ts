/**
 * 32-bit CPythons of x86, sampled by the 64-bit austin: what it says is
 * compared with `sys._current_frames()` of the target. One version always;
 * with `--all` every version, and on them all the tests of what CPythons do.
 */

import assert from "node:assert/strict";
import {
  findPythons,
  Python,
  type Version,
  VERSIONS,
} from "../../scripts/pythons.ts";
import { I386_SOURCES } from "../../scripts/pythons/i386.ts";
import { root } from "../../scripts/tree.ts";
import { austin } from "../support/austin.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { debianPackages } from "../support/debian_root.ts";
import { PYTHONS_VARIABLE } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import { i386Kernel, slowTier, testNeeding } from "../support/needs.ts";
import { readPlain } from "../support/profile.ts";
import {
  assertShown,
  assertStands,
  samplesOf,
  toldBy,
} from "../support/standing.ts";
import { startTarget } from "../support/target.ts";

const needs = [i386Kernel, ...debianPackages];

/** The one that Debian 12 has. */
const ALWAYS: Version = "3.11";

/** Tests that run on each CPython there is, and that need nothing else in its root: others start a shell. */
const SUITES = [
  "end_to_end/frames_test.ts",
  "end_to_end/interpreters_test.ts",
  "end_to_end/modes_test.ts",
  "end_to_end/names_test.ts",
  "end_to_end/truth_test.ts",
  "end_to_end/where_test.ts",
  "python/thread_names_test.ts",
];

async function python(version: Version): Promise<Python> {
  const [found] = await findPythons([version], { table: I386_SOURCES });
  if (found instanceof Python) return found;
  throw new Error(`There is no i386 CPython ${version}: ${found?.reason}`);
}

function testEach(name: string, fn: (python: Python) => Promise<void>): void {
  for (const version of VERSIONS) {
    testNeeding(
      version === ALWAYS ? needs : [slowTier, ...needs],
      `${name} on i386, CPython ${version}`,
      async () => fn(await python(version)),
    );
  }
}

testEach("-w shows where CPython says that it is", async (python) => {
  await using target = await startTarget(python, "standing.py", [60]);
  const args = ["-w", `${target.pid}`, "--json"];
  const { code, stdout, stderr } = await austin(args);
  assert.equal(code, 0, stderr);
  const [process] = JSON.parse(stdout).processes;
  assert.equal(process.python, python.fullVersion);
  assertShown(process.threads, target);
});

testEach("samples as text are what CPython says", async (python) => {
  await using target = await startTarget(python, "standing.py", [60]);
  const args = ["-i", "5ms", "-x", "1", "-p", `${target.pid}`];
  const { code, stdout, stderr } = await austin(args);
  assert.equal(code, 0, stderr);
  const { samples } = parseCollapsed(stdout);
  for (const told of toldBy(target)) {
    for (const { stack } of samplesOf(samples, told)) {
      assert.equal(stack.isInvalid, false);
      assertStands(stack.frames, told);
    }
  }
});

testEach(
  "samples as MOJO, with all metrics, are what CPython says",
  (python) =>
    inFolder(async (folder) => {
      await using target = await startTarget(python, "standing.py", [60]);
      const file = `${folder}/samples.mojo`;
      const args = ["-bfg", "-i", "5ms", "-x", "1", "-o", file];
      const { code, stderr } = await austin([...args, "-p", `${target.pid}`]);
      assert.equal(code, 0, stderr);
      const { samples, error } = readPlain(await Deno.readFile(file));
      assert.equal(error, null);
      for (const told of toldBy(target)) {
        for (const { frames } of samplesOf(samples, told)) {
          assertStands(frames, told);
        }
      }
    }),
);

testEach("-n says that it takes Python frames only", async (python) => {
  await using target = await startTarget(python, "standing.py", [60]);
  const args = ["-n", "-i", "5ms", "-x", "1", "-p", `${target.pid}`];
  const { code, stdout, stderr } = await austin(args);
  assert.equal(code, 0, stderr);
  const message =
    `Cannot take native stacks of process ${target.pid}: it runs a 32-bit Python`;
  assert.ok(stderr.includes(message), stderr);
  const { samples } = parseCollapsed(stdout);
  const [told] = toldBy(target);
  for (const { stack } of samplesOf(samples, told!)) {
    assertStands(stack.frames, told!);
  }
});

for (const suite of SUITES) {
  testNeeding([slowTier, ...needs], `${suite} passes on i386`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", `${root}/tests/${suite}`],
      env: { [PYTHONS_VARIABLE]: "i386", NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    assert.equal(code, 0, text.decode(stdout) + text.decode(stderr));
  });
}
