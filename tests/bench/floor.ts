/**
 * How close sampling is to what the kernel takes for it.
 *
 * `deno task bench:floor [--quick] [--rounds N] [--seconds N] [VERSION…]`: the
 * regions that a pass reads in the steady state are copied by a C program with
 * bare `process_vm_readv` calls, in turn with sampling flat out to /dev/null.
 * The ratio is how many times as much CPU time a sample takes as that call;
 * CPU time, so that a core that is shared with others does less harm. Takes 10
 * minutes; `--quick` 1.
 */

import { pythons, type Version } from "../../scripts/pythons.ts";
import { run } from "../../scripts/pythons/run.ts";
import { startTarget } from "../support/target.ts";
import { BENCH_CACHE, buildProgram } from "./support/c_program.ts";
import {
  leaveSamplerCore,
  SAMPLER_CORE,
  TARGET_CORE,
} from "./support/cores.ts";
import { benchOptions } from "./support/options.ts";
import { ours } from "./support/ours.ts";
import { OwnLoop } from "./support/own_loop.ts";
import { runSampler } from "./support/sampler.ts";
import { median, ratio, spread, Table, whole } from "./support/table.ts";

const DEPTHS = [9, 33, 200];

const options = benchOptions({ rounds: 7, seconds: 2 });
const versions: readonly Version[] = options.versions.length > 0
  ? options.versions
  : options.quick
  ? ["3.12"]
  : ["3.8", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"];
const floor = await buildProgram("floor");
const tableFile = `${BENCH_CACHE}/regions`;
await leaveSamplerCore();
const table = new Table([
  "CPython",
  "frames",
  "regions",
  "   bytes",
  "floor µs",
  "spread",
  "text µs",
  "ratio",
  "MOJO µs",
  "ratio",
]);
for (const version of versions) {
  const [python] = await pythons([version]);
  if (python === undefined) throw new Error(`Needs CPython ${version}`);
  for (const depth of DEPTHS) {
    await using target = await startTarget(python, "deep.py", [3600, depth], {
      wrapper: TARGET_CORE,
    });
    const { pid } = target;
    const regions = new OwnLoop(pid).regions();
    await Deno.writeFile(tableFile, regions.table);
    const bare: number[] = [];
    const sampled = ours.map((): number[] => []);
    for (let round = 0; round < options.rounds; round++) {
      bare.push(await bareMicroseconds(pid));
      for (const [index, sampler] of ours.entries()) {
        const { seconds, stacks, cpu } = await runSampler(sampler, {
          pid,
          intervalUs: 1,
          seconds: options.seconds,
          discard: true,
        });
        sampled[index]!.push(1e6 * seconds * cpu / stacks);
      }
    }
    const floorUs = median(bare);
    table.row([
      python.fullVersion,
      String(depth),
      String(regions.count),
      whole(regions.bytes),
      floorUs.toFixed(2),
      spread(bare),
      ...sampled.flatMap((all) => [
        median(all).toFixed(2),
        ratio(median(all) / floorUs),
      ]),
    ]);
  }
}

/** @returns microseconds of a bare copy of the regions. */
async function bareMicroseconds(pid: number): Promise<number> {
  const args = [String(pid), String(options.seconds), tableFile];
  const printed = await run([...SAMPLER_CORE, floor, ...args]);
  const [copies = 0, seconds = 0] = printed.trim().split(" ").map(Number);
  return 1e6 * seconds / copies;
}
