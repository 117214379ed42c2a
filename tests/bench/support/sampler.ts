/**
 * One run of a sampler: started on its core, its CPU time looked at while it
 * samples, and what it wrote counted.
 */

import type { Version } from "../../../scripts/pythons.ts";
import type { StackCount } from "./count_stacks.ts";
import { cpuShare, cpuUse, SAMPLER_CORE } from "./cores.ts";

/** What a sampler is to do. */
export interface Job {
  readonly pid: number;
  /** 1 is as fast as it goes. */
  readonly intervalUs: number;
  readonly seconds: number;
  readonly output: string;
  /** The target's children as well. */
  readonly children: boolean;
  /** Every thread, for a sampler that leaves out some by default. */
  readonly allThreads: boolean;
}

/** What a sampler says of its own run. */
export interface Claim {
  readonly stacks: number;
  readonly seconds: number;
  readonly errors: number;
}

/** A program that samples, and how to use it. */
export interface Sampler {
  readonly name: string;
  /** CPythons that it can sample. */
  readonly versions: readonly Version[];
  /** Where those CPythons have to be from, when not every build will do. */
  readonly pythonSources?: readonly string[];
  command(job: Job): readonly string[];
  /** How a run ends: by itself, or by an interrupt when the time is over. */
  readonly ends: "itself" | "interrupted";
  /** A command that does all that is done before the first sample, when a run does not tell when that is taken. */
  readonly startUp?: (job: Job) => readonly string[];
  /** Reads what it prints at the end. */
  claim(printed: string): Claim | null;
  count(files: readonly string[]): Promise<StackCount>;
  /** Whether it writes while it samples, so that it may write to /dev/null and its claim be checked in another run. */
  readonly writesAtOnce: boolean;
}

/** What a run gave. */
export interface SamplerRun {
  /** Stacks by the claim of a sampler that wrote to /dev/null, else those counted. */
  readonly stacks: number;
  /** Of them, those that are not whole or could not be had at all. */
  readonly errors: number;
  readonly seconds: number;
  /** Share of one core while it sampled. */
  readonly cpu: number;
  /** Stacks, whole or not, that it says that it took; null when it says nothing. */
  readonly claimed: number | null;
  /** What was counted in its output; null when that was /dev/null. */
  readonly counted: StackCount | null;
}

/** What {@linkcode runSampler} may be told. */
export interface RunOptions {
  readonly pid: number;
  readonly intervalUs: number;
  readonly seconds: number;
  readonly children?: boolean;
  readonly allThreads?: boolean;
  /** Write to /dev/null, where the sampler does so at once. */
  readonly discard?: boolean;
}

/** Time after its start from which on a sampler's CPU time is looked at; profiling.sampling takes half a second to start. */
const WARM_UP_MS = 700;

/** Time after the end of its job that a sampler has to write down what it collected; profiling.sampling takes some 15 seconds for a million stacks. */
const PATIENCE_MS = 60_000;

/** Runs a sampler once. @throws {Error} when it took no stack, or did not end; the message holds what it printed. */
export async function runSampler(
  sampler: Sampler,
  options: RunOptions,
): Promise<SamplerRun> {
  const { children = false, allThreads = false, discard = false } = options;
  const folder = await Deno.makeTempDir({ dir: "/dev/shm" });
  const discards = discard && sampler.writesAtOnce;
  const output = discards ? "/dev/null" : `${folder}/samples.bin`;
  const job = { ...options, output, children, allThreads };
  try {
    const startUpMs = await startUpTime(sampler, job);
    const { printed, elapsedMs, cpu } = await runOnce(sampler, job);
    const claim = sampler.claim(printed);
    const counted = discards ? null : await sampler.count(filesIn(folder));
    const stacks = counted?.stacks ?? claim?.stacks ?? 0;
    if (stacks === 0) throw new Error(`${sampler.name}: no stacks\n${printed}`);
    return {
      stacks,
      errors: claim?.errors ?? counted?.invalid ?? 0,
      seconds: claim?.seconds ?? (elapsedMs - startUpMs) / 1000,
      cpu,
      claimed: claim?.stacks ?? null,
      counted,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function filesIn(folder: string): string[] {
  return Array.from(
    Deno.readDirSync(folder),
    ({ name }) => `${folder}/${name}`,
  );
}

/** @returns milliseconds until the first sample, where a run itself does not say when it began; else 0. */
async function startUpTime(sampler: Sampler, job: Job): Promise<number> {
  if (sampler.startUp === undefined) return 0;
  const start = performance.now();
  const process = onItsCore(sampler.startUp(job)).spawn();
  await inTime(sampler, process.pid, process.output());
  return performance.now() - start;
}

async function runOnce(sampler: Sampler, job: Job) {
  const start = performance.now();
  const process = onItsCore(sampler.command(job)).spawn();
  const output = process.output();
  await pause(Math.min(WARM_UP_MS, job.seconds * 500));
  const from = cpuUse(process.pid);
  await pause(start + job.seconds * 1000 - 50 - performance.now());
  const cpu = cpuShare(from, cpuUse(process.pid));
  await pause(start + job.seconds * 1000 - performance.now());
  if (sampler.ends === "interrupted") process.kill("SIGINT");
  const elapsedMs = performance.now() - start;
  const { stdout, stderr } = await inTime(sampler, process.pid, output);
  return { printed: plain(stdout) + plain(stderr), elapsedMs, cpu };
}

/** Waits for a sampler's end, and kills it with all that it started when there is none. @throws {Error} then. */
async function inTime(
  sampler: Sampler,
  pid: number,
  output: Promise<Deno.CommandOutput>,
): Promise<Deno.CommandOutput> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    Deno.kill(-pid, "SIGKILL");
  }, PATIENCE_MS);
  try {
    const ended = await output;
    if (!late) return ended;
  } finally {
    clearTimeout(timer);
  }
  throw new Error(
    `${sampler.name}: not done ${PATIENCE_MS / 1000} s after its time was over`,
  );
}

function onItsCore(command: readonly string[]): Deno.Command {
  const [program = "", ...args] = [...SAMPLER_CORE, ...command];
  return new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
    detached: true, // leads a group, by which all that it starts can be ended
  });
}

function plain(bytes: Uint8Array): string {
  // deno-lint-ignore no-control-regex -- escape sequences begin with one
  return new TextDecoder().decode(bytes).replaceAll(/\x1b\[[\d;]*m/g, "");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)));
}
