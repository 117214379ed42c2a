/**
 * Stacks of aarch64 processes on this machine. The emulator of the processor cannot halt threads, but a process that it runs
 * leaves a core file, of which stacks are taken like those of a living one, and gdb's opinion can be asked.
 */

import assert from "node:assert/strict";
import { mavenBuild } from "../../scripts/pythons/maven.ts";
import { root } from "../../scripts/tree.ts";
import type { Frame } from "../../src/events/frame_table.ts";
import { AARCH64 } from "../../src/native/architecture.ts";
import { DeadProcess } from "../support/dead_process.ts";
import { debianPackages, debianRoot } from "../support/debian_root.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { backtraceOf, gdb } from "../support/gdb.ts";
import { slowTier, testNeeding, tool } from "../support/needs.ts";
import { run } from "../support/program.ts";
import { TARGETS } from "../support/target.ts";

const EMULATOR = "qemu-aarch64";

/** `user_pt_regs` has them by their DWARF numbers: x0 to x30, sp, pc. */
const MACHINE = {
  architecture: AARCH64,
  columns: Array.from({ length: 33 }, (_, index) => index),
};

const NEEDS = [
  slowTier,
  tool(EMULATOR),
  tool("mvn"),
  gdb,
  ...debianPackages,
];

/** Python's frames from the root, and the C by which each calls the next; null where it needs none. */
const CALLS = [
  ["<module>", null],
  ["level_1", /^PyObject_CallOneArg$/],
  ["level_2", /^qsort/],
  ["compare", null],
  ["level_3", /^abort$/],
] as const;

for (const version of ["3.12", "3.14"] as const) {
  testNeeding(
    NEEDS,
    `NativeStacks takes a stack of CPython ${version} on aarch64 as gdb does`,
    async () => {
      await inFolder(async (folder) => {
        const { core, dead } = await abort(await mavenPython(version), folder);
        const { frames, isInvalid } = dead.stack();
        const shown = frames.map(({ scope }) => scope).join(" ");
        assert.equal(isInvalid, false, shown);
        checkCalls(frames);
        checkCounters(frames, await backtraceOf(core, dead.mappings));
      });
    },
  );
}

testNeeding(
  NEEDS,
  "NativeStacks marks a stack of an aarch64 CPython without unwind tables",
  async () => {
    await inFolder(async (folder) => {
      const { dead } = await abort(await mavenPython("3.11"), folder);
      const { frames, isInvalid } = dead.stack();
      assert.ok(isInvalid);
      assert.deepEqual(
        frames.map(({ scope }) => scope).reverse(),
        CALLS.map(([scope]) => scope),
      );
    });
  },
);

testNeeding(
  NEEDS,
  "NativeStacks reads return addresses that the processor has signed",
  async () => {
    const system = await debianRoot("sid", "python3.14-minimal", "arm64");
    const python = `${system}/usr/bin/python3.14`;
    await inFolder(async (folder) => {
      const { dead } = await abort(
        [EMULATOR, "-cpu", "max", "-L", system, python],
        folder,
      );
      const { frames, isInvalid } = dead.stack();
      assert.equal(isInvalid, false);
      checkCalls(frames);
      const signed = countersOf(frames).filter((counter) =>
        isSigned(dead, counter)
      );
      assert.ok(signed.length > 10, `${signed.length} are signed`);
    });
  },
);

/** @returns whether a stack holds an address with something in its upper bits. */
function isSigned({ memory, mappings }: DeadProcess, counter: number): boolean {
  const { start } = mappings.find(({ path }) => path === "[stack]")!;
  const { bytes } = memory.segments.find(({ address }) => address === start)!;
  const words = new BigUint64Array(bytes.buffer);
  return words.some((word) =>
    word >> 48n !== 0n && (word & 0xffff_ffff_ffffn) === BigInt(counter)
  );
}

/** @returns what starts a CPython of Maven's. */
async function mavenPython(
  version: "3.11" | "3.12" | "3.14",
): Promise<readonly string[]> {
  const system = await debianRoot("bookworm", "python3.11-minimal", "arm64");
  const cache = `${root}/.cache/pythons`;
  const folder = await mavenBuild(version, "linux-arm64", cache);
  const python = `${folder}/bin/python${version}`;
  await Deno.chmod(python, 0o755);
  const libraries = `LD_LIBRARY_PATH=${folder}`;
  return [EMULATOR, "-L", system, "-E", libraries, python];
}

/** Python's frames are there in their order, and between them what they call. */
function checkCalls(frames: readonly Frame[]): void {
  const python = frames.filter(({ machine }) => machine === undefined);
  assert.deepEqual(
    python.map(({ scope }) => scope).reverse(),
    CALLS.map(([scope]) => scope),
  );
  for (const [scope, called] of CALLS) {
    const at = frames.findIndex((frame) => frame.scope === scope);
    const inner = frames.slice(0, at);
    const start = inner.findLastIndex(({ machine }) => machine === undefined);
    const between = inner.slice(start + 1).map(({ scope }) => scope);
    assert.ok(
      called === null
        ? between.length === 0
        : between.some((name) => called.test(name)),
      `${scope} calls ${between.join(", ")}`,
    );
  }
}

/** Machine code stands where gdb finds it, but for the evaluation loops, which Python's frames replace. */
function checkCounters(frames: readonly Frame[], truth: readonly number[]) {
  const counters = countersOf(frames);
  const loops = truth.length - counters.length;
  assert.ok(loops >= 3 && loops <= CALLS.length, `${loops} loops`);
  assert.equal(truth.at(-1), counters.at(-1), "they begin apart");
  let at = 0;
  for (const counter of counters) {
    at = truth.indexOf(counter, at) + 1;
    assert.ok(at > 0, `gdb has no frame at 0x${counter.toString(16)}`);
  }
}

/** @returns program counters of the frames of machine code. */
function countersOf(frames: readonly Frame[]): number[] {
  return frames.filter(({ machine }) => machine !== undefined)
    .map(({ file }) => Number.parseInt(file.slice("native@".length), 16));
}

/** Runs the target to its end. */
async function abort(command: readonly string[], folder: string) {
  const script = 'ulimit -c unlimited; exec "$@"';
  const { stdout, stderr } = await run(
    ["sh", "-c", script, "sh", ...command, `${TARGETS}/native_abort.py`],
    { cwd: folder },
  );
  assert.match(stdout, /^\{/, stderr);
  const { maps } = JSON.parse(stdout);
  const name = namesIn(folder).find((name) => name.endsWith(".core"));
  const core = `${folder}/${name}`;
  const dead = new DeadProcess(await Deno.readFile(core), maps, MACHINE);
  return { core, dead };
}
