/**
 * The file for Linux on aarch64, on this machine: an emulator of the processor
 * runs it. That has neither process_vm_readv nor ptrace, so memory is read
 * through `/proc/PID/mem`.
 */

import assert from "node:assert/strict";
import { root } from "../../scripts/tree.ts";
import {
  ARM64_TARGET,
  arm64Program,
  packArm64Program,
} from "../support/arm64_program.ts";
import { startProgram } from "../support/austin.ts";
import { debianPackages, debianRoot } from "../support/debian_root.ts";
import { inFolder } from "../support/folder.ts";
import { type Need, slowTier, testNeeding, tool } from "../support/needs.ts";
import { type Outcome, run } from "../support/program.ts";
import { startCommand } from "../support/target.ts";

const WORK = `
def f():
    while True: pass
print("ready {}", flush=True)
f()
`;

const otherMachine: Need = {
  what: "another machine than an aarch64 one",
  met: Deno.build.arch !== "aarch64",
};

/** Defines a test that gets what starts an aarch64 program. */
function test(
  name: string,
  fn: (emulator: readonly string[], folder: string) => Promise<void>,
): void {
  const needs = [
    slowTier,
    otherMachine,
    tool("qemu-aarch64"),
    tool("readelf"),
    ...debianPackages,
  ];
  testNeeding(needs, `on aarch64 austin ${name}`, async () => {
    await packArm64Program();
    const folder = await debianRoot(
      "bookworm",
      "python3.11-minimal",
      "arm64",
    );
    await fn(["qemu-aarch64", "-L", folder], folder);
  });
}

async function output(command: readonly string[]): Promise<Outcome> {
  const outcome = await run(command);
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome;
}

test("starts, and tells its options", async (emulator) => {
  const { version } = JSON.parse(
    await Deno.readTextFile(`${root}/deno.json`),
  );
  const told = await output([...emulator, arm64Program, "--version"]);
  assert.equal(told.stdout, `austin ${version}\n`);
  const help = await output([...emulator, arm64Program, "--help"]);
  assert.match(help.stdout, /-p, --pid/);
});

test("fails with this program's exit codes", async (emulator) => {
  const { code, stderr } = await run([
    ...emulator,
    arm64Program,
    "--no-such-option",
  ]);
  assert.equal(code, 64);
  assert.match(stderr, /no-such-option/);
  const none = await run([...emulator, arm64Program, "-p", "99999999"]);
  assert.equal(none.code, 36, none.stderr);
});

test("converts what was recorded", async (emulator) => {
  await inFolder(async (folder) => {
    const file = `${folder}/stacks`;
    await Deno.writeTextFile(file, "P1;T0:1;a.py:f:1;a.py:g:2 5\n");
    const convert = [...emulator, arm64Program, "--from", file];
    const { stdout } = await output([...convert, "--format", "speedscope"]);
    const { shared, profiles } = JSON.parse(stdout);
    const names = shared.frames.map((frame: { name: string }) => frame.name);
    assert.deepEqual(names.sort(), ["f", "g"]);
    assert.equal(profiles.length, 1);
  });
});

test("samples a Python of that machine", async (emulator, folder) => {
  const python = [...emulator, `${folder}/usr/bin/python3.11`, "-c", WORK];
  await using target = await startCommand(python, "");
  const args = ["-i", "10ms", "-x", "1", "-t", "10s"];
  await using sampler = startProgram(
    [...emulator, arm64Program, ...args, "-p", `${target.pid}`],
  );
  const { code, stdout, stderr } = await sampler.ended;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /;<string>:<module>:5;<string>:f:3 \d+$/m);
  assert.match(stdout, /^# duration: \d+$/m);
});

test("needs no newer C library than 2.17 for its shim", async () => {
  for (const name of ["libaustin.so", "entry_stub.elf"]) {
    const file = `${root}/native/build/${ARM64_TARGET}/${name}`;
    const { stdout } = await output(["readelf", "-h", "-V", file]);
    assert.match(stdout, /Machine: +AArch64/);
    const versions = Array.from(
      stdout.matchAll(/GLIBC_2\.(\d+)/g),
      ([, minor]) => Number(minor),
    );
    assert.ok(Math.max(0, ...versions) <= 17, stdout);
  }
});
