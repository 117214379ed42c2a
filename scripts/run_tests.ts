/**
 * `deno task test`: builds, checks and tests everything, and ends with a line
 * `N passed, N failed`. Each check counts as a test.
 *
 * `--all` selects the slow tests too. With any other argument only `deno test`
 * runs, and gets it. What is ignored is listed with its reason; with `CI=true`
 * in the environment nearly nothing may be, see `tests/verdict.ts`.
 */

import { runScript } from "./run_tool.ts";
import { readJUnit, type TestResult } from "./tests/junit.ts";
import { judge } from "./tests/verdict.ts";
import { root } from "./tree.ts";

const BUILD = ["task", "--quiet", "pack"];
const CHECKS = [["fmt", "--check"], ["lint"], ["check"]];

/** A run that hangs has to end before continuous integration ends it without a word. */
const LIMIT_MIN = 35;
const LIMIT_ALL_MIN = 180;

async function runTests(args: readonly string[]): Promise<void> {
  const all = args.includes("--all");
  const selection = args.filter((arg) => arg !== "--all");
  const results = [await runCheck(BUILD)];
  if (selection.length === 0) {
    for (const check of CHECKS) results.push(await runCheck(check));
  }
  results.push(...await runDenoTest(selection, all));
  const strict = Deno.env.get("CI") === "true";
  const { passed, failed, remarks } = judge({ results, strict });
  const lines = [...remarks, `${passed} passed, ${failed} failed`];
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${lines.join("\n")}\n`));
  if (failed > 0) Deno.exit(1);
}

async function runCheck(args: readonly string[]): Promise<TestResult> {
  const success = await runDeno(args);
  return {
    name: `deno ${args.join(" ")}`,
    outcome: success ? "passed" : "failed",
  };
}

async function runDenoTest(
  selection: readonly string[],
  all: boolean,
): Promise<TestResult[]> {
  const folder = await Deno.makeTempDir({ prefix: "austin-test-" });
  try {
    const report = `${folder}/junit.xml`;
    // Types are a check of their own, so that an error in one file leaves the rest.
    const args = ["test", "-A", "--no-check", `--junit-path=${report}`];
    const success = await runDeno([...args, ...selection], {
      env: all ? { AUSTIN_TEST_ALL: "1" } : {},
      limitMin: all ? LIMIT_ALL_MIN : LIMIT_MIN,
    });
    const results = readJUnit(await Deno.readTextFile(report).catch(() => ""));
    if (success || results.some(({ outcome }) => outcome === "failed")) {
      return results;
    }
    // A file could not be loaded, the process crashed, or took too long.
    const name = "every file is loaded and every test ends";
    return [...results, { name, outcome: "failed" }];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface RunOptions {
  readonly env?: Record<string, string>;
  readonly limitMin?: number;
}

async function runDeno(
  args: readonly string[],
  { env = {}, limitMin = LIMIT_MIN }: RunOptions = {},
): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env,
    stdin: "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMin * 60_000);
  const { success } = await child.status;
  clearTimeout(timer);
  return success;
}

if (import.meta.main) {
  await runScript(() => runTests(Deno.args));
}
