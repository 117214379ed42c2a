// deno-lint-ignore-file no-console -- what a bench prints is its result
/**
 * How true the stacks are: the call-graph oracle.
 *
 * `deno task bench:truth [--seconds N] [--interval US] [--kind plain|mixed] [VERSION…]`:
 * a target does nothing but call very short functions, where every calling
 * line has one callee, so that each sampled stack can be checked edge by edge.
 * Target on core 0, `dist/austin` on core 1. Prints, for each CPython, stacks,
 * those that the program cannot have (with the 95 % upper bound) and those that
 * could not be read, per million.
 */

import { parseArgs } from "node:util";
import { join } from "node:path";
import { pythons, type Version } from "../../scripts/pythons.ts";
import { callGraphOracle, type NamedFrame } from "../support/call_graph.ts";
import { startTarget } from "../support/target.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "10" },
    interval: { type: "string", default: "100" },
    kind: { type: "string", default: "plain" },
  },
});

const austin = join(import.meta.dirname!, "../../dist/austin");
const versions = positionals.length > 0 ? positionals as Version[] : undefined;

/** What became of a run's stacks. */
interface Verdict {
  stacks: number;
  impossible: number;
  invalid: number;
  readonly examples: string[];
}

console.log(
  `${values.kind} calls, every ${values.interval} µs for ${values.seconds} s`,
);
console.log(
  "python      stacks   stacks/s  impossible/M  (95 % below)   dropped/M",
);
for (const python of await pythons(versions)) {
  await using target = await startTarget(python, "churn.py", [
    Number(values.seconds) + 60,
    values.kind,
  ], { wrapper: ["taskset", "-c", "0"] });
  const oracle = callGraphOracle(target.facts as never);
  const verdict = await judge(target.pid, oracle);
  const perMillion = (count: number) => (1e6 * count / verdict.stacks);
  console.log([
    python.fullVersion.padEnd(8),
    String(verdict.stacks).padStart(9),
    (verdict.stacks / Number(values.seconds)).toFixed(0).padStart(10),
    perMillion(verdict.impossible).toFixed(1).padStart(13),
    perMillion(upperBound(verdict.impossible)).toFixed(1).padStart(14),
    perMillion(verdict.invalid).toFixed(1).padStart(11),
  ].join(" "));
  for (const example of verdict.examples) console.log(`  ${example}`);
}

/** Samples a target and checks every stack. */
async function judge(
  pid: number,
  oracle: (stack: readonly NamedFrame[]) => string | null,
): Promise<Verdict> {
  const sampler = new Deno.Command("taskset", {
    args: ["-c", "1", austin, "-i", values.interval, "-x", values.seconds]
      .concat("-p", String(pid)),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const verdict = { stacks: 0, impossible: 0, invalid: 0, examples: [] };
  const known = new Map<string, string | null>();
  let rest = "";
  for await (
    const text of sampler.stdout.pipeThrough(new TextDecoderStream())
  ) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) judgeLine(line, oracle, known, verdict);
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
  verdict.impossible++;
  if (verdict.examples.length < 3) verdict.examples.push(complaint);
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
