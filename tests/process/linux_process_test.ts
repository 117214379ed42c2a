import assert from "node:assert/strict";
import {
  linuxProcess,
  parseStatus,
  readStatus,
} from "../../src/process/linux_process.ts";
import type { Module } from "../../src/process/maps.ts";
import { type Workshop, workshop } from "../support/c_compiler.ts";
import { rootUser, testNeeding, tool } from "../support/needs.ts";
import { startCommand } from "../support/target.ts";

/** Above the largest PID that Linux can be told to give. */
const NO_PID = 2 ** 22 + 1;

/** A procfs of our own making, with process 7 in it. */
class FakeProc {
  readonly shop: Workshop;

  constructor(shop: Workshop) {
    this.shop = shop;
  }

  async write(name: string, text: string): Promise<number> {
    const path = this.shop.path(`proc/7/${name}`);
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
    return (await Deno.stat(path)).ino ?? 0;
  }

  process() {
    return linuxProcess(7, this.shop.path("proc"));
  }
}

function module(path: string, inode: number): Module {
  const mapping = {
    start: 0x1000,
    end: 0x2000,
    permissions: "r-xp",
    offset: 0,
    device: "fe:00",
    inode,
    path,
    deleted: false,
  };
  return { path, inode, deleted: false, mappings: [mapping] };
}

function readAll(fake: FakeProc, module: Module, size = 4): string | null {
  using file = fake.process().openModule(module);
  if (file === null) return null;
  return new TextDecoder().decode(file.read(0, size) ?? new Uint8Array());
}

Deno.test("linuxProcess().modules() has the executable first", () => {
  const modules = linuxProcess(Deno.pid).modules();
  assert(typeof modules !== "string");
  assert.equal(modules[0]?.path, Deno.execPath());
});

Deno.test("linuxProcess().modules() says when there is no such process", () => {
  assert.equal(linuxProcess(NO_PID).modules(), "gone");
});

Deno.test("linuxProcess().modules() says when a process has ended but was not waited for", async () => {
  await using shop = await workshop();
  const fake = new FakeProc(shop);
  await fake.write("maps", "");
  await fake.write("status", "Name:\tx\nState:\tZ (zombie)\n");
  assert.equal(fake.process().modules(), "gone");
});

Deno.test("linuxProcess().modules() has none for a kernel thread", async () => {
  await using shop = await workshop();
  const fake = new FakeProc(shop);
  await fake.write("maps", "");
  await fake.write("status", "Name:\tkthreadd\nState:\tS (sleeping)\n");
  assert.deepEqual(fake.process().modules(), []);
});

Deno.test("linuxProcess().modules() reads maps of any size", async () => {
  await using shop = await workshop();
  const fake = new FakeProc(shop);
  const lines = Array.from({ length: 20_000 }, (_, i) => {
    const start = (i + 1) * 0x1000;
    const range = `${start.toString(16)}-${(start + 0x1000).toString(16)}`;
    return `${range} r-xp 00000000 fe:00 ${i + 1} /lib/ü${i}.so\n`;
  });
  await fake.write("maps", lines.join(""));
  const modules = fake.process().modules();
  assert(typeof modules !== "string");
  assert.equal(modules.length, lines.length);
  assert.equal(modules.at(-1)?.path, "/lib/ü19999.so");
});

Deno.test("openModule() looks where the process sees the file first", async () => {
  await using shop = await workshop();
  const fake = new FakeProc(shop);
  const inode = await fake.write("root/lib/x.so", "ours");
  assert.equal(readAll(fake, module("/lib/x.so", inode)), "ours");
});

Deno.test("openModule() takes the plain path, as of a process in a chroot", async () => {
  await using shop = await workshop();
  const fake = new FakeProc(shop);
  const inode = await fake.write("elsewhere/x.so", "ours");
  const path = shop.path("proc/7/elsewhere/x.so");
  assert.equal(readAll(fake, module(path, inode)), "ours");
});

Deno.test("openModule() takes the kernel's links to a file that lost its path", async () => {
  await using shop = await workshop();
  const fake = new FakeProc(shop);
  const mapped = await fake.write("map_files/1000-2000", "mapd");
  assert.equal(readAll(fake, module("/lib/x.so", mapped)), "mapd");
  const executable = await fake.write("exe", "exec");
  assert.equal(readAll(fake, module("/bin/x", executable)), "exec");
});

Deno.test("openModule() does not believe a file that took the path of another", async () => {
  await using shop = await workshop();
  const fake = new FakeProc(shop);
  const inode = await fake.write("root/lib/x.so", "new");
  assert.equal(readAll(fake, module("/lib/x.so", inode + 1)), null);
});

testNeeding(
  [tool("mkfifo")],
  "openModule() does not block on a pipe that took the file's path",
  async () => {
    await using shop = await workshop();
    const fake = new FakeProc(shop);
    await fake.write("root/lib/y.so", "");
    const path = shop.path("proc/7/root/lib/x.so");
    await shop.run(["mkfifo", path]);
    const { ino } = await Deno.stat(path);
    assert.equal(readAll(fake, module("/lib/x.so", ino ?? 0)), null);
  },
);

Deno.test("openModule() gives only bytes that the file has", async () => {
  await using shop = await workshop();
  const fake = new FakeProc(shop);
  const inode = await fake.write("root/lib/x.so", "0123456789");
  using file = fake.process().openModule(module("/lib/x.so", inode));
  const digits = file?.read(2, 3);
  assert.deepEqual(digits, new TextEncoder().encode("234"));
  for (const [offset, size] of [[8, 3], [-1, 1], [0.5, 1], [2 ** 60, 1]]) {
    assert.equal(file?.read(offset!, size!), null);
  }
});

Deno.test("parseStatus() reads the state and the PIDs in each namespace", () => {
  const text =
    "Name:\tNSpid:\nState:\tS (sleeping)\nNSpid:\t100\t12\t1\nx:\t1\n";
  assert.deepEqual(parseStatus(text), {
    state: "S",
    namespacePids: [100, 12, 1],
  });
});

Deno.test("parseStatus() takes a kernel without PID namespaces", () => {
  assert.deepEqual(parseStatus("State:\tR (running)\n"), {
    state: "R",
    namespacePids: [],
  });
});

Deno.test("readStatus() tells about processes, and when there is none", () => {
  const status = readStatus(Deno.pid);
  assert(typeof status !== "string");
  assert.deepEqual(status.namespacePids.at(0), Deno.pid);
  assert.equal(readStatus(NO_PID), "gone");
});

testNeeding(
  [rootUser, tool("setpriv"), tool("unshare")],
  "readStatus() tells the PID inside a PID namespace",
  async () => {
    const script = "echo 'ready {}'; read line";
    await using target = await startCommand(
      ["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", script],
      "",
    );
    const children = await Deno.readTextFile(
      `/proc/${target.pid}/task/${target.pid}/children`,
    );
    const status = readStatus(Number(children));
    assert(typeof status !== "string");
    assert.equal(status.namespacePids.at(-1), 1);
  },
);
