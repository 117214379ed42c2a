import assert from "node:assert/strict";
import { LinuxChildren } from "../../src/process/linux_children.ts";

/** Starts `sh` with two children, which it ends when its input does. */
function family(): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: [
      "-c",
      "sleep 60 & a=$!; sleep 60 & b=$!; echo started; read x; kill $a $b",
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

async function withFamily(check: (pid: number) => void): Promise<void> {
  const parent = family();
  try {
    const reader = parent.stdout.getReader();
    await reader.read();
    check(parent.pid);
    await reader.cancel();
  } finally {
    await parent.stdin.close();
    await parent.status;
  }
}

function commandOf(pid: number): string {
  return Deno.readTextFileSync(`/proc/${pid}/comm`).trim();
}

Deno.test("LinuxChildren.of() lists the children of a process", async () => {
  await withFamily((pid) => {
    const children = new LinuxChildren().of(pid);
    assert.equal(children.length, 2);
    assert.ok(new LinuxChildren().of(Deno.pid).includes(pid));
    for (const child of children) {
      assert.match(commandOf(child), /^(sleep|sh)$/);
    }
  });
});

Deno.test("LinuxChildren.of() finds the same without the kernel's lists", async () => {
  // A folder in which our own list is missing stands for a kernel without them.
  const root = await Deno.makeTempDir();
  try {
    await withFamily((pid) => {
      const children = new LinuxChildren().of(pid);
      for (const id of [pid, ...children]) {
        const status = Deno.readTextFileSync(`/proc/${id}/status`);
        Deno.mkdirSync(`${root}/${id}`);
        Deno.writeTextFileSync(`${root}/${id}/status`, status);
      }
      const found = new LinuxChildren(root).of(pid);
      assert.deepEqual(found.toSorted(), children.toSorted());
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("LinuxChildren.of() knows no children of a process that is not there", () => {
  assert.deepEqual(new LinuxChildren().of(2 ** 31 - 1), []);
});
