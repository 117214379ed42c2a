/**
 * What a run of all checks and tests amounts to.
 *
 * A test that was ignored is neither passed nor failed, if its name ends with
 * the reason: `… (needs strace)`; one without is a failure. On continuous
 * integration everything has to be there, so that no test is lost unnoticed:
 * any other reason than {@linkcode mayBeMissing} is a failure.
 */

import type { TestResult } from "./junit.ts";

/** What the verdict is about. */
export interface Run {
  readonly results: readonly TestResult[];
  /** Whether this is continuous integration. */
  readonly strict: boolean;
}

/** The numbers of the last line, and what to say before it. */
export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  /** One line for each test that did not pass. */
  readonly remarks: readonly string[];
}

/** What continuous integration may do without. */
export const mayBeMissing: readonly string[] = [
  // The slow tests were not asked for.
  "--all",
  // Deno's base binary for `deno compile` is a download from one place only.
  "denort",
  // No registry has them; they are tested where the machine has one.
  "CPython 3.8",
  "CPython 2.7, 3.6 or 3.7",
  // Built without, or switched off.
  "a kernel that runs i386 programs",
  // Distributions build theirs in ways of their own.
  "pyenv's libpython.a",
  "pyenv's shared libpython",
];

/** Counts what passed and what failed. */
export function judge({ results, strict }: Run): Verdict {
  const passed = results.filter((result) => result.outcome === "passed");
  const failed = results.filter((result) => isFailure(result, strict));
  return {
    passed: passed.length,
    failed: failed.length,
    remarks: results.filter((result) => result.outcome !== "passed").map(
      (result) => remark(result, strict),
    ),
  };
}

function isFailure(result: TestResult, strict: boolean): boolean {
  if (result.outcome !== "ignored") return result.outcome === "failed";
  const reason = reasonOf(result);
  return reason === undefined || (strict && !mayBeMissing.includes(reason));
}

function remark(result: TestResult, strict: boolean): string {
  const { name, outcome } = result;
  if (outcome === "failed") return `failed: ${name}`;
  if (!isFailure(result, strict)) return `ignored: ${name}`;
  return reasonOf(result) === undefined
    ? `failed: ${name}: ignored, and its name does not end with "(needs …)"`
    : `failed: ${name}: must not be ignored here`;
}

function reasonOf({ name }: TestResult): string | undefined {
  return /\(needs (.+)\)$/.exec(name)?.[1];
}
