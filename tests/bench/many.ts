/**
 * How fast samplers take the stacks of many threads and many processes.
 *
 * `deno task bench:many [--quick] [--rounds N] [--seconds N] [VERSION]`: flat
 * out, with 1, 16 and 128 threads (all but one idle; all but the main one
 * runnable) and with 1, 8 and 32 busy children of a process. Counted are stacks
 * of threads, as they are found in what was written. Takes 40 minutes;
 * `--quick` 2.
 */

import { type Python, pythons, type Version } from "../../scripts/pythons.ts";
import { startTarget } from "../support/target.ts";
import { leaveSamplerCore, TARGET_CORE } from "./support/cores.ts";
import { benchOptions } from "./support/options.ts";
import { ours } from "./support/ours.ts";
import { peers } from "./support/peers.ts";
import {
  runSampler,
  type Sampler,
  type SamplerRun,
} from "./support/sampler.ts";
import {
  heading,
  median,
  percent,
  ratio,
  remark,
  spread,
  Table,
  whole,
} from "./support/table.ts";

const LIFE_SEC = 3600;

/** A program with many stacks. */
interface Crowd {
  readonly name: string;
  readonly script: string;
  readonly args: readonly number[];
  readonly children: boolean;
}

const CROWDS: readonly Crowd[] = [
  threads("1 thread", 0, 0),
  threads("16 threads, 15 of them idle", 1, 14),
  threads("16 threads, 15 of them runnable", 15, 0),
  threads("128 threads, 127 of them idle", 1, 126),
  threads("128 threads, 127 of them runnable", 127, 0),
  processes(1),
  processes(8),
  processes(32),
];

function threads(name: string, busy: number, idle: number): Crowd {
  return busy + idle === 0
    ? { name, script: "deep.py", args: [3], children: false }
    : { name, script: "threads.py", args: [busy, idle], children: false };
}

function processes(count: number): Crowd {
  const name = `a process and ${count} busy children, with -C`;
  return { name, script: "children.py", args: [count], children: true };
}

const options = benchOptions({ rounds: 5, seconds: 3 });
const versions: readonly Version[] = options.versions.length > 0
  ? options.versions
  : options.quick
  ? ["3.15"]
  : ["3.8", "3.12", "3.15"];
const crowds = options.quick
  ? CROWDS.filter((_, index) => index % 2 === 1)
  : CROWDS;
const samplers = [...ours, ...await peers()];
await leaveSamplerCore();
for (const version of versions) {
  const able = samplers.filter((sampler) => sampler.versions.includes(version));
  const [python] = await pythons([version]);
  if (python === undefined) throw new Error(`Needs CPython ${version}`);
  for (const crowd of crowds) await compare(python, able, crowd);
}

async function compare(
  python: Python,
  samplers: readonly Sampler[],
  crowd: Crowd,
): Promise<void> {
  const { name, script, args, children } = crowd;
  await using target = await startTarget(python, script, [LIFE_SEC, ...args], {
    wrapper: TARGET_CORE,
  });
  heading(`CPython ${python.fullVersion}, ${name}`);
  const runs = new Map<Sampler, SamplerRun[]>();
  const failures = new Map<Sampler, string>();
  for (let round = 0; round < options.rounds; round++) {
    for (const sampler of samplers) {
      try {
        const run = await runSampler(sampler, {
          pid: target.pid,
          intervalUs: 1,
          seconds: options.seconds,
          children,
          allThreads: true,
        });
        runs.set(sampler, [...runs.get(sampler) ?? [], run]);
      } catch (error) {
        failures.set(sampler, String(error));
      }
    }
  }
  print(runs);
  for (const [sampler, failure] of failures) {
    remark(`${sampler.name} failed: ${failure.trim().split("\n").at(-1)}`);
  }
}

function print(runs: Map<Sampler, SamplerRun[]>): void {
  const table = new Table([
    "sampler           ",
    "stacks/s",
    "spread",
    " CPU",
    "per CPU s",
    "errors",
    "MOJO of ours",
    "per CPU s",
  ]);
  const rate = (run: SamplerRun) => run.stacks / run.seconds;
  const perCpu = (run: SamplerRun) => rate(run) / run.cpu;
  const mojo = runs.get(ours[1]!) ?? [];
  for (const [sampler, all] of runs) {
    table.row([
      sampler.name,
      whole(median(all.map(rate))),
      spread(all.map(rate)),
      ratio(median(all.map(({ cpu }) => cpu))),
      whole(median(all.map(perCpu))),
      percent(median(all.map(({ errors, stacks }) => errors / stacks)), 2),
      `${ratio(median(mojo.map(rate)) / median(all.map(rate)))} ×`,
      `${ratio(median(mojo.map(perCpu)) / median(all.map(perCpu)))} ×`,
    ]);
  }
}
