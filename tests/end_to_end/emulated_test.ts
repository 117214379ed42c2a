/** Where the kernel lacks a call, and where a Python is for another machine than ours. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { debianPackages, debianRoot } from "../support/debian_root.ts";
import { slowTier, testNeeding, tool } from "../support/needs.ts";
import { program, run } from "../support/program.ts";
import { startCommand, startTarget } from "../support/target.ts";

const [python] = await pythons(["3.12"]);

/** @returns a command under which the kernel refuses the call, as one that does not know it or as seccomp does. */
function withoutTheCall(error: string): string[] {
  return [
    "strace",
    ...["-f", "-qq", "-o", "/dev/null"],
    ...["-e", "trace=process_vm_readv"],
    ...["-e", `inject=process_vm_readv:error=${error}`],
  ];
}

for (
  const [error, how] of [["ENOSYS", "there is no"], [
    "EPERM",
    "it may not call",
  ]]
) {
  testNeeding(
    [
      { what: "CPython 3.12", met: python !== undefined },
      tool("strace"),
    ],
    `austin reads /proc/PID/mem where ${how} process_vm_readv`,
    async () => {
      const prefix = withoutTheCall(error!);
      await using target = await startTarget(python!, "work.py", [30, 20]);
      const { code, stdout, stderr } = await run([
        ...prefix,
        ...[program, "-i", "5ms", "-x", "1", "-p", `${target.pid}`],
      ]);
      assert.equal(code, 0, stderr);
      const stacks = stdout.match(/work\.py:<module>:\d+/g) ?? [];
      assert.ok(stacks.length > 20, stdout.slice(-2000));
      const ended = await run([...prefix, program, "-p", "99999999"]);
      assert.equal(ended.code, 36, ended.stderr);
    },
  );
}

testNeeding(
  [slowTier, tool("qemu-aarch64"), ...debianPackages],
  "austin samples a Python of another machine in an emulator",
  async () => {
    const folder = await debianRoot("bookworm", "python3.11-minimal", "arm64");
    const work =
      "print('ready {}', flush=True)\ndef f():\n while True: pass\nf()";
    const command = ["qemu-aarch64", "-L", folder];
    await using target = await startCommand(
      [...command, `${folder}/usr/bin/python3.11`, "-c", work],
      "",
    );
    const { code, stdout, stderr } = await run(
      [program, "-i", "5ms", "-x", "1", "-p", `${target.pid}`],
    );
    assert.equal(code, 0, stderr);
    const stacks = stdout.match(/;<string>:<module>:4;<string>:f:3 \d+$/gm);
    assert.ok(stacks !== null && stacks.length > 20, stdout.slice(-2000));
  },
);

testNeeding(
  [slowTier, tool("qemu-arm"), ...debianPackages],
  "austin says that it does not sample a Python of 32-bit ARM",
  async () => {
    const folder = await debianRoot("bookworm", "python3.11-minimal", "armhf");
    const work = "print('ready {}', flush=True)\nwhile True: pass";
    await using target = await startCommand(
      ["qemu-arm", "-L", folder, `${folder}/usr/bin/python3.11`, "-c", work],
      "",
    );
    const { code, stderr } = await run([program, "-p", `${target.pid}`]);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /it runs a 32-bit Python 3\.11\.2/);
    assert.match(stderr, /^hint: .*64-bit ones, and those for i386 Linux$/m);
  },
);
