/**
 * Who keeps to the interval that was asked for, and at what cost.
 *
 * `deno task bench:deadlines [--quick] [--rounds N] [--seconds N] [VERSION]`:
 * every 100 µs one busy thread, and beside the samplers a C program on their
 * core that only sleeps. A deadline is met when there is a sample in the
 * interval that begins with it; where the times are not written down, the
 * share is what it would be at best. The first two seconds, in which V8
 * compiles on the sampler's core, are told apart. CPU is that of sampling
 * alone, without the start. Takes 25 minutes; `--quick` 1.
 */

import { type Python, pythons, type Version } from "../../scripts/pythons.ts";
import { startTarget } from "../support/target.ts";
import { buildProgram } from "./support/c_program.ts";
import { leaveSamplerCore, TARGET_CORE } from "./support/cores.ts";
import { GAP_BOUNDS, gapShares, shareMet } from "./support/deadlines.ts";
import { benchOptions } from "./support/options.ts";
import { ours } from "./support/ours.ts";
import { peers } from "./support/peers.ts";
import { runSampler, type Sampler } from "./support/sampler.ts";
import { sleeper } from "./support/sleeper.ts";
import {
  heading,
  median,
  percent,
  ratio,
  spread,
  Table,
  whole,
} from "./support/table.ts";

const INTERVAL_US = 100;
const DEPTHS = [9, 33];
const START_US = 2e6;
const LEAST_SECONDS = 5;

const options = benchOptions({ rounds: 5, seconds: 8 });
const seconds = Math.max(options.seconds, LEAST_SECONDS);
const versions: readonly Version[] = options.versions.length > 0
  ? options.versions
  : options.quick
  ? ["3.15"]
  : ["3.12", "3.15"];
const depths = options.quick ? DEPTHS.slice(0, 1) : DEPTHS;
const samplers = [
  sleeper(await buildProgram("sleeper")),
  ...ours,
  ...await peers(),
];
await leaveSamplerCore();
for (const version of versions) {
  const able = samplers.filter((sampler) => sampler.versions.includes(version));
  const [python] = await pythons([version]);
  if (python === undefined) throw new Error(`Needs CPython ${version}`);
  for (const depth of depths) await compare(python, able, depth);
}

/** What one run says of the deadlines. */
interface Punctuality {
  /** Share of the deadlines behind the start. */
  readonly met: number;
  /** Share of those of the start. */
  readonly metAtStart: number;
  readonly cpu: number;
  readonly perSec: number;
  readonly gaps: readonly number[] | null;
}

async function compare(
  python: Python,
  samplers: readonly Sampler[],
  depth: number,
): Promise<void> {
  await using target = await startTarget(python, "deep.py", [3600, depth], {
    wrapper: TARGET_CORE,
  });
  const runs = new Map<Sampler, Punctuality[]>();
  for (let round = 0; round < options.rounds; round++) {
    for (const sampler of samplers) {
      const one = await measure(sampler, target.pid);
      runs.set(sampler, [...runs.get(sampler) ?? [], one]);
    }
  }
  heading(
    `CPython ${python.fullVersion}, ${depth} frames, every ${INTERVAL_US} µs`,
  );
  printShares(runs);
  printGaps(runs);
}

async function measure(sampler: Sampler, pid: number): Promise<Punctuality> {
  const run = await runSampler(sampler, {
    pid,
    intervalUs: INTERVAL_US,
    seconds,
  });
  const { timesUs, stacks } = run.counted!;
  const perSec = stacks / run.seconds;
  const ofAll = { cpu: run.cpu, perSec };
  if (timesUs.length < 2) {
    const met = Math.min(perSec * INTERVAL_US / 1e6, 1);
    return { ...ofAll, met, metAtStart: NaN, gaps: null };
  }
  const split = timesUs.findIndex((time) => time - timesUs[0]! >= START_US);
  const steady = timesUs.slice(split);
  return {
    ...ofAll,
    met: shareMet(steady, INTERVAL_US),
    metAtStart: shareMet(timesUs.slice(0, split), INTERVAL_US),
    gaps: gapShares(steady, INTERVAL_US),
  };
}

function printShares(runs: Map<Sampler, Punctuality[]>): void {
  const table = new Table([
    "sampler           ",
    "deadlines met",
    "spread",
    "first 2 s",
    "stacks/s",
    " CPU",
    "CPU of ours",
  ]);
  const cpuOf = (all: readonly Punctuality[]) =>
    median(all.map(({ cpu }) => cpu));
  const oursCpu = cpuOf(runs.get(ours[0]!)!);
  for (const [sampler, all] of runs) {
    const met = all.map(({ met }) => met);
    const isAtBest = all[0]!.gaps === null;
    table.row([
      sampler.name,
      `${isAtBest ? "≤ " : ""}${percent(median(met))}`,
      spread(met),
      percent(median(all.map(({ metAtStart }) => metAtStart))),
      whole(median(all.map(({ perSec }) => perSec))),
      ratio(cpuOf(all)),
      `${ratio(oursCpu / cpuOf(all))} ×`,
    ]);
  }
}

function printGaps(runs: Map<Sampler, Punctuality[]>): void {
  heading("Gaps between samples, in intervals");
  const table = new Table([
    "sampler           ",
    ...GAP_BOUNDS.map((bound) =>
      (bound === Infinity ? "more" : `<${bound}`).padStart(8)
    ),
  ]);
  for (const [sampler, all] of runs) {
    const gaps = all.flatMap((run) => run.gaps === null ? [] : [run.gaps]);
    if (gaps.length === 0) continue;
    table.row([
      sampler.name,
      ...GAP_BOUNDS.map((_, i) =>
        percent(median(gaps.map((shares) => shares[i]!)), 3)
      ),
    ]);
  }
}
