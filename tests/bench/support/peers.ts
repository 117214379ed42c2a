/**
 * The samplers that ours is measured against, installed and pinned.
 *
 * | peer               | from            | samples CPython       | stops the target |
 * | ------------------ | --------------- | --------------------- | ---------------- |
 * | Austin 3.7.0       | PyPI            | 3.8 to 3.13           | no               |
 * | Austin 4.0.0       | PyPI            | 3.9 to 3.14           | no               |
 * | py-spy 0.4.3       | PyPI            | 3.8 to 3.15           | if it is let     |
 * | profiling.sampling | Debian's 3.15   | 3.15                  | no               |
 *
 * Austin 4.0.0 needs a newer C library than Debian 12 has, and
 * profiling.sampling a CPython 3.15: both run with the C library of the Debian
 * tree that `scripts/pythons.ts` unpacks.
 */

import { pythons } from "../../../scripts/pythons.ts";
import { run } from "../../../scripts/pythons/run.ts";
import { pipInstall } from "../../support/python_packages.ts";
import { BENCH_CACHE } from "./c_program.ts";
import {
  countAustinText,
  countMojo,
  countPySpyRaw,
  type StackCount,
} from "./count_stacks.ts";
import type { Claim, Job, Sampler } from "./sampler.ts";

const TACHYON_COUNTER = `${import.meta.dirname}/count_tachyon.py`;

/** The programs of the peers. */
interface Programs {
  readonly austin3: string;
  readonly austin4: string;
  readonly pySpy: string;
  /** A CPython 3.15 with the whole standard library. */
  readonly python315: string;
}

/** Fetches all peers, once. @throws {Error} when one cannot be had. */
export async function peers(): Promise<readonly Sampler[]> {
  const programs = await install();
  return [
    austin37("3.7.0 text", programs.austin3, "text"),
    austin37("3.7.0 MOJO", programs.austin3, "MOJO"),
    austin4(programs.austin4),
    pySpy("py-spy", programs.pySpy, ["--nonblocking"]),
    pySpy("py-spy, stopping", programs.pySpy, []),
    tachyon(programs.python315),
  ];
}

async function install(): Promise<Programs> {
  const inPackage = async (requirement: string, name: string) =>
    `${(await pipInstall([requirement])).folder}/bin/${name}`;
  const root = await debianTree();
  const austin4 = await inPackage("austin-dist==4.0.0", "austin");
  return {
    austin3: await inPackage("austin-dist==3.7.0", "austin"),
    austin4: await wrap("austin-4.0.0", root, austin4),
    pySpy: await inPackage("py-spy==0.4.3", "py-spy"),
    python315: await wrap("python3.15", root, `${root}/usr/bin/python3.15`),
  };
}

/** @returns root of the Debian tree that holds CPython 3.15. */
async function debianTree(): Promise<string> {
  const [python] = await pythons(["3.15"], { sources: ["debian-sid"] });
  if (python === undefined || python.root === "") {
    throw new Error("Needs Debian's CPython 3.15, and root to enter its tree");
  }
  return python.root;
}

/** Makes a command of a program that needs the C library of another tree. */
async function wrap(
  name: string,
  root: string,
  program: string,
): Promise<string> {
  await Deno.mkdir(BENCH_CACHE, { recursive: true });
  const path = `${BENCH_CACHE}/${name}`;
  const libraries =
    `${root}/lib/x86_64-linux-gnu:${root}/usr/lib/x86_64-linux-gnu`;
  await Deno.writeTextFile(
    path,
    `#!/bin/sh
export PYTHONHOME='${root}/usr' LC_ALL=C.UTF-8
exec '${root}/lib64/ld-linux-x86-64.so.2' --argv0 "$0" \\
  --library-path '${libraries}' '${program}' "$@"
`,
  );
  await Deno.chmod(path, 0o755);
  return path;
}

function austin37(name: string, program: string, format: string): Sampler {
  const isText = format === "text";
  return {
    name,
    versions: ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"],
    command: (job) => [program, ...austinArgs(job), ...(isText ? [] : ["-b"])],
    ends: "itself",
    claim: austinClaim,
    count: countFiles(isText ? countAustinText : countMojo),
    writesAtOnce: true,
  };
}

function austin4(program: string): Sampler {
  return {
    name: "4.0.0 MOJO",
    versions: ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"],
    // It does not know the build of Debian.
    pythonSources: ["pyenv", "PATH", "maven"],
    command: (job) => [program, ...austinArgs(job)],
    ends: "itself",
    claim: austinClaim,
    count: countFiles(countMojo),
    writesAtOnce: true,
  };
}

/** Arguments that Austin 3.7, 4.0 and ours have in common. */
export function austinArgs(job: Job): string[] {
  const args = ["-i", String(job.intervalUs), "-x", String(job.seconds)];
  if (job.children) args.push("-C");
  return [...args, "-o", job.output, "-p", String(job.pid)];
}

/** What Austin 3.7, 4.0 and ours say at the end. */
export function austinClaim(printed: string): Claim | null {
  const [, seconds] = /duration[ .:]*([\d.]+) ?s/.exec(printed) ?? [];
  const [, errors, stacks] = /Error rate[ .:]*(\d+)\/(\d+)/.exec(printed) ?? [];
  if (seconds === undefined || stacks === undefined) return null;
  return {
    seconds: Number(seconds),
    stacks: Number(stacks),
    errors: Number(errors),
  };
}

function pySpy(
  name: string,
  program: string,
  options: readonly string[],
): Sampler {
  return {
    name,
    versions: ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"],
    command: ({ pid, intervalUs, output, children }) => [
      ...[program, "record", ...options, "--idle", "--format", "raw"],
      ...["--rate", String(Math.round(1e6 / intervalUs)), "--hideprogress"],
      ...["--output", output, "--pid", String(pid)],
      ...(children ? ["--subprocesses"] : []),
    ],
    // Its duration counts samples that are due, not time.
    ends: "interrupted",
    startUp: ({ pid }) => [
      program,
      "dump",
      ...options,
      "--pid",
      String(pid),
    ],
    claim: () => null,
    count: countFiles(countPySpyRaw),
    writesAtOnce: false,
  };
}

function tachyon(python: string): Sampler {
  return {
    name: "profiling.sampling",
    versions: ["3.15"],
    command: (job) => [
      ...[python, "-m", "profiling.sampling", "attach"],
      ...["-r", String(Math.round(1e6 / job.intervalUs))],
      ...["-d", String(job.seconds), "--binary", "-o", job.output],
      ...(job.allThreads ? ["-a"] : []),
      ...(job.children ? ["--subprocesses"] : []),
      String(job.pid),
    ],
    ends: "itself",
    claim: tachyonClaim,
    count: async (files) =>
      JSON.parse(await run([python, TACHYON_COUNTER, ...files])),
    writesAtOnce: false,
  };
}

function tachyonClaim(printed: string): Claim | null {
  const [, stacks, seconds] =
    /Captured (\d+) samples? in ([\d.]+) s/.exec(printed) ?? [];
  const [, errorPercent] = /Error rate: ([\d.]+)/.exec(printed) ?? [];
  if (stacks === undefined) return null;
  const errors = Math.round(Number(stacks) * Number(errorPercent) / 100);
  return { stacks: Number(stacks), seconds: Number(seconds), errors };
}

/** Adds up what several files hold; times are those of a single one. */
export function countFiles(
  count: (bytes: Uint8Array) => StackCount,
): Sampler["count"] {
  return async (files) => {
    const counts = await Promise.all(
      files.map(async (file) => count(await Deno.readFile(file))),
    );
    return {
      stacks: counts.reduce((sum, { stacks }) => sum + stacks, 0),
      invalid: counts.reduce((sum, { invalid }) => sum + invalid, 0),
      timesUs: counts.length === 1 ? counts[0]!.timesUs : [],
    };
  };
}
