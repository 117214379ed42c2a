/**
 * The tables of offsets for Windows, against CPython's own headers: those of
 * its builds for Windows, compiled by zig for Windows' sizes of C types.
 */

import assert from "node:assert/strict";
import { mavenBuild } from "../../scripts/pythons/maven.ts";
import { root } from "../../scripts/tree.ts";
import { zig } from "../../scripts/zig.ts";
import { type Layout, layoutFor } from "../../src/python/layouts/mod.ts";
import { inFolder } from "../support/folder.ts";
import { slowTier, testNeeding, tool } from "../support/needs.ts";
import { run } from "../support/program.ts";

type Field = readonly [
  struct: string,
  member: string,
  offset: (layout: Layout) => number,
];

const RUNTIME = "_PyRuntimeState";
const INTERPRETER = "PyInterpreterState";
const THREAD = "PyThreadState";

const COMMON: readonly Field[] = [
  [RUNTIME, "interpreters.head", (l) => l.runtime.interpretersHead],
  [INTERPRETER, "next", (l) => l.interpreter.next],
  [INTERPRETER, "id", (l) => l.interpreter.id],
  [THREAD, "next", (l) => l.thread.next],
  [THREAD, "interp", (l) => l.thread.interpreter],
  [THREAD, "thread_id", (l) => l.thread.threadId],
  ["PyCodeObject", "co_filename", (l) => l.code.filename],
  ["PyCodeObject", "co_name", (l) => l.code.name],
  ["PyCodeObject", "co_firstlineno", (l) => l.code.firstLine],
  ["PyASCIIObject", "length", (l) => l.string.length],
  ["PyASCIIObject", "state", (l) => l.string.state],
  ["PyUnicodeObject", "data", (l) => l.string.anyPointer],
  ["PyBytesObject", "ob_sval", (l) => l.bytes.first],
];

/** 3.9 and 3.10. */
const HEAP_FRAMES: readonly Field[] = [
  ...COMMON,
  [INTERPRETER, "tstate_head", (l) => l.interpreter.threadsHead],
  [INTERPRETER, "modules", (l) => l.interpreter.modules],
  [INTERPRETER, "gc.collecting", (l) => l.gc.collecting],
  [RUNTIME, "ceval.gil.last_holder", (l) => l.gil.lastHolder],
  [THREAD, "frame", (l) => l.thread.top],
  [THREAD, "id", (l) => l.thread.uniqueId],
  // It is Windows' own id already.
  [THREAD, "thread_id", (l) => l.thread.nativeThreadId],
  ["PyFrameObject", "f_code", (l) => l.frame.code],
  ["PyFrameObject", "f_back", (l) => l.frame.previous],
  ["PyFrameObject", "f_lasti", (l) => l.frame.instruction],
];

/** 3.11 and 3.12. */
const STACK_FRAMES: readonly Field[] = [
  ...COMMON,
  [INTERPRETER, "threads.head", (l) => l.interpreter.threadsHead],
  [INTERPRETER, "gc.collecting", (l) => l.gc.collecting],
  [THREAD, "cframe", (l) => l.thread.top],
  [THREAD, "native_thread_id", (l) => l.thread.nativeThreadId],
  [THREAD, "datastack_chunk", (l) => l.thread.dataStackChunk],
  [THREAD, "datastack_top", (l) => l.thread.size - 8],
  ["_PyCFrame", "current_frame", (l) => l.cframeCurrentFrame],
  ["_PyInterpreterFrame", "f_code", (l) => l.frame.code],
  ["_PyInterpreterFrame", "previous", (l) => l.frame.previous],
  ["_PyInterpreterFrame", "prev_instr", (l) => l.frame.instruction],
  ["_PyInterpreterFrame", "owner", (l) => l.frame.owner],
  ["_PyInterpreterFrame", "stacktop", (l) => l.liveness!.stackTop],
  ["_PyInterpreterFrame", "localsplus", (l) => l.liveness!.locals],
  ["PyCodeObject", "co_qualname", (l) => l.code.qualifiedName],
  ["PyCodeObject", "co_linetable", (l) => l.code.lineTable],
  ["PyCodeObject", "co_code_adaptive", (l) => l.code.instructions],
];

/** Fields and the headers that have them, by minor. */
const VERSIONS = {
  "3.9": [HEAP_FRAMES, [
    "frameobject.h",
    "internal/pycore_runtime.h",
    "internal/pycore_interp.h",
  ]],
  "3.10": [HEAP_FRAMES, [
    "frameobject.h",
    "internal/pycore_runtime.h",
    "internal/pycore_interp.h",
  ]],
  "3.11": [
    [
      ...STACK_FRAMES,
      [RUNTIME, "ceval.gil.last_holder", (l) => l.gil.lastHolder],
      [INTERPRETER, "modules", (l) => l.interpreter.modules],
    ],
    ["internal/pycore_runtime.h", "internal/pycore_frame.h"],
  ],
  "3.12": [
    [
      ...STACK_FRAMES,
      [INTERPRETER, "ceval.gil", (l) => l.gil.pointer],
      [INTERPRETER, "imports.modules", (l) => l.interpreter.modules],
    ],
    ["internal/pycore_runtime.h", "internal/pycore_frame.h"],
  ],
} as const satisfies Record<
  string,
  readonly [readonly Field[], readonly string[]]
>;

for (const [version, [fields]] of Object.entries(VERSIONS)) {
  const isAlways = version === "3.12";
  testNeeding(
    [...isAlways ? [] : [slowTier], tool("mvn"), tool("unzip")],
    `layoutFor() has the offsets of CPython ${version}'s headers for Windows`,
    async () => {
      const minor = Number(version.split(".")[1]);
      const layout = layoutFor({ major: 3, minor }, "llp64")!;
      const offsets = await compiled(version as keyof typeof VERSIONS);
      fields.forEach(([struct, member, offset], i) => {
        assert.equal(offset(layout), offsets[i], `${struct}.${member}`);
      });
      assert.equal(layout.thread.idSize, 4);
    },
  );
}

/** @returns the offsets of a version's fields, by the compiler. */
async function compiled(version: keyof typeof VERSIONS): Promise<number[]> {
  const cache = `${root}/.cache/pythons`;
  const build = await mavenBuild(version, "windows-x86_64", cache);
  const [fields, headers] = VERSIONS[version];
  const source = [
    "#define Py_BUILD_CORE 1",
    ...["Python.h", ...headers].map((name) => `#include "${name}"`),
    "#include <stddef.h>",
    "const unsigned long long offsets[] = {",
    ...fields.map(([struct, member]) => `offsetof(${struct}, ${member}),`),
    "};",
  ].join("\n");
  const { program } = await zig();
  let assembly = "";
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/offsets.c`, source);
    const { code, stderr } = await run([
      ...[program, "cc", "-target", "x86_64-windows-gnu", "-S", "-O1", "-w"],
      ...[`-I${build}/include`, `-I${build}/include/internal`],
      ...[`${folder}/offsets.c`, "-o", `${folder}/offsets.s`],
    ]);
    assert.equal(code, 0, stderr);
    assembly = await Deno.readTextFile(`${folder}/offsets.s`);
  });
  const numbers = /offsets:((?:\s+\.quad\s+\d+.*)+)/.exec(assembly)![1]!;
  return [...numbers.matchAll(/\.quad\s+(\d+)/g)].map(([, n]) => Number(n));
}
