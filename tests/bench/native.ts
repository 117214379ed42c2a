/**
 * Native stacks beside austinp 3.7.0, austinp 4.0.0 and `py-spy --native`.
 *
 * `deno task bench:native [--quick] [--rounds N] [--seconds N] [VERSION]`: a
 * target sorts by a function of Python's and tells how long each piece of work
 * took. Printed are, in the median of all rounds, stacks of its busy thread a
 * second flat out, the share of complete stacks and the target's slow-down at
 * 100 Hz, and the slow-down beside 159 native threads that wait. A stack is
 * complete when it begins with the program's start (py-spy shows an address in
 * its place), has the target's Python frames in their order, and something
 * between the function that sorts and the one that the sort calls.
 */

import { pythons } from "../../scripts/pythons.ts";
import { inFolder } from "../support/folder.ts";
import { startTarget, type Target } from "../support/target.ts";
import { buildProgram } from "./support/c_program.ts";
import {
  leaveSamplerCore,
  SAMPLER_CORE,
  TARGET_CORE,
} from "./support/cores.ts";
import { type NativeSampler, nativeSamplers } from "./support/native_peers.ts";
import { benchOptions } from "./support/options.ts";
import { Pieces } from "./support/pieces.ts";
import { heading, median, percent, Table, whole } from "./support/table.ts";

const IDLE_THREADS = 159;
const HUNDRED_HZ_US = 10_000;
const FLAT_OUT_US = 1;

/** How a program starts, by the names that samplers give it. */
const STARTS =
  /^(_start|__libc_start|__libc_start_main.*|__libc_start_call_main|main|0x[0-9a-f]+)$/;

const options = benchOptions({ rounds: 5, seconds: 4 });
const version = options.versions[0] ?? "3.12";
const [python] = await pythons([version]);
if (python === undefined) throw new Error(`Needs CPython ${version}`);
const library = await buildLibrary();
const samplers = (await nativeSamplers())
  .filter(({ versions }) => versions.includes(version));
await leaveSamplerCore();

interface Measured {
  perSecond: number;
  complete: number;
  slowDown: number;
  slowDownBesideIdle: number;
}

const measured = new Map<string, Measured[]>();
for (let round = 0; round < options.rounds; round++) {
  for (const sampler of samplers) {
    const flatOut = await run(sampler, 0, FLAT_OUT_US);
    const asked = await run(sampler, 0, HUNDRED_HZ_US);
    const besideIdle = await run(sampler, IDLE_THREADS, HUNDRED_HZ_US);
    measured.set(sampler.name, [...measured.get(sampler.name) ?? [], {
      perSecond: flatOut.stacks.length / options.seconds,
      complete: asked.stacks.filter(isComplete).length /
        Math.max(asked.stacks.length, 1),
      slowDown: asked.slowDown,
      slowDownBesideIdle: besideIdle.slowDown,
    }]);
  }
}
print();

function print(): void {
  heading(`CPython ${python!.fullVersion}`);
  const table = new Table([
    "sampler        ",
    "flat out, 1/s",
    "complete",
    "slow-down",
    `beside ${IDLE_THREADS} idle`,
  ]);
  for (const [name, all] of measured) {
    const of = (key: keyof Measured) => median(all.map((one) => one[key]));
    table.row([
      name,
      whole(of("perSecond")),
      percent(of("complete")),
      percent(of("slowDown"), 2),
      percent(of("slowDownBesideIdle"), 2),
    ]);
  }
}

/** Samples a target of its own: some samplers leave theirs stopped. */
async function run(sampler: NativeSampler, idle: number, intervalUs: number) {
  await using target = await startTarget(
    python!,
    "native_work.py",
    [3600, library, idle],
    { wrapper: TARGET_CORE },
  );
  const pieces = new Pieces(target);
  const before = await pieces.median(options.seconds / 2);
  const { stacks, during } = await sample(sampler, target, pieces, intervalUs);
  const after = await pieces.median(options.seconds / 2);
  pieces.stop();
  return { stacks, slowDown: during / ((before + after) / 2) - 1 };
}

async function sample(
  sampler: NativeSampler,
  target: Target,
  pieces: Pieces,
  intervalUs: number,
) {
  const { seconds } = options;
  let stacks: readonly (readonly string[] | null)[] = [];
  let during = NaN;
  await inFolder(async (folder) => {
    const output = `${folder}/out`;
    const job = { pid: target.pid, intervalUs, seconds, output };
    const command = sampler.command({
      ...job,
      children: false,
      allThreads: false,
    });
    const [program = "", ...args] = [...SAMPLER_CORE, ...command];
    const process = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    during = await pieces.median(seconds);
    if (sampler.ends === "interrupted") process.kill("SIGINT");
    await process.status;
    stacks = await sampler.stacks(output);
  });
  return { stacks, during };
}

function isComplete(stack: readonly string[] | null): boolean {
  if (stack === null || !stack.slice(0, 3).some((name) => STARTS.test(name))) {
    return false;
  }
  const module = stack.indexOf("<module>");
  const work = stack.indexOf("work");
  if (module < 0 || work < module) return false;
  const weigh = stack.indexOf("weigh");
  return weigh < 0 || weigh > stack.indexOf("piece") + 1;
}

async function buildLibrary(): Promise<string> {
  return await buildProgram("idle_threads", ["-shared", "-fPIC", "-pthread"]);
}
