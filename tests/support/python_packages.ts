/**
 * Python packages for tests, from whatever index pip is set up to use, kept
 * under `.cache/python_packages/`; delete that folder to fetch anew.
 */

import { join, resolve } from "node:path";
import { type Python, pythons, type Version } from "../../scripts/pythons.ts";
import { ensureFolder } from "../../scripts/pythons/cache.ts";
import { run } from "../../scripts/pythons/run.ts";

const CACHE = resolve(`${import.meta.dirname}/../../.cache/python_packages`);

/** Interpreters that packages of today run on, the best first. */
const VERSIONS: readonly Version[] = ["3.11", "3.12", "3.13", "3.10"];

/** An interpreter that finds some packages. */
export interface PythonPackages {
  readonly python: Python;
  /** The folder that holds the packages. */
  readonly folder: string;
  /** Runs the interpreter to its end. @returns its standard output. @throws {Error} when it fails; the message holds what it said. */
  run(args: readonly string[]): Promise<string>;
}

/**
 * Installs packages, once.
 *
 * @param requirements such as `austin-python==2.4.0`; with a version, since what is there is not looked at again.
 * @throws {Error} when there is no Python, or pip fails; the message holds what it said.
 */
export async function pipInstall(
  requirements: readonly string[],
): Promise<PythonPackages> {
  const python = await findPython();
  const name = `${python.version} ${requirements.join(" ")}`;
  const folder = join(CACHE, name.replaceAll(/[^\w.=-]+/g, "_"));
  await ensureFolder(folder, {
    isWhole: exists,
    fill: (folder) => install(python, folder, requirements),
  });
  return {
    python,
    folder,
    run: (args) =>
      run([...python.command, ...args], { env: { PYTHONPATH: folder } }),
  };
}

/** @throws {Error} when none of those that can be used is there. */
async function findPython(): Promise<Python> {
  for (const version of VERSIONS) {
    const found = await pythons([version], { sources: ["pyenv", "PATH"] });
    for (const python of found) if (await hasPip(python)) return python;
  }
  throw new Error(
    `Cannot install packages: no Python of ${VERSIONS.join(", ")} with pip`,
  );
}

async function hasPip(python: Python): Promise<boolean> {
  return await run([...python.command, "-m", "pip", "--version"])
    .then(() => true, () => false);
}

async function install(
  python: Python,
  folder: string,
  requirements: readonly string[],
): Promise<void> {
  const quietly = ["--quiet", "--disable-pip-version-check", "--no-input"];
  const pip = [...python.command, "-m", "pip", "install", ...quietly];
  await run([...pip, "--target", folder, ...requirements]);
}

async function exists(folder: string): Promise<boolean> {
  return await Deno.stat(folder).then(() => true, () => false);
}
