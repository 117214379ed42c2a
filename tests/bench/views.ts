/**
 * What looking on costs: the sampler with a view beside it, and with a reader
 * that throws everything away.
 *
 * `deno task bench:views [--quick] [--rounds N] [--seconds N] [VERSION]`: in
 * turn, over the same busy target at 100 µs, `austin -P -b` into `cat`, and
 * `austin --tui` in a terminal. Prints passes per second and CPU of the
 * sampler, their ratio in pairs, and the CPU of the view itself.
 */

import { pythons, type Version } from "../../scripts/pythons.ts";
import { cpuTimeUs } from "../../src/process/linux_facts.ts";
import { until } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import { program } from "../support/program.ts";
import { startTarget, type Target } from "../support/target.ts";
import { openTerminal } from "../support/tmux.ts";
import { TARGET_CORE } from "./support/cores.ts";
import { benchOptions } from "./support/options.ts";
import { heading, median, percent, Table } from "./support/table.ts";

const DEPTH = 20;

/** What was measured of one run. */
interface Cost {
  /** Passes per second. */
  readonly rate: number;
  /** Shares of a core. */
  readonly samplerCpu: number;
  readonly viewCpu: number;
}

const options = benchOptions({ rounds: 5, seconds: 8 });
/** The first and the last second of a run are not measured. */
const seconds = Math.max(options.seconds, 4);
const versions: readonly Version[] = options.versions.length > 0
  ? options.versions
  : ["3.12"];
for (const version of versions) await compare(version);

async function compare(version: Version): Promise<void> {
  const [python] = await pythons([version]);
  if (python === undefined) throw new Error(`Needs CPython ${version}`);
  await using target = await startTarget(python, "split.py", [36_000, DEPTH], {
    wrapper: TARGET_CORE,
  });
  const pairs: [alone: Cost, viewed: Cost][] = [];
  for (let round = 0; round < options.rounds; round++) {
    pairs.push([await alone(target), await viewed(target)]);
  }
  heading(`CPython ${python.fullVersion}, every 100 µs`);
  print(pairs);
}

function print(pairs: readonly [alone: Cost, viewed: Cost][]): void {
  const of = (pick: (pair: [Cost, Cost]) => number) =>
    median(pairs.map(([alone, viewed]) => pick([alone, viewed])));
  const table = new Table([
    "            ",
    "passes/s",
    "sampler CPU",
    "view CPU",
  ]);
  const cpu = (one: 0 | 1) => percent(of((pair) => pair[one].samplerCpu));
  const rate = (one: 0 | 1) => of((pair) => pair[one].rate).toFixed(0);
  table.row(["-P -b | cat", rate(0), cpu(0), ""]);
  table.row(["--tui", rate(1), cpu(1), percent(of(([, b]) => b.viewCpu))]);
  const ratio = (pick: (cost: Cost) => number) =>
    of(([alone, viewed]) => pick(viewed) / pick(alone)).toFixed(3);
  table.row(["ratio", ratio((c) => c.rate), ratio((c) => c.samplerCpu), ""]);
}

async function alone(target: Target): Promise<Cost> {
  return await inFolder(async (folder) => {
    const line = `'${program}' -P -b ${
      wordsFor(target)
    } | cat > '${folder}/out'`;
    const shell = new Deno.Command("sh", { args: ["-c", line] }).spawn();
    const cost = await observe(target);
    await shell.status;
    return { ...cost, rate: passRate(await Deno.readFile(`${folder}/out`)) };
  });
}

async function viewed(target: Target): Promise<Cost> {
  return await inFolder(async (folder) => {
    await using terminal = await openTerminal({ columns: 120, rows: 40 });
    const words = `${wordsFor(target)} -o '${folder}/out.austin'`;
    await terminal.type(`'${program}' --tui ${words}; echo "d"one\n`);
    const cost = await observe(target);
    await terminal.until((screen) => screen.includes("ended"));
    await terminal.press("q");
    await terminal.until((screen) => screen.includes("done"));
    const out = await Deno.readFile(`${folder}/out.austin`);
    return { ...cost, rate: passRate(out) };
  });
}

function wordsFor({ pid }: Target): string {
  return `-x ${seconds} -p ${pid}`;
}

/** Measures in the middle of a run. */
async function observe(
  { pid }: Target,
): Promise<Pick<Cost, "samplerCpu" | "viewCpu">> {
  let found = new Map<string, number>();
  await until(async () => (found = await lookers(pid)).has("sampler"));
  await sleep(1_000);
  const start = performance.now();
  const used = (name: string) => {
    const pid = found.get(name);
    return pid === undefined ? 0 : cpuTimeUs(pid) ?? 0;
  };
  const before = { sampler: used("sampler"), view: used("view") };
  await sleep((seconds - 2) * 1_000);
  const elapsedUs = (performance.now() - start) * 1_000;
  return {
    samplerCpu: (used("sampler") - before.sampler) / elapsedUs,
    viewCpu: (used("view") - before.view) / elapsedUs,
  };
}

/** @returns the processes that sample a process, and those that show it. */
async function lookers(target: number): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const { name } of Deno.readDir("/proc")) {
    const text = await Deno.readTextFile(`/proc/${name}/cmdline`)
      .catch(() => "");
    const words = text.split("\0");
    const isMeant = words.includes(`${target}`) ||
      words.includes(`--pid=${target}`);
    if (!isMeant || words[0] === "sh") continue;
    if (words.includes("--tui")) found.set("view", Number(name));
    else found.set("sampler", Number(name));
  }
  return found;
}

/** @returns passes per second, from the trailer of a profile, text or MOJO. */
function passRate(profile: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(profile);
  const [, passes = "NaN"] = /saturation(?:: |\0)\d+\/(\d+)/.exec(text) ?? [];
  const [, duration = "NaN"] = /duration(?:: |\0)(\d+)/.exec(text) ?? [];
  return Number(passes) / (Number(duration) / 1e6);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
