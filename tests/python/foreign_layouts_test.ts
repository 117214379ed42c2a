/**
 * The tables of offsets for other platforms than this machine's, against
 * CPython's own headers: those of its builds for them, compiled by zig for the
 * platform's sizes of C types.
 */

import assert from "node:assert/strict";
import { mavenBuild } from "../../scripts/pythons/maven.ts";
import { root } from "../../scripts/tree.ts";
import { zig } from "../../scripts/zig.ts";
import type { Abi } from "../../src/binary/abi.ts";
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
  ["PyFrameObject", "f_code", (l) => l.frame.code],
  ["PyFrameObject", "f_back", (l) => l.frame.previous],
  ["PyFrameObject", "f_lasti", (l) => l.frame.instruction],
  ["PyFrameObject", "f_valuestack", (l) => l.heapFrames!.valueStack],
  ["PyCodeObject", "co_code", (l) => l.heapFrames!.codeBytes],
  ["PyFunctionObject", "func_code", (l) => l.heapFrames!.functionCode],
  ["PyMethodObject", "im_func", (l) => l.heapFrames!.methodFunction],
  ["PyGenObject", "gi_frame", (l) => l.heapFrames!.generatorFrame],
  ["PyGenObject", "gi_code", (l) => l.heapFrames!.generatorCode],
];

/** 3.11 and 3.12. */
const STACK_FRAMES: readonly Field[] = [
  ...COMMON,
  [INTERPRETER, "threads.head", (l) => l.interpreter.threadsHead],
  [INTERPRETER, "gc.collecting", (l) => l.gc.collecting],
  [THREAD, "cframe", (l) => l.thread.top],
  [THREAD, "native_thread_id", (l) => l.thread.nativeThreadId],
  [THREAD, "datastack_chunk", (l) => l.thread.dataStackChunk],
  [THREAD, "datastack_top", (l) => l.thread.dataStackChunk + l.pointerSize],
  ["_PyCFrame", "current_frame", (l) => l.cframeCurrentFrame],
  ["_PyInterpreterFrame", "f_code", (l) => l.frame.code],
  ["_PyInterpreterFrame", "previous", (l) => l.frame.previous],
  ["_PyInterpreterFrame", "prev_instr", (l) => l.frame.instruction],
  ["_PyInterpreterFrame", "owner", (l) => l.frame.owner],
  ["_PyInterpreterFrame", "stacktop", (l) => l.liveness!.stackTop],
  ["_PyInterpreterFrame", "localsplus", (l) => l.liveness!.locals],
  ["PyCodeObject", "co_nlocalsplus", (l) => l.liveness!.codeLocals],
  ["PyCodeObject", "co_qualname", (l) => l.code.qualifiedName],
  ["PyCodeObject", "co_linetable", (l) => l.code.lineTable],
  ["PyCodeObject", "co_code_adaptive", (l) => l.code.instructions],
];

/** Fields and the headers that have them, by minor. */
const VERSIONS = {
  "3.9": [[
    ...HEAP_FRAMES,
    ["PyFrameObject", "f_executing", (l) => l.heapFrames!.state],
  ], [
    "frameobject.h",
    "internal/pycore_runtime.h",
    "internal/pycore_interp.h",
  ]],
  "3.10": [[
    ...HEAP_FRAMES,
    ["PyFrameObject", "f_state", (l) => l.heapFrames!.state],
  ], [
    "frameobject.h",
    "internal/pycore_runtime.h",
    "internal/pycore_interp.h",
  ]],
  "3.11": [
    [
      ...STACK_FRAMES,
      [RUNTIME, "ceval.gil.last_holder", (l) => l.gil.lastHolder],
      ["_PyInterpreterFrame", "is_entry", (l) => l.liveness!.isEntry],
      ["PyCodeObject", "co_stacksize", (l) => l.liveness!.codeFrameWords[1]!],
      [INTERPRETER, "modules", (l) => l.interpreter.modules],
    ],
    ["internal/pycore_runtime.h", "internal/pycore_frame.h"],
  ],
  "3.12": [
    [
      ...STACK_FRAMES,
      [INTERPRETER, "ceval.gil", (l) => l.gil.pointer],
      ["PyCodeObject", "co_framesize", (l) => l.liveness!.codeFrameWords[0]!],
      ["PyGenObject", "gi_iframe", (l) => l.liveness!.generatorFrame],
      [INTERPRETER, "imports.modules", (l) => l.interpreter.modules],
    ],
    ["internal/pycore_runtime.h", "internal/pycore_frame.h"],
  ],
} as const satisfies Record<
  string,
  readonly [readonly Field[], readonly string[]]
>;

type TestedVersion = keyof typeof VERSIONS;

/** One of those that CPython is built for. */
interface Platform {
  readonly name: string;
  readonly abi: Abi;
  /** What Maven calls its builds. */
  readonly classifier: string;
  /** What zig calls it. */
  readonly target: string;
  readonly versions: readonly TestedVersion[];
  /** Those that are tested without `--all`. */
  readonly always: readonly TestedVersion[];
}

const PLATFORMS: readonly Platform[] = [
  {
    name: "Windows",
    abi: "llp64",
    classifier: "windows-x86_64",
    target: "x86_64-windows-gnu",
    versions: ["3.9", "3.10", "3.11", "3.12"],
    always: ["3.12"],
  },
  {
    name: "i386",
    abi: "i386",
    classifier: "linux-x86",
    target: "x86-linux-gnu",
    versions: ["3.9", "3.10", "3.11"],
    always: [],
  },
  {
    name: "x86_64",
    abi: "lp64",
    classifier: "linux-x86_64",
    target: "x86_64-linux-gnu",
    versions: ["3.9", "3.10", "3.11", "3.12"],
    always: [],
  },
];

for (const platform of PLATFORMS) {
  for (const version of platform.versions) {
    const isAlways = platform.always.includes(version);
    testNeeding(
      [...isAlways ? [] : [slowTier], tool("mvn"), tool("unzip")],
      `layoutFor() has the offsets of CPython ${version}'s headers for ${platform.name}`,
      async () => {
        const minor = Number(version.split(".")[1]);
        const layout = layoutFor({ major: 3, minor }, platform.abi)!;
        const offsets = await compiled(version, platform);
        VERSIONS[version][0].forEach(([struct, member, offset], i) => {
          assert.equal(offset(layout), offsets[i], `${struct}.${member}`);
        });
      },
    );
  }
}

Deno.test("layoutFor() has Windows' own ids of threads", () => {
  for (const minor of [8, 9, 10]) {
    const { thread } = layoutFor({ major: 3, minor }, "llp64")!;
    assert.equal(thread.nativeThreadId, thread.threadId);
    assert.equal(thread.idSize, 4);
  }
});

/** @returns the offsets of a version's fields, by the compiler. */
async function compiled(
  version: TestedVersion,
  { classifier, target }: Platform,
): Promise<number[]> {
  const cache = `${root}/.cache/pythons`;
  const build = await mavenBuild(version, classifier, cache);
  const [fields, headers] = VERSIONS[version];
  const source = [
    "#define Py_BUILD_CORE 1",
    ...["Python.h", ...headers].map((name) => `#include "${name}"`),
    "#include <stddef.h>",
    "const unsigned long long offsets[] = {",
    ...fields.map(([struct, member]) => `offsetof(${struct}, ${member}),`),
    "};",
  ].join("\n");
  const folders = [`${build}/include`, `${build}/include/python${version}`];
  const { program } = await zig();
  let assembly = "";
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/offsets.c`, source);
    // Python.h of 3.9 asks for it, and glibc has none any more.
    await Deno.writeTextFile(`${folder}/crypt.h`, "");
    const { code, stderr } = await run([
      ...[program, "cc", "-target", target, "-S", "-O1", "-w"],
      ...[folder, ...folders].flatMap((
        folder,
      ) => [`-I${folder}`, `-I${folder}/internal`]),
      ...[`${folder}/offsets.c`, "-o", `${folder}/offsets.s`],
    ]);
    assert.equal(code, 0, stderr);
    assembly = await Deno.readTextFile(`${folder}/offsets.s`);
  });
  const numbers = /offsets:((?:\s+\.quad\s+\d+.*)+)/.exec(assembly)![1]!;
  return [...numbers.matchAll(/\.quad\s+(\d+)/g)].map(([, n]) => Number(n));
}
