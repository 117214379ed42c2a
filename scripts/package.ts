/**
 * `deno task package [KIND…]`: makes packages in `dist/packages/`, of all kinds
 * or some, from the programs that are in `dist/`. With `--all-platforms` each
 * platform must have been packed; without it the missing ones are named.
 */

import { parseArgs } from "node:util";
import { AustinError } from "../src/errors.ts";
import { makeArchive, sha256Of } from "./packages/archive.ts";
import { makeChocolateyPackage } from "./packages/chocolatey.ts";
import { makeCondaRecipe } from "./packages/conda.ts";
import { makeDebianPackages } from "./packages/debian.ts";
import { type Platform, platforms } from "./packages/description.ts";
import { makeHomebrewFormula } from "./packages/homebrew.ts";
import { makeInstallers } from "./packages/installer.ts";
import { makeNpmPackages } from "./packages/npm.ts";
import type { Build, Compression, MakePackage } from "./packages/package.ts";
import { makeScoopManifest } from "./packages/scoop.ts";
import { makeSnap } from "./packages/snap.ts";
import { makeWheels } from "./packages/wheel.ts";
import { runScript, runTool, say } from "./run_tool.ts";
import { root } from "./tree.ts";

/** Every kind of package, by its folder. */
export const KINDS: Readonly<Record<string, MakePackage>> = {
  pypi: makeWheels,
  debian: makeDebianPackages,
  homebrew: makeHomebrewFormula,
  windows: makeInstallers,
  scoop: makeScoopManifest,
  chocolatey: makeChocolateyPackage,
  conda: makeCondaRecipe,
  snap: makeSnap,
  npm: makeNpmPackages,
};

/** What to make. */
export interface PackagesOptions {
  /** Names of {@linkcode KINDS}. */
  readonly kinds: readonly string[];
  /** Whether a missing platform is a failure. */
  readonly allPlatforms: boolean;
  /** Deno's names of the platforms; all when not given. */
  readonly targets?: readonly string[];
  /** From 1, the fastest, to 9, the smallest; 6 when not given. */
  readonly compression?: Compression;
  /** Where the packages go, in a folder for each kind. */
  readonly output: string;
}

/** Makes packages. @throws AustinError when a program or a tool is missing, or a tool fails. */
export async function makePackages(options: PackagesOptions): Promise<void> {
  const { kinds, allPlatforms, compression = 6, output } = options;
  const shared = { root, compression, run: runOrFail };
  const wanted = platforms.filter(({ target }) =>
    options.targets?.includes(target) ?? true
  );
  const programs = await findPrograms(wanted, allPlatforms);
  const archives = await emptyFolder(`${output}/archives`);
  const builds: Build[] = [];
  for (const [platform, program] of programs) {
    const context = { ...shared, folder: archives };
    builds.push(await makeArchive(platform, program, context));
  }
  for (const kind of kinds) {
    const make = KINDS[kind];
    if (make === undefined) throw unknownKind(kind);
    const folder = await emptyFolder(`${output}/${kind}`);
    await make({ ...shared, folder, builds });
  }
  await writeSums(archives);
}

/** @returns the programs that were packed, by platform. */
async function findPrograms(
  wanted: readonly Platform[],
  allPlatforms: boolean,
): Promise<Map<Platform, string>> {
  const found = new Map<Platform, string>();
  const missing: string[] = [];
  for (const platform of wanted) {
    const program = programOf(platform);
    if (await isFile(program)) found.set(platform, program);
    else missing.push(platform.target);
  }
  const list = missing.join(", ");
  if (found.size === 0 || (allPlatforms && missing.length > 0)) {
    throw new AustinError(
      `Cannot make packages: there is no program for ${list}`,
      "make it with `deno task pack --target TARGET` or `deno task compile --target TARGET`",
    );
  }
  if (missing.length > 0) say(`left out, as not built: ${list}`);
  return found;
}

function programOf({ target }: Platform): string {
  if (target === Deno.build.target) return `${root}/dist/austin`;
  const file = target.includes("windows") ? "austin.exe" : "austin";
  return `${root}/dist/${target}/${file}`;
}

/** `sha256sum -c` reads it. */
async function writeSums(folder: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const names = entries.map(({ name }) => name).sort();
  const lines = await Promise.all(
    names.map(async (name) =>
      `${await sha256Of(`${folder}/${name}`)}  ${name}\n`
    ),
  );
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, lines.join(""));
}

async function runOrFail(
  command: readonly string[],
  cwd?: string,
): Promise<string> {
  const result = await runTool(command, {
    ...cwd === undefined ? {} : { cwd },
    whenMissing: `install the Debian package that has ${command[0]}`,
  });
  if (result.success) return result.stdout;
  throw new AustinError(
    `Cannot make packages: \`${command[0]}\` failed`,
    result.stderr.trim().split("\n").slice(-5).join("\n"),
  );
}

async function emptyFolder(path: string): Promise<string> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(path, { recursive: true });
  return path;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

function unknownKind(kind: string): AustinError {
  const known = Object.keys(KINDS).join(", ");
  return new AustinError(
    `Cannot make packages: there is no kind '${kind}'`,
    `the kinds are: ${known}`,
  );
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "all-platforms": { type: "boolean", default: false } },
  });
  const kinds = positionals.length > 0 ? positionals : Object.keys(KINDS);
  const allPlatforms = values["all-platforms"];
  await runScript(() =>
    makePackages({ kinds, allPlatforms, output: `${root}/dist/packages` })
  );
}
