// deno-lint-ignore-file no-console -- what a bench prints is its result
/**
 * How true the stacks are: the call-graph oracle.
 *
 * `deno task bench:truth [--seconds N | --stacks N] [--restarts N] [--interval US] [--kind KIND,…] [--call-ns NS,…] [VERSION…]`:
 * a target does nothing but call short functions, where every calling line has
 * one callee, so that each sampled stack can be checked edge by edge. Target on
 * core 0, `dist/austin` on core 1. Prints, for each CPython, kind of call and
 * length of calls, how many stacks there were, which share of them the program
 * cannot have (with the 95 % upper bound) and which could not be read, per
 * million; then the wrong calls that were seen most often. With `--restarts`
 * target and sampler are started anew so many times, because what the sampler
 * learns depends on its first seconds: median and maximum of the runs follow.
 * `tests/targets/churn.py` tells of the kinds.
 */

import { parseArgs } from "node:util";
import { join } from "node:path";
import { type Python, pythons, type Version } from "../../scripts/pythons.ts";
import { callGraphOracle, type NamedFrame } from "../support/call_graph.ts";
import { startTarget } from "../support/target.ts";

const KINDS =
  "plain,recursion,generators,callbacks,exceptions,deep,threads,mixed";

/** By default calls last 100 to 200 ns, and 2 µs. */
const CALL_NS = "0,2000";

/** Stacks whose verdict is kept. */
const MAX_KNOWN_STACKS = 200_000;

/** Wrong calls that are printed of a cell. */
const MAX_EXAMPLES = 3;

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "10" },
    stacks: { type: "string" },
    restarts: { type: "string", default: "1" },
    interval: { type: "string", default: "100" },
    kind: { type: "string", default: KINDS },
    "call-ns": { type: "string", default: CALL_NS },
  },
});

const austin = join(import.meta.dirname!, "../../dist/austin");
const versions = positionals.length > 0 ? positionals as Version[] : undefined;
const maxStacks = values.stacks === undefined
  ? Infinity
  : Number(values.stacks);
/** Where stacks are counted, time is no limit. */
const seconds = values.stacks === undefined ? Number(values.seconds) : 86_400;

/** What became of a run's stacks. */
interface Verdict {
  stacks: number;
  impossible: number;
  invalid: number;
  /** How often each complaint was heard. */
  readonly complaints: Map<string, number>;
}

console.log(
  `every ${values.interval} µs, impossible and dropped stacks per million`,
);
console.log(
  "python   kind        call ns    stacks  impossible  (95 % below)  median  maximum   dropped",
);
for (const python of await pythons(versions)) {
  for (const kind of values.kind.split(",")) {
    for (const callNs of values["call-ns"].split(",")) {
      await printCell(python, kind, Number(callNs));
    }
  }
}

async function printCell(
  python: Python,
  kind: string,
  callNs: number,
): Promise<void> {
  const runs: Verdict[] = [];
  for (let i = 0; i < Number(values.restarts); i++) {
    runs.push(await run(python, kind, callNs));
  }
  const all = runs.reduce(added);
  const perMillion = (count: number, { stacks } = all) => 1e6 * count / stacks;
  const shares = runs.map((one) => perMillion(one.impossible, one))
    .sort((a, b) => a - b);
  const cells = [
    perMillion(all.impossible),
    perMillion(upperBound(all.impossible)),
    shares[shares.length >> 1]!,
    shares.at(-1)!,
    perMillion(all.invalid),
  ];
  const widths = [11, 13, 7, 8, 9];
  console.log([
    python.fullVersion.padEnd(8),
    kind.padEnd(11),
    (callNs > 0 ? String(callNs) : "100–200").padStart(7),
    String(all.stacks).padStart(9),
    ...cells.map((cell, i) => cell.toFixed(1).padStart(widths[i]!)),
  ].join(" "));
  const complaints = [...all.complaints].sort((a, b) => b[1] - a[1]);
  for (const [complaint, count] of complaints.slice(0, MAX_EXAMPLES)) {
    console.log(`  ${count} × ${complaint}`);
  }
}

/** Starts a target and samples it. */
async function run(
  python: Python,
  kind: string,
  callNs: number,
): Promise<Verdict> {
  await using target = await startTarget(python, "churn.py", [
    seconds + 60,
    kind,
    callNs,
  ], { wrapper: ["taskset", "-c", "0"] });
  return await judge(target.pid, callGraphOracle(target.facts as never));
}

function added(one: Verdict, other: Verdict): Verdict {
  const complaints = new Map(one.complaints);
  for (const [complaint, count] of other.complaints) {
    complaints.set(complaint, (complaints.get(complaint) ?? 0) + count);
  }
  return {
    stacks: one.stacks + other.stacks,
    impossible: one.impossible + other.impossible,
    invalid: one.invalid + other.invalid,
    complaints,
  };
}

/** Samples a target and checks every stack. */
async function judge(
  pid: number,
  oracle: (stack: readonly NamedFrame[]) => string | null,
): Promise<Verdict> {
  const sampler = new Deno.Command("taskset", {
    args: ["-c", "1", austin, "-i", values.interval, "-x", String(seconds)]
      .concat("-p", String(pid)),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const verdict: Verdict = {
    stacks: 0,
    impossible: 0,
    invalid: 0,
    complaints: new Map(),
  };
  const known = new Map<string, string | null>();
  let rest = "";
  let isStopped = false;
  for await (
    const text of sampler.stdout.pipeThrough(new TextDecoderStream())
  ) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) judgeLine(line, oracle, known, verdict);
    if (known.size > MAX_KNOWN_STACKS) known.clear();
    if (verdict.stacks < maxStacks || isStopped) continue;
    isStopped = true;
    sampler.kill("SIGINT");
  }
  await sampler.status;
  return verdict;
}

function judgeLine(
  line: string,
  oracle: (stack: readonly NamedFrame[]) => string | null,
  known: Map<string, string | null>,
  verdict: Verdict,
): void {
  if (!line.startsWith("P")) return;
  verdict.stacks++;
  const stack = line.slice(line.indexOf(";", 1), line.lastIndexOf(" "));
  if (stack.includes(";:INVALID:")) {
    verdict.invalid++;
    return;
  }
  let complaint = known.get(stack);
  if (complaint === undefined) {
    complaint = oracle(stack.split(";").slice(2).map(frameOf));
    known.set(stack, complaint);
  }
  if (complaint === null) return;
  const { complaints } = verdict;
  verdict.impossible++;
  complaints.set(complaint, (complaints.get(complaint) ?? 0) + 1);
}

function frameOf(text: string): NamedFrame {
  const [, file, scope, line] = /^(.*):([^:]*):(\d+)$/.exec(text) ?? [];
  return { file: file ?? "", scope: scope ?? "", line: Number(line) };
}

/** 95 % upper bound of a Poisson mean, by Wilson and Hilferty's approximation. */
function upperBound(count: number): number {
  const n = count + 1;
  return n * (1 - 1 / (9 * n) + 1.645 / (3 * Math.sqrt(n))) ** 3;
}
