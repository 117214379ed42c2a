/**
 * `deno task compile [--target T]`: makes one file with `deno compile`, the
 * official way, with the shim included. `deno task pack` makes the same
 * program where this cannot: on Linux, without a download.
 *
 * The download is the base binary, `denort`, of the deno that runs this. When
 * that cannot be had, what was tried is said, and how to supply it.
 */

import { AustinError } from "../src/errors.ts";
import { ASSETS, writeAssets } from "./assets.ts";
import { buildNative, nativeFolder, nativeTargets } from "./build_native.ts";
import { runScript, runTool, say, type ToolResult } from "./run_tool.ts";
import { parseTarget, type Target } from "./targets.ts";
import { lastChange, root } from "./tree.ts";

/** Deno does not give up on some failures: with a wrong `DENORT_BIN` it works on for ever. */
const LIMIT_MIN = 10;

/** Path of the file that is made for a target. */
export function compiledFile(target: Target): string {
  const suffix = target.includes("windows") ? ".exe" : "";
  return `${root}/dist/austin-${target}${suffix}`;
}

/** The arguments of deno that compile `main.ts` for a target. */
export function compileArguments(target: Target): string[] {
  return [
    "compile",
    "--quiet",
    "--allow-all",
    "--no-prompt",
    // That is a check of its own, and has nothing to do with the target.
    "--no-check",
    // Only what the program imports, and not the tools of this tree.
    "--node-modules-dir=none",
    "--exclude-unused-npm",
    `--target=${target}`,
    `--include=${nativeFolder(target)}`,
    `--include=${ASSETS}`,
    `--output=${compiledFile(target)}`,
    `${root}/main.ts`,
  ];
}

/** Where deno looks for its base binary, in its order. */
export interface BaseBinary {
  readonly target: Target;
  /** Version of deno. */
  readonly version: string;
  /** `$DENORT_BIN`, when it is set. */
  readonly denortBin: string | undefined;
  /** `$DENO_DIR`, or what stands for it. */
  readonly denoDir: string;
}

/** The failure to report when deno could not get its base binary. */
export function missingBaseBinary(
  { target, version, denortBin, denoDir }: BaseBinary,
  reason: string,
): AustinError {
  const archive = `${denoDir}/dl/release/v${version}/denort-${target}.zip`;
  return new AustinError(
    [
      `Cannot compile: there is no base binary of deno ${version} for ${target}`,
      `tried: $DENORT_BIN: ${denortBin ?? "not set"}`,
      `tried: ${archive}`,
      `tried: download: ${reason}`,
    ].join("\n"),
    "put that archive from deno's release there, or name the `denort` in it in $DENORT_BIN; " +
      "on Linux `deno task pack` does without",
  );
}

async function compile(target: Target): Promise<void> {
  await ensureShim(target);
  await writeAssets();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), LIMIT_MIN * 60_000);
  const result = await runTool([Deno.execPath(), ...compileArguments(target)], {
    cwd: root,
    signal: limit.signal,
    env: { NO_COLOR: "1" },
  });
  clearTimeout(timer);
  if (result.success) return;
  throw await explain(target, result, limit.signal.aborted);
}

/** A shim for another system can have been built there. */
async function ensureShim(target: Target): Promise<void> {
  const row = nativeTargets.find(({ triple }) => triple === target);
  const isOwn = target === Deno.build.target;
  const isThere = lastChange(`${nativeFolder(target)}/${row?.library}`) > 0;
  if (isOwn || !isThere) await buildNative(target);
}

async function explain(
  target: Target,
  { stderr }: ToolResult,
  tookTooLong: boolean,
): Promise<AustinError> {
  const failure = baseBinaryFailure(stderr);
  if (!tookTooLong && failure === undefined) {
    say(stderr.trimEnd());
    return new AustinError(`Cannot compile for ${target}`);
  }
  const info = await runTool([Deno.execPath(), "info", "--json"]);
  const { denoDir } = JSON.parse(info.stdout) as { denoDir: string };
  return missingBaseBinary({
    target,
    version: Deno.version.deno,
    denortBin: Deno.env.get("DENORT_BIN"),
    denoDir,
  }, failure ?? `not done after ${LIMIT_MIN} minutes`);
}

/** Why deno could not get its base binary. @returns undefined when it had it. */
export function baseBinaryFailure(stderr: string): string | undefined {
  if (!/base binary|denort/.test(stderr)) return undefined;
  const reasons = stderr.split("\n").map((line) =>
    /^\s+\d+: (.*)/.exec(line)?.[1]
  )
    .filter((reason) => reason !== undefined && !reason.startsWith("<"));
  return reasons.at(-1) ?? stderr.trim();
}

if (import.meta.main) {
  await runScript(() => compile(parseTarget(Deno.args)));
}
