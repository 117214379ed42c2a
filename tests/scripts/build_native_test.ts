/** The build of the native parts, in a copy of their sources. */

import assert from "node:assert/strict";
import { libraryName } from "../../ffi/library.ts";
import {
  DEMANGLER,
  ENTRY_STUB,
  nativeTargets,
} from "../../scripts/build_native.ts";
import { root } from "../../scripts/tree.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { type Outcome, run } from "../support/program.ts";

const SOURCES = [
  "scripts/build_native.ts",
  "scripts/pip.ts",
  "scripts/pythons/cache.ts",
  "scripts/replace_file.ts",
  "scripts/run_tool.ts",
  "scripts/tree.ts",
  "scripts/zig.ts",
  "src/errors.ts",
];

const target = Deno.build.target;

interface Copy {
  readonly path: string;
  /** Where the build puts things. */
  readonly output: string;
  build(args?: string[], env?: Record<string, string>): Promise<Outcome>;
}

function inCopy(test: (copy: Copy) => Promise<void>): Promise<void> {
  return inFolder(async (path) => {
    for (const folder of ["scripts", "scripts/pythons", "src", "native"]) {
      await Deno.mkdir(`${path}/${folder}`);
    }
    for await (const { name, isFile } of Deno.readDir(`${root}/native`)) {
      if (isFile) {
        await Deno.copyFile(`${root}/native/${name}`, `${path}/native/${name}`);
      }
    }
    for (const file of SOURCES) {
      await Deno.copyFile(`${root}/${file}`, `${path}/${file}`);
    }
    await test({
      path,
      output: `${path}/native/build/${target}`,
      build: (args = [], env = {}) => {
        const deno = [
          Deno.execPath(),
          "run",
          "-A",
          "--no-check",
          "--no-config",
        ];
        const script = `${path}/scripts/build_native.ts`;
        return run([...deno, script, ...args], { env });
      },
    });
  });
}

Deno.test("nativeTargets names the library as ffi/library.ts does", () => {
  const row = nativeTargets.find(({ triple }) => triple === target);
  assert.equal(row?.library, libraryName());
});

Deno.test("the native parts are built once, without a word", () =>
  inCopy(async ({ build, output }) => {
    assert.deepEqual(await build(), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(
      namesIn(output),
      [ENTRY_STUB, libraryName(), DEMANGLER].sort(),
    );
    const before = await Deno.stat(`${output}/${libraryName()}`);
    // A compiler that is not there would be missed if it was needed.
    assert.equal((await build([], { CC: "no-such-compiler" })).code, 0);
    const after = await Deno.stat(`${output}/${libraryName()}`);
    assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
  }));

Deno.test("the native parts are built again when a source is newer", () =>
  inCopy(async ({ build, output, path }) => {
    await build();
    const before = await Deno.stat(`${output}/${libraryName()}`);
    const later = new Date(Date.now() + 1000);
    await Deno.utime(`${path}/native/austin_shim.h`, later, later);
    assert.equal((await build()).code, 0);
    const after = await Deno.stat(`${output}/${libraryName()}`);
    assert.notEqual(after.ino, before.ino);
  }));

Deno.test("the native build says that there is no compiler", () =>
  inCopy(async ({ build }) => {
    const { code, stderr } = await build([], { CC: "no-such-compiler -m64" });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: Cannot run `no-such-compiler`: not found\nhint: install a C compiler/,
    );
  }));

Deno.test("the native build shows the compiler's complaint, and leaves nothing", () =>
  inCopy(async ({ build, output, path }) => {
    await Deno.writeTextFile(`${path}/native/linux.c`, "int oops\n");
    const { code, stderr } = await build();
    assert.equal(code, 1);
    assert.match(stderr, /^error: Cannot compile: .*native\/linux\.c/);
    assert.match(stderr, /native\/linux\.c:1:\d+: error:/);
    assert.deepEqual(namesIn(output), []);
  }));

Deno.test("the native build refuses a target that it has no compiler for", () =>
  inCopy(async ({ build }) => {
    const { code, stderr } = await build(["sparc64-unknown-linux-gnu"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /no compiler is known for sparc64-unknown-linux-gnu\nhint: add a row/,
    );
  }));

Deno.test("the native build does without libiberty, and says so once", () =>
  inCopy(async ({ build, output, path }) => {
    const script = `${path}/scripts/build_native.ts`;
    const text = await Deno.readTextFile(script);
    const without = text.replace('"libiberty.a"', '"no-libiberty.a"');
    assert.notEqual(without, text);
    await Deno.writeTextFile(script, without);
    const { code, stderr } = await build();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /libiberty\.a is missing.*install libiberty-dev/);
    assert.equal((await Deno.stat(`${output}/${DEMANGLER}`)).size, 0);
    assert.equal((await build()).stderr, "");
  }));
