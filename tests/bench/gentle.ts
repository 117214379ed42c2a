/**
 * How much slower a target gets by being sampled.
 *
 * `deno task bench:gentle [--quick] [--rounds PAIRS] [--seconds N] [VERSION]`:
 * the target does the same piece of work over and over and tells how long each
 * took. Half of each pair it is sampled every 100 µs, the other half a C
 * program sleeps and wakes up as often on the same core. Prints the median of
 * the pairs' ratios with its quartiles, and that of a second sleeper, which is
 * how exact the number is. Takes 20 minutes; `--quick` 1.
 */

import { pythons, type Version } from "../../scripts/pythons.ts";
import { startTarget } from "../support/target.ts";
import { buildProgram } from "./support/c_program.ts";
import { leaveSamplerCore, TARGET_CORE } from "./support/cores.ts";
import { benchOptions } from "./support/options.ts";
import { ours } from "./support/ours.ts";
import { peers } from "./support/peers.ts";
import { Pieces } from "./support/pieces.ts";
import { runSampler, type Sampler } from "./support/sampler.ts";
import { sleeper } from "./support/sleeper.ts";
import { heading, median, percent, Table } from "./support/table.ts";

const INTERVAL_US = 100;
const DEPTH = 20;

const options = benchOptions({ rounds: 21, seconds: 2 });
const versions: readonly Version[] = options.versions.length > 0
  ? options.versions
  : ["3.12", "3.15"];
const atRest = sleeper(await buildProgram("sleeper"));
const again = { ...atRest, name: "the same again" };
const samplers = [again, ...ours, ...await peers()];
await leaveSamplerCore();
for (const version of versions) await compare(version);

async function compare(version: Version): Promise<void> {
  const [python] = await pythons([version]);
  if (python === undefined) throw new Error(`Needs CPython ${version}`);
  const able = samplers.filter((sampler) => sampler.versions.includes(version));
  await using target = await startTarget(python, "work.py", [36_000, DEPTH], {
    wrapper: TARGET_CORE,
  });
  const pieces = new Pieces(target);
  const slowDowns = new Map<Sampler, number[]>();
  for (let round = 0; round < options.rounds; round++) {
    for (const sampler of able) {
      const slowDown = await pair(pieces, target.pid, sampler, round % 2 === 0);
      slowDowns.set(sampler, [...slowDowns.get(sampler) ?? [], slowDown]);
    }
  }
  pieces.stop();
  heading(`CPython ${python.fullVersion}, every ${INTERVAL_US} µs`);
  print(slowDowns);
}

/** @returns by how much the median piece of work takes longer than beside the sleeper. */
async function pair(
  pieces: Pieces,
  pid: number,
  sampler: Sampler,
  isFirst: boolean,
): Promise<number> {
  const order = isFirst ? [sampler, atRest] : [atRest, sampler];
  const times = new Map<Sampler, number>();
  for (const one of order) {
    const run = runSampler(one, {
      pid,
      intervalUs: INTERVAL_US,
      seconds: options.seconds,
    });
    times.set(one, await pieces.median(options.seconds));
    await run;
  }
  return times.get(sampler)! / times.get(atRest)! - 1;
}

function print(slowDowns: Map<Sampler, number[]>): void {
  const table = new Table([
    "sampler           ",
    "slow-down",
    "from a quarter",
    "to a quarter",
    "pairs",
  ]);
  for (const [sampler, all] of slowDowns) {
    const sorted = all.toSorted((a, b) => a - b);
    const quarter = sorted.length >> 2;
    table.row([
      sampler.name,
      percent(median(all), 2),
      percent(sorted[quarter]!, 2),
      percent(sorted.at(-1 - quarter)!, 2),
      String(all.length),
    ]);
  }
}
