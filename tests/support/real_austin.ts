/** Austin 3.7.0 itself, for comparison: from PyPI, kept in `.cache/austin-3.7.0/`. */

import { Python, pythons } from "../../scripts/pythons.ts";
import { ensureFolder } from "../../scripts/pythons/cache.ts";
import { root } from "../../scripts/tree.ts";
import type { Need } from "./needs.ts";
import { run } from "./program.ts";

const PACKAGE = "austin-dist==3.7.0";
const FOLDER = `${root}/.cache/austin-3.7.0/bin`;

/** Path of its executable. */
export const realAustinProgram: string = `${FOLDER}/bin/austin`;

/** That it can be had here. */
export const realAustin: Need = {
  what: "Austin 3.7.0",
  met: await fetchAustin().then(() => true, () => false),
};

async function fetchAustin(): Promise<void> {
  await ensureFolder(FOLDER, {
    isWhole: () => runs(realAustinProgram),
    fill: install,
  });
}

async function runs(file: string): Promise<boolean> {
  try {
    return (await run([file, "--version"])).stdout === "austin 3.7.0\n";
  } catch {
    return false;
  }
}

async function install(folder: string): Promise<void> {
  const found = await pythons();
  const python = found.find(({ root }) => root === "");
  if (!(python instanceof Python)) throw new Error("There is no Python here");
  const { code, stderr } = await run([
    ...python.command,
    ..."-m pip install --quiet --no-deps --only-binary :all: --target".split(
      " ",
    ),
    folder,
    PACKAGE,
  ]);
  if (code !== 0) throw new Error(stderr);
}
