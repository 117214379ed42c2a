/** What the modes measure, against what the program itself measured: CPU time, memory, garbage collection. */

import assert from "node:assert/strict";
import { type Python, pythons } from "../../scripts/pythons.ts";
import {
  austin,
  startAustin,
  startProgram,
  targetCommand,
  until,
} from "../support/austin.ts";
import { type CollapsedSample, parseCollapsed } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import { rootUser, testNeeding, tool } from "../support/needs.ts";
import { startTarget, type Target } from "../support/target.ts";

/** One of each way in which a CPython keeps its lock, its collector and its frames. */
const VERSIONS = ["3.8", "3.11", "3.13", "3.15"] as const;

/** By how many points of the time a measured share may be off; a thread that waits for a CPU counts as busy. */
const CPU_MARGIN = 5;
const GC_MARGIN = 5;

/** Bytes that may come and go with a page of code, a buffer or a thread's stack. */
const MEMORY_MARGIN = 2 << 20;

/** Samples an attached target. @returns samples and the duration in microseconds. */
async function sample(
  target: Target,
  args: readonly string[],
): Promise<
  { samples: readonly CollapsedSample[]; trailer: Map<string, number> }
> {
  const { code, stdout, stderr } = await austin([
    ...args,
    "-p",
    `${target.pid}`,
  ]);
  assert.equal(code, 0, stderr);
  const { samples, trailer } = parseCollapsed(stdout);
  return {
    samples,
    trailer: new Map(trailer.map(([key, value]) => [key, Number(value)])),
  };
}

function total(
  samples: readonly CollapsedSample[],
  metric = 0,
): number {
  return samples.reduce((sum, { metrics }) => sum + metrics[metric]!, 0);
}

const leaf = ({ stack }: CollapsedSample) => stack.frames.at(-1)?.scope ?? "";

testEachPython("-s measures the time on the CPU", async (python) => {
  await using target = await startTarget(python, "half_busy.py", [30]);
  const start = performance.now();
  const waitedMs = await waitingMs(target.pid);
  const { samples, trailer } = await sample(target, ["-s", "-i1ms", "-x3"]);
  const waiting = await waitingMs(target.pid) - waitedMs;
  const waitingPoints = 100 * waiting / (performance.now() - start);
  const { cpu, wall } = await target.finish();
  const share = total(samples) / trailer.get("duration")!;
  const error = 100 * (share - cpu / wall);
  assert.ok(
    error > -CPU_MARGIN && error < CPU_MARGIN + waitingPoints,
    `off by ${error} points; for ${waitingPoints} it waited for a CPU`,
  );
  const asleep = total(samples.filter((one) => leaf(one) === "asleep"));
  assert.ok(asleep < 0.05 * total(samples), `${asleep} us asleep`);
}, VERSIONS);

/** @returns for how long a process's main thread was ready to run but had no CPU. Linux Documentation/scheduler/sched-stats.rst */
async function waitingMs(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/schedstat`);
  return Number(text.split(" ")[1]) / 1e6;
}

testEachPython(
  "-m measures memory where it is taken",
  (python) =>
    inFolder(async (folder) => {
      const file = `${folder}/samples`;
      const command = await targetCommand(python, "grows.py");
      await using target = startProgram(command, { stdin: "open" });
      const sizeAt = async (word: string) => {
        await target.until(() => target.stdout.includes(word));
        return await residentBytes(target.pid);
      };
      const before = await sizeAt("ready");
      const args = ["-Pm", "-i1ms", "-o", file, "-p", `${target.pid}`];
      await using run = startAustin(args);
      await run.until(async () =>
        (await Deno.readTextFile(file).catch(() => "")).endsWith("\n\n")
      );
      await target.write("go on\n");
      const grown = await sizeAt("grown");
      await target.write("go on\n");
      const after = await sizeAt("done");
      run.kill("SIGINT");
      assert.equal((await run.ended).code, 254);
      await target.write("end\n");
      const { samples } = parseCollapsed(await Deno.readTextFile(file));
      const within = (scope: string) =>
        total(
          samples.filter(({ stack }) =>
            stack.frames.some((frame) => frame.scope === scope)
          ),
        );
      for (
        const [what, found, truth] of [
          ["all", total(samples), after - before],
          ["grow()", within("grow"), grown - before],
          ["shrink()", within("shrink"), after - grown],
        ] as const
      ) {
        assert.ok(
          Math.abs(found - truth) < MEMORY_MARGIN,
          `${what}: ${found} bytes, not ${truth}`,
        );
      }
    }),
  VERSIONS,
);

async function residentBytes(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/status`);
  return 1024 * Number(/^VmRSS:\s*(\d+) kB/m.exec(text)?.[1]);
}

testEachPython("-f tells time, idleness and memory", async (python) => {
  await using target = await startTarget(python, "threads.py", [30, 1, 1]);
  const { samples, trailer } = await sample(target, ["-f", "-i2ms", "-x1"]);
  const { threads } = target.facts as { threads: Record<string, number> };
  for (const [name, idle] of [["busy 1", 0], ["idle 1", 1]] as const) {
    const own = samples.filter(({ tid }) => tid === threads[name]);
    const time = total(own) / trailer.get("duration")!;
    assert.ok(Math.abs(time - 1) < 0.02, `${name} has ${time} of the time`);
    const idleShare = total(own, 1) / own.length;
    assert.ok(Math.abs(idleShare - idle) < 0.1, `${name}: ${idleShare} idle`);
  }
}, VERSIONS);

testEachPython(
  "-g marks the time in which garbage is collected",
  async (python) => {
    await using target = await startTarget(python, "garbage.py", [30]);
    const { samples, trailer } = await sample(target, ["-g", "-i1ms", "-x2"]);
    const { gc, wall } = await target.finish();
    const duration = trailer.get("duration")!;
    const collecting = trailer.get("gc")!;
    assert.ok(collecting <= duration);
    const error = 100 * (collecting / duration - gc / wall);
    assert.ok(Math.abs(error) < GC_MARGIN, `off by ${error} points`);
    const marked = samples.filter(({ stack }) => stack.isCollecting);
    const elsewhere = marked.filter((one) => leaf(one) !== "collect").length;
    assert.ok(marked.length > 0);
    assert.ok(elsewhere < 0.03 * marked.length, `${elsewhere} elsewhere`);
  },
  VERSIONS,
);

const [python] = await pythons(["3.12"]);
const somePython = { what: "CPython 3.12", met: python !== undefined };

testNeeding(
  [somePython],
  "names of threads do not hide whether they are idle",
  async () => {
    await using target = await startTarget(python!, "odd_threads.py", [30]);
    const { samples } = await sample(target, ["-f", "-i5ms", "-x1"]);
    const { threads } = target.facts as { threads: Record<string, number> };
    for (const [name, idle] of [["busy", 0], ["idle", 1]] as const) {
      const own = samples.filter(({ tid }) => tid === threads[name]);
      const share = total(own, 1) / own.length;
      assert.ok(Math.abs(share - idle) < 0.1, `${name}: ${share} idle`);
    }
  },
);

const NAMESPACE = ["unshare", "-p", "-f", "--mount-proc", "--kill-child"];

for (const version of ["3.10", "3.12"] as const) {
  const [python] = await pythons([version]);
  const needs = [
    rootUser,
    tool("unshare"),
    { what: `CPython ${version}`, met: python !== undefined },
  ];

  testNeeding(
    needs,
    `-s sees the busy thread of a PID namespace, CPython ${version}`,
    async () => {
      await using target = await startInNamespace(python!);
      const pid = await firstChild(target.pid);
      const { stdout } = await austin(["-s", "-i2ms", "-x1", "-p", `${pid}`]);
      isBusy(parseCollapsed(stdout).samples);
    },
  );

  testNeeding(
    needs,
    `-s sees the busy thread from within a PID namespace, CPython ${version}`,
    async () => {
      const command = await targetCommand(python!, "split.py", [2]);
      const args = ["-s", "-i2ms", "-x1", ...command];
      const { code, stdout } = await austin(args, { wrapper: NAMESPACE });
      assert.equal(code, 0);
      isBusy(parseCollapsed(stdout).samples);
    },
  );
}

function startInNamespace(python: Python): Promise<Target> {
  return startTarget(python, "split.py", [30], { wrapper: NAMESPACE });
}

async function firstChild(pid: number): Promise<number> {
  const file = `/proc/${pid}/task/${pid}/children`;
  let children = "";
  await until(async () => (children = await Deno.readTextFile(file)) !== "");
  return parseInt(children, 10);
}

function isBusy(samples: readonly CollapsedSample[]): void {
  const busy = samples.filter((one) =>
    ["half", "three_tenths", "fifth"].includes(leaf(one))
  );
  assert.ok(total(busy) > 700_000, `${total(busy)} us`);
}
