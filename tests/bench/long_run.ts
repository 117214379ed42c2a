// deno-lint-ignore-file no-console -- what a bench prints is its result
/**
 * Whether `dist/austin` stays as large as it is over a long run.
 *
 * `deno task bench:long [--quick] [--seconds N] [VERSION]`: flat out, text to
 * /dev/null, over a program in which threads come and go and functions are
 * made and freed all the while. 36 million stacks are an hour of one thread at
 * 100 µs. Prints resident memory along the way, and its range once the first
 * tenth is over. Takes 6 minutes; `--quick` half a minute.
 */

import { pythons, type Version } from "../../scripts/pythons.ts";
import { startTarget } from "../support/target.ts";
import {
  leaveSamplerCore,
  SAMPLER_CORE,
  TARGET_CORE,
} from "./support/cores.ts";
import { benchOptions } from "./support/options.ts";
import { oursText } from "./support/ours.ts";
import { austinClaim } from "./support/peers.ts";
import { Table, whole } from "./support/table.ts";

const THREADS = 8;
const LOOKS = 20;
/** Looks at the beginning that do not count: the program is still growing to its size. */
const FIRST_LOOKS = LOOKS / 10;

const options = benchOptions({ rounds: 1, seconds: 360 });
const seconds = options.quick ? 20 : options.seconds;
const [version = "3.12"]: readonly Version[] = options.versions;
const [python] = await pythons([version]);
if (python === undefined) throw new Error(`Needs CPython ${version}`);
await leaveSamplerCore();
await using target = await startTarget(
  python,
  "comings.py",
  [seconds + 60, THREADS],
  { wrapper: TARGET_CORE },
);
const [program = "", ...args] = [
  ...SAMPLER_CORE,
  ...oursText.command({
    pid: target.pid,
    intervalUs: 1,
    seconds,
    output: "/dev/null",
    children: false,
    allThreads: true,
  }),
];
const sampler = new Deno.Command(program, {
  args,
  stdin: "null",
  stdout: "piped",
  stderr: "piped",
  env: { NO_COLOR: "1" },
}).spawn();
const output = sampler.output();
const table = new Table(["seconds", "RSS/KiB"]);
const sizes: number[] = [];
for (let look = 1; look < LOOKS; look++) {
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds / LOOKS));
  const size = residentKiB(sampler.pid);
  sizes.push(size);
  table.row([(look * seconds / LOOKS).toFixed(0), whole(size)]);
}
const { stdout, stderr } = await output;
const text = new TextDecoder();
const claim = austinClaim(text.decode(stdout) + text.decode(stderr));
const counted = sizes.slice(FIRST_LOOKS);
const range = Math.max(...counted) - Math.min(...counted);
console.log(
  `CPython ${python.fullVersion}: ${whole(claim?.stacks ?? 0)} stacks, ` +
    `${claim?.errors} of them not whole; RSS within ${whole(range)} KiB`,
);

/** @returns resident memory of a process. */
function residentKiB(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]);
}
