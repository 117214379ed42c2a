// deno-lint-ignore-file no-console -- what a bench prints is its result
/**
 * Whether names are those of the code that ran: code objects that are made,
 * run and freed all the time, at addresses that are used again.
 *
 * `deno task bench:names [--seconds N] [--interval US] [--spin US] [--pool N] [VERSION…]`:
 * the calling line tells in each sampled stack which function it has to be.
 * Target on core 0, `dist/austin` on core 1. Prints, for each CPython, stacks
 * within such functions, how many have another's name, file or line, and how
 * many could not be read, in 10 000.
 */

import { parseArgs } from "node:util";
import { join } from "node:path";
import { pythons, type Version } from "../../scripts/pythons.ts";
import { type NameCount, nameJudge } from "../support/code_churn.ts";
import { startTarget } from "../support/target.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "10" },
    interval: { type: "string", default: "100" },
    spin: { type: "string", default: "40" },
    pool: { type: "string", default: "0" },
  },
});

const austin = join(import.meta.dirname!, "../../dist/austin");
const versions = positionals.length > 0 ? positionals as Version[] : undefined;

console.log(
  `functions of ${values.spin} and ${values.spin} µs, ${values.pool} kept, every ${values.interval} µs for ${values.seconds} s`,
);
console.log("python      stacks  functions/s  wrong/10000  dropped/10000");
for (const python of await pythons(versions)) {
  await using target = await startTarget(python, "code_churn.py", [
    Number(values.seconds) + 60,
    values.spin,
    values.pool,
  ], { wrapper: ["taskset", "-c", "0"] });
  const judge = nameJudge(target.facts as never);
  await sampled(target.pid, judge.line);
  console.log(row(python.fullVersion, judge.count));
}

/** Gives every line of a run's output to `take`. */
async function sampled(
  pid: number,
  take: (line: string) => void,
): Promise<void> {
  const sampler = new Deno.Command("taskset", {
    args: ["-c", "1", austin, "-i", values.interval, "-x", values.seconds]
      .concat("-p", String(pid)),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let rest = "";
  for await (
    const text of sampler.stdout.pipeThrough(new TextDecoderStream())
  ) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) take(line);
  }
  await sampler.status;
}

function row(version: string, count: NameCount): string {
  const rate = (n: number) => (1e4 * n / count.stacks).toFixed(2);
  return [
    version.padEnd(8),
    String(count.stacks).padStart(9),
    (count.functions / Number(values.seconds)).toFixed(0).padStart(12),
    rate(count.wrong).padStart(12),
    rate(count.invalid).padStart(14),
  ].join(" ") + (count.example === "" ? "" : `\n  ${count.example}`);
}
