/**
 * Where each microsecond of a sample goes.
 *
 * `deno task bench:profile [--quick] [--seconds N] [VERSION…]`: the program
 * runs from source, flat out to /dev/null, under V8's own sampling profiler;
 * time is put down to the part of the program whose code was running. Takes 2
 * minutes; `--quick` half a minute.
 */

import { pythons, type Version } from "../../scripts/pythons.ts";
import { root } from "../../scripts/tree.ts";
import { startTarget } from "../support/target.ts";
import {
  leaveSamplerCore,
  SAMPLER_CORE,
  TARGET_CORE,
} from "./support/cores.ts";
import { type CpuProfile, selfTimes } from "./support/cpu_profile.ts";
import { benchOptions } from "./support/options.ts";
import { austinClaim } from "./support/peers.ts";
import { heading, percent, Table } from "./support/table.ts";

const DEPTHS = [9, 33, 200];
const FORMATS: readonly (readonly [name: string, args: string[]])[] = [
  ["text", []],
  ["MOJO", ["-b"]],
];

/** Parts of the loop by the place of their code; the first that fits. */
const PARTS: readonly (readonly [part: string, place: RegExp])[] = [
  ["system call", /readRegions .*\/ffi\//],
  ["clock and signals", /\/ffi\//],
  ["copy", /\/src\/memory\//],
  ["names", /\/src\/python\/(frame_interner|code|string|line_table)\.ts/],
  ["walk", /\/src\/python\//],
  ["sink", /\/src\/output\/|op_write/],
  ["loop", /\/src\//],
  ["garbage", /\(garbage collector\)/],
  ["rest", /./],
];

const options = benchOptions({ rounds: 1, seconds: 5 });
const versions: readonly Version[] = options.versions.length > 0
  ? options.versions
  : options.quick
  ? ["3.12"]
  : ["3.8", "3.12", "3.15"];
await leaveSamplerCore();
for (const version of versions) {
  const [python] = await pythons([version]);
  if (python === undefined) throw new Error(`Needs CPython ${version}`);
  heading(`CPython ${python.fullVersion}: µs a sample`);
  const table = new Table([
    "frames   ",
    ...PARTS.map(([part]) => part.padStart(11)),
    "  all",
  ]);
  for (const depth of DEPTHS) {
    await using target = await startTarget(python, "deep.py", [3600, depth], {
      wrapper: TARGET_CORE,
    });
    for (const [name, args] of FORMATS) {
      const { sampleUs, shares } = await profile(target.pid, args);
      table.row([
        `${depth} ${name}`,
        ...shares.map((share) =>
          `${(share * sampleUs).toFixed(2)} ${percent(share, 0).padStart(5)}`
        ),
        sampleUs.toFixed(2),
      ]);
    }
  }
}

/** @returns the time of a sample, and what share of it each of the parts has. */
async function profile(
  pid: number,
  args: readonly string[],
): Promise<{ sampleUs: number; shares: number[] }> {
  const folder = await Deno.makeTempDir();
  const [program = "", ...rest] = [...SAMPLER_CORE, Deno.execPath(), "run"];
  try {
    const { stdout, stderr } = await new Deno.Command(program, {
      args: [
        ...[...rest, "-A", "--cpu-prof", `--cpu-prof-dir=${folder}`],
        ...["--cpu-prof-interval=250", `${root}/main.ts`, ...args],
        ...["-i", "1", "-x", String(options.seconds), "-o", "/dev/null"],
        ...["-p", String(pid)],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    const claim = austinClaim(text.decode(stdout) + text.decode(stderr));
    if (claim === null) throw new Error(text.decode(stderr));
    return {
      sampleUs: 1e6 * claim.seconds / claim.stacks,
      shares: sharesOf(await readProfile(folder)),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readProfile(folder: string): Promise<CpuProfile> {
  for await (const { name } of Deno.readDir(folder)) {
    return JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
  }
  throw new Error("No profile was written");
}

/** @returns for each of the parts its share of the time that is not idle. */
function sharesOf(profile: CpuProfile): number[] {
  const times = PARTS.map(() => 0);
  let total = 0;
  for (const [place, time] of selfTimes(profile)) {
    if (place.startsWith("(idle)")) continue;
    total += time;
    times[PARTS.findIndex(([, pattern]) => pattern.test(place))]! += time;
  }
  return times.map((time) => time / total);
}
