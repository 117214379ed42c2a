// deno-lint-ignore-file no-console -- what a bench prints is its result
/**
 * How deep the stacks are that are seen of calls too short to be copied.
 *
 * `deno run -A tests/bench/depths.ts [--seconds N] [--kind plain|mixed] [VERSION…]`:
 * the target of the call-graph oracle, on core 0, is sampled every 100 µs by
 * `dist/austin` and then by py-spy, which stops it for each stack, from core 1.
 * Prints, in per cent, how many frames of the generated program the stacks
 * have, and how many of ours end with a function at its first line: of it is
 * only known that it was called.
 */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { pythons, type Version } from "../../scripts/pythons.ts";
import type { CallGraph } from "../support/call_graph.ts";
import { pipInstall } from "../support/python_packages.ts";
import { startTarget } from "../support/target.ts";

const PEER = "py-spy==0.4.3";

/** Layers of calls that the program has. */
const LAYERS = 8;

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "10" },
    kind: { type: "string", default: "plain" },
  },
});
const versions = positionals.length > 0
  ? positionals as Version[]
  : ["3.8", "3.9", "3.10"] as const;
const austin = join(import.meta.dirname!, "../../dist/austin");
const peer = join((await pipInstall([PEER])).folder, "bin/py-spy");

console.log(`${values.kind} calls, per cent of the stacks by their depth`);
const depths = Array.from({ length: LAYERS + 1 }, (_, depth) => depth);
console.log(["", ...depths].map((cell) => `${cell}`.padStart(10)).join(""));
for (const python of await pythons(versions)) {
  await using target = await startTarget(python, "churn.py", [
    2 * Number(values.seconds) + 60,
    values.kind,
  ], { wrapper: ["taskset", "-c", "0"] });
  const graph = target.facts as unknown as CallGraph;
  const pid = String(target.pid);
  const { seconds } = values;
  const ours = ["-i", "100", "-x", seconds, "-p", pid];
  const theirs = ["record", "-r", "500", "-d", seconds, "-f", "raw"]
    .concat("-o", "/dev/stdout", "-p", pid);
  report("ours", await stacksOf([austin, ...ours]), graph);
  report("py-spy", await stacksOf([peer, ...theirs]), graph);
}

/** @returns frames and number of each stack, from the outermost frame. */
async function stacksOf(
  command: readonly string[],
): Promise<[frames: string[], count: number][]> {
  const { stdout } = await new Deno.Command("taskset", {
    args: ["-c", "1", ...command],
    stderr: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.filter((line) => /;.* \d+$/.test(line)).map((line) => {
    const end = line.lastIndexOf(" ");
    const isOurs = /^P\d+;T/.test(line);
    const frames = line.slice(0, end).split(";");
    return [frames, isOurs ? 1 : Number(line.slice(end))];
  });
}

function report(
  name: string,
  stacks: readonly (readonly [frames: readonly string[], count: number])[],
  graph: CallGraph,
): void {
  const found: number[] = Array(LAYERS + 1).fill(0);
  const firstLines = new Set(graph.functions.map(([first]) => `${first}`));
  let total = 0;
  let called = 0;
  for (const [frames, count] of stacks) {
    const own = frames.filter((frame) => frame.includes(graph.file));
    const line = own.at(-1)?.match(/(\d+)\)?$/)?.[1] ?? "";
    total += count;
    found[Math.min(own.length, LAYERS)]! += count;
    if (firstLines.has(line)) called += count;
  }
  const percent = (count: number) => (100 * count / total).toFixed(1);
  const cells = found.map((count) => percent(count).padStart(10));
  const remark = `${percent(called)} end at a first line, ${total} stacks`;
  console.log(`${name.padStart(10)}${cells.join("")}  ${remark}`);
}
