// deno-lint-ignore-file no-console -- what a bench prints is its result
/**
 * How fast `dist/austin` samples, beside Austin 3.7.0 in the same run.
 *
 * `deno task bench:peers`: one busy thread on core 0, the sampler on core 1,
 * the two samplers in turn, several rounds. Prints medians and ratios; asserts
 * nothing, because the machine decides. Rates are stacks written to a file in
 * memory, as each sampler counts them in its own trailer.
 */

import { join } from "node:path";
import { pythons } from "../../scripts/pythons.ts";
import { pipInstall } from "../support/python_packages.ts";
import { startTarget, type Target } from "../support/target.ts";

const ROUNDS = 3;
const EXPOSURE_SEC = 3;
const PYTHON = "3.12";
const PEER = "austin-dist==3.7.0";
const DEPTHS = [9, 33];
/** Microseconds asked for; 1 is as fast as it goes. */
const INTERVALS = [1, 100];

/** What one run of a sampler gave. */
interface Run {
  readonly samplesPerSec: number;
  /** Share of one core. */
  readonly cpu: number;
  readonly errors: number;
}

const [python] = await pythons([PYTHON]);
if (python === undefined) throw new Error(`needs CPython ${PYTHON}`);
const peer = join((await pipInstall([PEER])).folder, "bin/austin");
const ours = join(import.meta.dirname!, "../../dist/austin");

console.log(`CPython ${python.fullVersion}, median of ${ROUNDS} rounds`);
console.log("depth  interval  3.7.0/s  (CPU)   ours/s  (CPU, errors)   ratio");
for (const intervalUs of INTERVALS) {
  for (const depth of DEPTHS) await compare(depth, intervalUs);
}

async function compare(depth: number, intervalUs: number): Promise<void> {
  await using target = await startTarget(python!, "deep.py", [600, depth], {
    wrapper: ["taskset", "-c", "0"],
  });
  const theirs: Run[] = [];
  const mine: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(await sample(peer, target, intervalUs));
    mine.push(await sample(ours, target, intervalUs));
  }
  const a = median(theirs);
  const b = median(mine);
  console.log([
    String(depth).padStart(5),
    `${intervalUs} µs`.padStart(9),
    a.samplesPerSec.toFixed(0).padStart(8),
    `(${a.cpu.toFixed(2)})`.padStart(7),
    b.samplesPerSec.toFixed(0).padStart(8),
    `(${b.cpu.toFixed(2)}, ${b.errors})`.padStart(12),
    (b.samplesPerSec / a.samplesPerSec).toFixed(2).padStart(9),
  ].join(" "));
}

async function sample(
  sampler: string,
  { pid }: Target,
  intervalUs: number,
): Promise<Run> {
  const folder = await Deno.makeTempDir({ dir: "/dev/shm" });
  const file = join(folder, "samples");
  const script =
    `TIMEFORMAT="%U %S"; time taskset -c 1 "$0" -P -i ${intervalUs} ` +
    `-x ${EXPOSURE_SEC} -o "$1" -p ${pid}`;
  try {
    const { stderr } = await new Deno.Command("bash", {
      args: ["-c", script, sampler, file],
    }).output();
    const [user = 0, system = 0] = new TextDecoder().decode(stderr).trim()
      .split("\n").at(-1)!.split(" ").map(Number);
    const [errors, samples, durationUs] = await trailerOf(file);
    const seconds = durationUs / 1e6;
    return {
      samplesPerSec: samples / seconds,
      cpu: (user + system) / seconds,
      errors,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns errors, samples and duration as the trailer gives them. */
async function trailerOf(file: string): Promise<[number, number, number]> {
  const tail = new TextDecoder().decode(
    (await Deno.readFile(file)).slice(-1000),
  );
  const [, durationUs] = /^# duration: (\d+)$/m.exec(tail) ?? [];
  const [, errors, samples] = /^# errors: (\d+)\/(\d+)$/m.exec(tail) ?? [];
  if (durationUs === undefined || samples === undefined) {
    throw new Error(`No trailer:\n${tail}`);
  }
  return [Number(errors), Number(samples), Number(durationUs)];
}

function median(runs: Run[]): Run {
  const sorted = runs.toSorted((a, b) => a.samplesPerSec - b.samplesPerSec);
  return sorted[sorted.length >> 1]!;
}
