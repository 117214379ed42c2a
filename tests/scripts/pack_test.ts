/** What a packed program sees of the world: a small one is packed and run. */

import assert from "node:assert/strict";
import { buildNative } from "../../scripts/build_native.ts";
import { pack } from "../../scripts/pack.ts";
import { root } from "../../scripts/tree.ts";
import { insertedVariables } from "../../src/process/environment.ts";
import { inFolder } from "../support/folder.ts";
import { type Need, rootUser, testNeeding, tool } from "../support/needs.ts";
import { type Outcome, run } from "../support/program.ts";

const folder = Deno.makeTempDirSync({ prefix: "austin pack " });
const packed = `${folder}/packed`;
const isLinux: Need = { what: "Linux", met: Deno.build.os === "linux" };
const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

Deno.test.beforeAll(async () => {
  if (!isLinux.met) return;
  await Deno.chmod(folder, 0o755);
  await buildNative();
  await pack({
    entry: `${root}/tests/scripts/packed_program.ts`,
    output: packed,
    answers: { "--answer": "forty-two ─\n" },
  });
});

Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Defines a test of the packed program. */
function test(name: string, fn: () => Promise<void>): void {
  testNeeding([isLinux], `a packed program ${name}`, fn);
}

function testPrivileged(name: string, fn: () => Promise<void>): void {
  testNeeding(
    [isLinux, rootUser, tool("setcap"), tool("setpriv")],
    `a packed program with capabilities ${name}`,
    fn,
  );
}

async function result(
  args: string[],
  options: Deno.CommandOptions = {},
): Promise<unknown> {
  const { code, stdout, stderr } = await run([packed, ...args], options);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("gets its arguments as they are", async () => {
  const args = [
    "",
    " ",
    "two words",
    "two\nlines",
    "ünï 文字 \u{1f40d}",
    "-",
    "--",
    "--version",
    "-h",
    "--v8-flags=--help",
    "--inspect-brk",
    "--allow-none",
    "$HOME `x` *",
    "x".repeat(100_000),
  ];
  assert.deepEqual(await result(["args", ...args]), args);
});

test("gets many arguments", async () => {
  const args = Array.from({ length: 20_000 }, (_, i) => `${i}`);
  assert.deepEqual(await result(["args", ...args]), args);
});

test("exits with its own code", async () => {
  for (const code of [0, 1, 7, 255]) {
    assert.equal((await run([packed, "exit", `${code}`])).code, code);
  }
});

test("reports an error under its class's name, and where it was", async () => {
  const { code, stderr } = await run([packed, "fail"], {
    env: { NO_COLOR: "1" },
  });
  assert.equal(code, 1);
  assert.match(stderr, /NamedError: on purpose/);
  assert.match(stderr, /at .*fail.*austin\.js/);
});

test("opens the shim", async () => {
  assert.equal(typeof await result(["library"]), "number");
});

test("imports Node's modules", async () => {
  assert.equal(await result(["node"]), true);
});

test("imports modules when it needs them, and shares its own with them", async () => {
  assert.equal(await result(["later"]), "UsageError");
});

test("keeps its texts", async () => {
  assert.equal(await result(["text"]), "ünï ─ 文字 \u{1f40d}");
});

test("answers what it was asked when packed, and only that", async () => {
  const answered: Outcome = { code: 0, stdout: "forty-two ─\n", stderr: "" };
  assert.deepEqual(await run([packed, "--answer"]), answered);
  assert.deepEqual(await result(["args", "--answer"]), ["--answer"]);
  for (const other of [["--answer", "x"], ["toString"], []]) {
    assert.equal((await run([packed, ...other])).code, 64);
  }
});

test("knows its file, also when started through a link", () =>
  inFolder(async (place) => {
    await Deno.symlink(packed, `${place}/link`);
    const { stdout } = await run([`${place}/link`, "path"]);
    assert.equal(JSON.parse(stdout), await Deno.realPath(packed));
  }));

test("hands bytes through", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const child = new Deno.Command(packed, {
    args: ["echo"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const { stdout } = await child.output();
  await written;
  assert.deepEqual(stdout, bytes);
});

test("does not see what deno would listen to", async () => {
  const env = { NODE_OPTIONS: "--inspect", DENO_DIR: "/x", COMPLETE: "bash" };
  const seen = await result(["environment"], { env }) as Record<string, string>;
  assert.ok(!("NODE_OPTIONS" in seen) && !("COMPLETE" in seen));
  for (const [name, value] of Object.entries(insertedVariables)) {
    assert.equal(seen[name], value);
  }
});

test("gives its children the environment that it was given", async () => {
  // The third is not UTF-8.
  const script = `export NODE_OPTIONS=--inspect DENO_DIR=/x AUSTIN_ENV_A=1 E=
    export ODD="$(printf 'a\\377b')"
    env >"$2/given"; "$1" spawn env >"$2/received"; echo "$?"`;
  await inFolder(async (place) => {
    const { stdout } = await run(["sh", "-c", script, "sh", packed, place]);
    assert.equal(stdout, "0\n");
    const [given, received] = await Promise.all(
      ["given", "received"].map((name) => sortedLines(`${place}/${name}`)),
    );
    assert.ok(given!.includes("NODE_OPTIONS=--inspect"));
    assert.deepEqual(received, given);
  });
});

/** Lines of a file, whatever its encoding, but for what each process has of its own. */
async function sortedLines(path: string): Promise<string[]> {
  const text = new TextDecoder("latin1").decode(await Deno.readFile(path));
  return text.split("\n").filter((line) => !line.startsWith("_=")).sort();
}

test("leaves no descriptor to its children", async () => {
  const { stdout } = await run([packed, "spawn", "ls", "-l", "/proc/self/fd"]);
  assert.match(stdout, / -> /);
  assert.ok(!stdout.includes("memfd"), stdout);
});

test("runs when its file is gone", () =>
  inFolder(async (place) => {
    const copy = `${place}/copy`;
    await Deno.copyFile(packed, copy);
    const child = new Deno.Command(copy, {
      args: ["wait"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    await Deno.remove(copy);
    await child.stdin.close();
    const { code, stdout } = await child.output();
    assert.equal(new TextDecoder().decode(stdout), "waiting\n");
    assert.equal(code, 0);
  }));

/** Runs a copy of the program that has CAP_SYS_PTRACE, as somebody without any right. */
async function runPrivileged(
  args: string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const copy = `${folder}/privileged`;
  await Deno.copyFile(packed, copy);
  const given = await run(["setcap", "cap_sys_ptrace+ep", copy]);
  assert.equal(given.stderr, "");
  const variables = Object.entries(env).map((pair) => pair.join("="));
  return await run([...nobody, "env", ...variables, copy, ...args]);
}

async function privilegedStatus(field: string): Promise<bigint> {
  const { stdout } = await runPrivileged(["status"]);
  const text = JSON.parse(stdout) as string;
  const value = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, "m").exec(text)?.[1];
  return BigInt(`0x${value}`);
}

testPrivileged("has them", async () => {
  const CAP_SYS_PTRACE = 19n;
  assert.equal(await privilegedStatus("CapEff"), 1n << CAP_SYS_PTRACE);
});

testPrivileged("cannot be made to open a debugger", async () => {
  const SIGUSR1 = 10n;
  const blocked = await privilegedStatus("SigBlk");
  assert.equal(blocked & (1n << (SIGUSR1 - 1n)), 1n << (SIGUSR1 - 1n));
});

testPrivileged("opens the shim", async () => {
  assert.equal((await runPrivileged(["library"])).code, 0);
});

testPrivileged(
  "trusts only a few variables, and gives all to its children",
  async () => {
    const env = { HOME: "/h", MALLOC_X: "1", NODE_OPTIONS: "--inspect" };
    const { stdout } = await runPrivileged(["environment"], env);
    const seen = JSON.parse(stdout) as Record<string, string>;
    assert.equal(seen["HOME"], "/h");
    assert.ok(!("MALLOC_X" in seen) && !("NODE_OPTIONS" in seen));
    const received = (await runPrivileged(["spawn", "env"], env)).stdout;
    for (const line of ["HOME=/h", "MALLOC_X=1", "NODE_OPTIONS=--inspect"]) {
      assert.ok(received.split("\n").includes(line), line);
    }
    assert.ok(!received.includes("AUSTIN_ENV_"), received);
  },
);
