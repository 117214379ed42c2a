/**
 * How fast samplers go, beside each other.
 *
 * `deno task bench:speed [--quick] [--rounds N] [--seconds N] [VERSION…]`: one
 * busy thread at several depths, every sampler that can sample the CPython in
 * turn, several rounds. Those that write while they sample write to /dev/null
 * and are believed what they say, which is checked by a short run into a file.
 * Takes 60 minutes; `--quick` 4.
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

const DEPTHS = [9, 33, 200];
const VERSIONS: readonly Version[] = [
  "3.8",
  "3.9",
  "3.10",
  "3.12",
  "3.14",
  "3.15",
];

const options = benchOptions({ rounds: 5, seconds: 3 });
const versions = options.versions.length > 0
  ? options.versions
  : options.quick
  ? ["3.12", "3.15"] as const
  : VERSIONS;
const samplers = [...ours, ...await peers()];
await leaveSamplerCore();
for (const version of versions) {
  const able = samplers.filter((sampler) => sampler.versions.includes(version));
  const python = await pythonForAll(version, able);
  heading(`CPython ${python.fullVersion} (${python.source}), flat out`);
  for (const depth of DEPTHS) await compare(python, able, depth);
}

/** @returns a build of a version that all of the samplers can sample. */
async function pythonForAll(
  version: Version,
  samplers: readonly Sampler[],
): Promise<Python> {
  const sources = samplers.find((s) => s.pythonSources)?.pythonSources;
  const [python] = await pythons([version], sources ? { sources } : {});
  if (python === undefined) throw new Error(`Needs CPython ${version}`);
  return python;
}

async function compare(
  python: Python,
  samplers: readonly Sampler[],
  depth: number,
): Promise<void> {
  await using target = await startTarget(python, "deep.py", [3600, depth], {
    wrapper: TARGET_CORE,
  });
  const job = { pid: target.pid, intervalUs: 1, discard: true };
  const runs = new Map<Sampler, SamplerRun[]>();
  for (let round = 0; round < options.rounds; round++) {
    for (const sampler of samplers) {
      const run = await runSampler(sampler, {
        ...job,
        seconds: options.seconds,
      });
      runs.set(sampler, [...runs.get(sampler) ?? [], run]);
    }
  }
  print(depth, runs);
  for (const sampler of samplers) await checkClaim(sampler, target.pid);
}

function print(depth: number, runs: Map<Sampler, SamplerRun[]>): void {
  const rates = (sampler: Sampler) =>
    runs.get(sampler)!.map(({ stacks, seconds }) => stacks / seconds);
  const table = new Table([
    `${depth} frames`.padEnd(18),
    "stacks/s",
    "spread",
    " CPU",
    "per CPU s",
    "errors",
    "text of ours",
    "MOJO of ours",
  ]);
  const [text, mojo] = ours.map((sampler) => median(rates(sampler)));
  for (const [sampler, all] of runs) {
    const rate = median(rates(sampler));
    table.row([
      sampler.name,
      whole(rate),
      spread(rates(sampler)),
      ratio(median(all.map(({ cpu }) => cpu))),
      whole(median(all.map((run) => run.stacks / run.seconds / run.cpu))),
      percent(median(all.map(({ errors, stacks }) => errors / stacks)), 2),
      `${ratio(text! / rate)} ×`,
      `${ratio(mojo! / rate)} ×`,
    ]);
  }
}

/** Compares what a sampler says of itself with what it writes; says so where that differs. */
async function checkClaim(sampler: Sampler, pid: number): Promise<void> {
  if (!sampler.writesAtOnce) return;
  const run = await runSampler(sampler, { pid, intervalUs: 1, seconds: 1 });
  const { stacks, invalid } = run.counted!;
  if (run.claimed === stacks + invalid) return;
  remark(
    `${sampler.name} says ${run.claimed} stacks and wrote ${stacks + invalid}`,
  );
}
