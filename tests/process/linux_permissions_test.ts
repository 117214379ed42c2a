import assert from "node:assert/strict";
import {
  permissionHint,
  readProtection,
} from "../../src/process/linux_permissions.ts";
import { inFolder } from "../support/folder.ts";

const user = { superuser: false, ptraceScope: null };

Deno.test("permissionHint() names every way to be allowed", () => {
  const hint = permissionHint(user);
  assert.match(hint, /sudo.*setcap cap_sys_ptrace\+ep.*--cap-add SYS_PTRACE/);
});

Deno.test("permissionHint() does not tell root to use sudo", () => {
  const hint = permissionHint({ ...user, superuser: true });
  assert.equal(
    hint,
    "in Docker, start the container with `--cap-add SYS_PTRACE`",
  );
});

Deno.test.each([
  [null, ""],
  [0, ""],
  [1, "sudo sysctl kernel.yama.ptrace_scope=0"],
  [2, "sudo sysctl kernel.yama.ptrace_scope=0"],
  [3, "until the next boot"],
])("permissionHint() with ptrace_scope %s", (ptraceScope, expected) => {
  const hint = permissionHint({ ...user, ptraceScope });
  assert.equal(hint.includes("ptrace_scope"), expected !== "");
  assert(hint.includes(expected));
});

Deno.test("readProtection() tells Yama's setting, where there is Yama", () =>
  inFolder(async (root) => {
    assert.equal(readProtection(root).ptraceScope, null);
    const folder = `${root}/sys/kernel/yama`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/ptrace_scope`, "1\n");
    assert.equal(readProtection(root).ptraceScope, 1);
  }));
