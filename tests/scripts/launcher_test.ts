/**
 * The launcher of the packed file for macOS, on Linux: nearly all of it is the
 * same there. What it launches is a script that tells how it was started.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Launched } from "../../scripts/pack/launched.ts";
import { buildLauncher } from "../../scripts/pack/macos.ts";
import { root } from "../../scripts/tree.ts";
import { cCompiler, Workshop } from "../support/c_compiler.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { rootUser, testNeeding, tool } from "../support/needs.ts";
import { type Outcome, run } from "../support/program.ts";

const FAILURE = 70;

/** Somebody without a name, and so without a home. */
const USER = 54_321;

const SCRIPT = '#!/bin/sh\nprintf "%s\\n" "$@"; env; exit 3\n';

/** So large that it is hashed only when it is written. */
const runtime = new Uint8Array(17 << 20).fill("#".charCodeAt(0));
runtime.set(new TextEncoder().encode(SCRIPT));

const launched: Launched = {
  arguments: ["run", "--quiet"],
  settings: ["SETTING=1"],
  hiddenVariables: ["DENO_", "COMPLETE="],
  hiddenPrefix: "HIDDEN_",
  answers: { "-V": 'quoted "\\ ??/ ü\n' },
  runtime: { name: "deno", bytes: runtime },
  program: [
    { name: "loader.js", bytes: new Uint8Array(55).fill(1) },
    { name: "libaustin.dylib", bytes: new Uint8Array(64).fill(2) },
    { name: "austin.js", bytes: new Uint8Array(4096).fill(3) },
  ],
};

/** A built launcher and a home that it may write to. */
interface Place {
  readonly folder: string;
  readonly program: string;
  readonly home: string;
  readonly cache: string;
  /** Runs it as that user. */
  start(args?: readonly string[], env?: readonly string[]): Promise<Outcome>;
}

function test(name: string, fn: (place: Place) => Promise<void>): void {
  const needs = [cCompiler, rootUser, tool("setpriv")];
  testNeeding(
    needs,
    `the launcher for macOS ${name}`,
    () =>
      inFolder(async (folder) => {
        const program = `${folder}/austin`;
        await buildLauncher(launched, {
          compiler: ["cc"],
          format: "elf",
          output: program,
        });
        await Deno.chmod(folder, 0o755);
        const home = `${folder}/home`;
        await Deno.mkdir(home, { mode: 0o755 });
        await Deno.chown(home, USER, USER);
        const start = (
          args: readonly string[] = [],
          env: readonly string[] = [`HOME=${home}`],
        ) => run([...asUser, ...env, program, ...args]);
        await fn({
          folder,
          program,
          home,
          cache: `${home}/.cache/austin`,
          start,
        });
      }),
  );
}

const asUser = [
  ...["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"],
  ...["env", "-i"],
];

/** @returns what it said of its start, or fails. */
function linesOf({ code, stdout, stderr }: Outcome): string[] {
  assert.equal(code, 3, stderr);
  assert.equal(stderr, "");
  return stdout.trimEnd().split("\n");
}

function assertRefused(outcome: Outcome, message: RegExp): void {
  assert.equal(outcome.code, FAILURE, outcome.stderr);
  assert.match(outcome.stderr, message);
  assert.equal(outcome.stdout, "");
}

/** @returns paths of what is in the cache, from there. */
function cached(cache: string): string[] {
  return namesIn(cache).flatMap((folder) =>
    namesIn(`${cache}/${folder}`).map((name) => `${folder}/${name}`)
  );
}

/** @returns the path of one of the files. */
function pathOf(cache: string, name: string): string {
  return `${cache}/${cached(cache).find((path) => path.endsWith(`/${name}`))}`;
}

function inodes(cache: string): (number | null)[] {
  return cached(cache).map((path) => Deno.statSync(`${cache}/${path}`).ino);
}

function modeOf(path: string): number {
  return Deno.statSync(path).mode! & 0o777;
}

async function assertWhole(cache: string): Promise<void> {
  const files = [launched.runtime, ...launched.program];
  assert.equal(cached(cache).length, files.length, cached(cache).join(" "));
  for (const { name, bytes } of files) {
    const path = pathOf(cache, name);
    assert.ok((await Deno.lstat(path)).isFile, path);
    assert.deepEqual(await Deno.readFile(path), bytes, name);
  }
}

test("unpacks once and becomes the runtime", async ({ home, cache, program, start }) => {
  const env = [`HOME=${home}`, "DENO_V8_FLAGS=x", "COMPLETE=y", "MINE=ü z"];
  const lines = linesOf(await start(["a b", "", "ü"], env));
  const loader = pathOf(cache, "loader.js");
  const words = ["run", "--quiet", loader, "a b", "", "ü"];
  assert.deepEqual(lines.slice(0, words.length), words);
  const variables = lines.slice(words.length);
  const expected = [
    `AUSTIN_LAUNCHER=${program}`,
    `DENO_DIR=${loader}/austin`,
    "HIDDEN_COMPLETE=y",
    "HIDDEN_DENO_V8_FLAGS=x",
    `HOME=${home}`,
    "MINE=ü z",
    "SETTING=1",
  ];
  for (const variable of expected) assert.ok(variables.includes(variable));
  assert.ok(!variables.some((text) => /^(DENO_V8_FLAGS|COMPLETE)=/.test(text)));
  await assertWhole(cache);
  const before = inodes(cache);
  linesOf(await start());
  assert.deepEqual(inodes(cache), before);
});

test("answers without unpacking", async ({ home, start }) => {
  assert.deepEqual(await start(["-V"]), {
    code: 0,
    stdout: launched.answers["-V"],
    stderr: "",
  });
  assert.deepEqual(namesIn(home), []);
});

test("may be started many times at once", async ({ cache, start }) => {
  const all = await Promise.all(Array.from({ length: 6 }, () => start()));
  for (const outcome of all) linesOf(outcome);
  await assertWhole(cache);
});

test("replaces what is damaged, cut off, or a link", async ({ folder, cache, start }) => {
  linesOf(await start());
  const elsewhere = `${folder}/elsewhere`;
  await Deno.writeTextFile(elsewhere, "somebody's");
  const damages = [
    () => Deno.writeFile(pathOf(cache, "austin.js"), new Uint8Array(4096)),
    () => Deno.truncate(pathOf(cache, "deno"), 5),
    async () => {
      const path = pathOf(cache, "loader.js");
      await Deno.remove(path);
      await Deno.symlink(elsewhere, path);
    },
    () => Deno.chmod(pathOf(cache, "deno"), 0o777),
    () => Deno.chown(pathOf(cache, "libaustin.dylib"), 0, 0),
  ];
  for (const damage of damages) {
    await damage();
    linesOf(await start());
    await assertWhole(cache);
    assert.equal(modeOf(pathOf(cache, "deno")), 0o500);
  }
  assert.equal(await Deno.readTextFile(elsewhere), "somebody's");
});

test("uses no cache that others can write to", async ({ folder, cache, start }) => {
  linesOf(await start());
  await Deno.chmod(cache, 0o777);
  assertRefused(await start(), /others may write to it: delete it/);
  await Deno.chmod(cache, 0o755);
  await Deno.chown(cache, 0, 0);
  assertRefused(
    await start(),
    /^austin: Cannot use the cache: .*\nhint: it belongs/,
  );
  await Deno.rename(cache, `${folder}/moved`);
  await Deno.symlink(`${folder}/moved`, cache);
  assertRefused(await start(), /hint: it has to be a folder, and no link\n$/);
});

test("tells where it cannot write, and that there is no home", async ({ home, start }) => {
  await Deno.chmod(home, 0o500);
  assertRefused(
    await start(),
    /^austin: Cannot write to the cache: .*\.cache: Permission denied\nhint: austin has to unpack itself once/,
  );
  assertRefused(
    await start([], []),
    /^austin: Cannot find a folder for the cache\nhint: set HOME\n$/,
  );
});

test("tells that it is damaged", async ({ program, cache, start }) => {
  const bytes = await Deno.readFile(program);
  const at = bytes.length - bytes.toReversed().indexOf(35) - 1;
  bytes[at] = 36;
  await Deno.writeFile(program, bytes);
  assertRefused(
    await start(),
    /^austin: This program is damaged\nhint: get it again\n$/,
  );
  assert.deepEqual(cached(cache), []);
});

test("trusts no HOME as root", async ({ home, program }) => {
  const script = 'mount -t tmpfs none "$1" && exec "$2"';
  const own = (await run(["sh", "-c", "echo ~root"])).stdout.trim();
  const outcome = await run([
    ...["env", "-i", `HOME=${home}`, `PATH=${Deno.env.get("PATH")}`],
    ...["unshare", "--mount", "sh", "-c", script, "sh", own, program],
  ]);
  assert.match(linesOf(outcome)[2]!, new RegExp(`^${own}/\\.cache/austin/`));
  assert.deepEqual(namesIn(home), []);
});

const DIGESTS = `#include "sha256.h"
#include <stdio.h>
int main(void) {
  static uint8_t bytes[300], digest[SHA256_SIZE];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
  for (size_t size = 0; size <= sizeof bytes; size++) {
    sha256(bytes, size, digest);
    for (size_t i = 0; i < sizeof digest; i++) printf("%02x", digest[i]);
    printf("\\n");
  }
}`;

testNeeding(
  [cCompiler],
  "sha256() is what OpenSSL computes",
  () =>
    inFolder(async (folder) => {
      const native = `${root}/native`;
      const shop = new Workshop(folder);
      const args = [
        `-I${native}`,
        `${native}/sha256.c`,
        "-fsanitize=undefined",
      ];
      const program = await shop.compile("digests", DIGESTS, args);
      const bytes = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
      const expected = Array.from({ length: 301 }, (_, size) =>
        createHash("sha256").update(bytes.subarray(0, size)).digest("hex"));
      assert.deepEqual(
        (await shop.run([program])).trimEnd().split("\n"),
        expected,
      );
    }),
);
