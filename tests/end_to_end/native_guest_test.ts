/** Native stacks leave the target as it is: nothing stays halted, no signal is lost, no call fails. */

import assert from "node:assert/strict";
import { type Python, pythons } from "../../scripts/pythons.ts";
import { ownArchitecture } from "../../src/native/architecture.ts";
import {
  austin,
  startAustin,
  startProgram,
  targetCommand,
  until,
} from "../support/austin.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { inFolder } from "../support/folder.ts";
import { rootUser, testNeeding, tool } from "../support/needs.ts";
import { startTarget } from "../support/target.ts";

/** Functions of `split.py` in which it computes all the time. */
const BUSY = new Set(["half", "three_tenths", "fifth"]);

const [python] = await pythons(["3.12"]);

function testWithPython(
  name: string,
  fn: (python: Python) => Promise<void>,
): void {
  const need = { what: "CPython 3.12", met: python !== undefined };
  testNeeding([need], name, () => fn(python!));
}

interface ThreadState {
  readonly tid: number;
  /** A letter. */
  readonly state: string;
  /** Who traces it, or 0. */
  readonly tracer: number;
  /** How often it gave its CPU away. */
  readonly switches: number;
}

function threadsOf(pid: number): ThreadState[] {
  return Array.from(Deno.readDirSync(`/proc/${pid}/task`), ({ name }) => {
    const status = Deno.readTextFileSync(`/proc/${pid}/task/${name}/status`);
    const field = (key: string) =>
      new RegExp(`^${key}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
    return {
      tid: Number(name),
      state: field("State"),
      tracer: Number(field("TracerPid")),
      switches: Number(field("voluntary_ctxt_switches")),
    };
  });
}

/** @returns whether a thread is in a call that a halt would break. */
function waitsForEvents(pid: number, tid: number): boolean {
  const call = Deno.readTextFileSync(`/proc/${pid}/task/${tid}/syscall`);
  return ownArchitecture.fragileCalls.includes(Number(call.split(" ")[0]));
}

/** @returns clock ticks of CPU that a process has used. */
function cpuTicks(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`)
    .split(") ")[1]!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

testWithPython(
  "a killed austin -n leaves a target that runs on",
  async (python) => {
    await using target = await startTarget(python, "native_guest.py", [60]);
    for (let round = 0; round < 10; round++) {
      let samples = 0;
      await using run = startAustin(
        ["-n", "-i0", "-p", `${target.pid}`],
        { onLine: () => void samples++ },
      );
      await run.until(() => samples > 100 + 13 * round);
      run.kill("SIGKILL");
      await run.ended;
      for (const { tid, state, tracer } of threadsOf(target.pid)) {
        assert.equal(tracer, 0, `${tid} is still traced`);
        assert.ok("RS".includes(state), `${tid} is in state ${state}`);
      }
      const before = cpuTicks(target.pid);
      await until(() => cpuTicks(target.pid) > before + 1);
    }
    const { loops, epoll } = await target.finish();
    assert.ok(loops > 0);
    assert.equal(epoll, "waiting");
  },
);

testWithPython(
  "-n takes no signal from the target and wakes no sleeper up",
  async (python) => {
    await using target = await startTarget(python, "native_guest.py", [60]);
    const { waiter, signal } = target.facts;
    const switches = () =>
      threadsOf(target.pid).find(({ tid }) => tid === waiter)!.switches;
    // It says that it is ready before its other thread has come to where it waits.
    await until(() => waitsForEvents(target.pid, waiter));
    const before = switches();
    let samples = 0;
    await using run = startAustin(
      ["-n", "-i500us", "-p", `${target.pid}`],
      { onLine: () => void samples++ },
    );
    await run.until(() => samples > 50);
    const kill =
      "import os, sys\nfor _ in range(1000): os.kill(int(sys.argv[1]), int(sys.argv[2]))";
    await using sender = startProgram([
      ...python.command,
      "-c",
      kill,
      `${target.pid}`,
      `${signal}`,
    ]);
    assert.equal((await sender.ended).code, 0);
    const then = samples;
    await run.until(() => samples > then + 200);
    run.kill("SIGINT");
    assert.equal((await run.ended).code, 254);
    assert.equal(switches(), before, "a thread that waits was woken up");
    const { sent, timer, epoll } = await target.finish();
    assert.equal(epoll, "waiting");
    assert.equal(sent, 1000);
    assert.ok(timer > 20, `${timer} timer signals`);
  },
);

testWithPython(
  "-n lets a target start and end threads, fork, exec and exit",
  async (python) => {
    await inFolder(async (folder) => {
      for (const options of [[], ["-C"]]) {
        const output = `${folder}/samples`;
        await using run = startAustin([
          "-n",
          "-i200us",
          ...options,
          "-o",
          output,
          ...await targetCommand(python, "native_restless.py", [8]),
        ]);
        const { code, stdout, stderr } = await run.ended;
        assert.equal(code, 0, stderr);
        assert.match(stdout, /^True$/m, stderr);
        const { samples } = parseCollapsed(await Deno.readTextFile(output));
        assert.ok(samples.length > 0);
      }
    });
  },
);

testNeeding(
  [{ what: "CPython 3.12", met: python !== undefined }, tool("strace")],
  "-n says so when another program traces the target, and gives Python's frames",
  async () => {
    await using target = await startTarget(python!, "split.py", [60]);
    await using tracer = startProgram(
      ["strace", "-q", "-e", "trace=none", "-p", `${target.pid}`],
    );
    await tracer.until(() => threadsOf(target.pid)[0]!.tracer !== 0);
    const { code, stdout, stderr } = await austin(
      ["-n", "-x1", "-p", `${target.pid}`],
    );
    assert.equal(code, 0);
    assert.match(
      stderr,
      /Cannot halt threads of process \d+: .*\nhint: .*strace/,
    );
    const { samples } = parseCollapsed(stdout);
    assert.ok(samples.length > 0);
    const busy = samples.filter(({ stack }) =>
      BUSY.has(stack.frames.at(-1)!.scope)
    );
    assert.ok(busy.length > 0);
    // In between it may sleep, and a thread that sleeps is whole without a halt.
    for (const { stack } of busy) assert.ok(stack.isInvalid);
    for (const { stack } of samples) {
      assert.ok(stack.frames.some(({ scope }) => scope === "rounds"));
    }
    tracer.kill("SIGINT");
    await tracer.ended;
  },
);

testNeeding(
  [{ what: "CPython 3.12", met: python !== undefined }, rootUser],
  "-k shows where the kernel waits, and goes on without where it may not",
  async () => {
    await using target = await startTarget(python!, "idle.py", [60]);
    const { stdout } = await austin(["-k", "-x1", "-p", `${target.pid}`]);
    const { samples } = parseCollapsed(stdout);
    const kernel = samples.map(({ stack }) =>
      stack.frames.filter(({ file }) => file === "kernel")
        .map(({ scope }) => scope)
    );
    const truth = kernelStack(target.pid);
    assert.ok(truth.length > 2);
    assert.deepEqual(kernel.at(-1), truth);
    const refused = await austin(
      ["-k", "-x1", ...await targetCommand(python!, "split.py", [60])],
      { wrapper: ["setpriv", "--bounding-set=-sys_admin"] },
    );
    assert.equal(refused.code, 0, refused.stderr);
    const messages = refused.stderr.match(/Cannot read kernel stacks/g) ?? [];
    assert.equal(messages.length, 1, refused.stderr);
    const stacks = parseCollapsed(refused.stdout).samples;
    assert.ok(
      stacks.every(({ stack }) =>
        stack.frames.every(({ file }) => file !== "kernel")
      ),
    );
    assert.ok(
      stacks.some(({ stack }) =>
        stack.frames.some(({ file }) => file.startsWith("native@"))
      ),
    );
  },
);

/** @returns functions of the kernel that a process waits in, the outermost first. */
function kernelStack(pid: number): string[] {
  return Deno.readTextFileSync(`/proc/${pid}/stack`).trim().split("\n")
    .map((line) => line.replace(/^\[<.*>\] ([^+]+)\+.*$/, "$1")).reverse();
}
