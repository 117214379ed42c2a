/** The deno of another system than this one, of the same version, kept in `.cache/`. */

import { AustinError } from "../../src/errors.ts";
import { pipUnpack } from "../pip.ts";
import { ensureFolder } from "../pythons/cache.ts";
import { root } from "../tree.ts";

/** Names of the wheels on the Python package index that hold a deno, by Deno's targets. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "manylinux_2_27_x86_64",
  "aarch64-unknown-linux-gnu": "manylinux_2_27_aarch64",
  "x86_64-apple-darwin": "macosx_10_12_x86_64",
  "aarch64-apple-darwin": "macosx_11_0_arm64",
  "x86_64-pc-windows-msvc": "win_amd64",
};

/**
 * Fetches the deno of a target, unless that has been done.
 *
 * @returns its path. @throws AustinError when there is none to be had; `$AUSTIN_RUNTIME` names one instead.
 */
export async function foreignRuntime(triple: string): Promise<string> {
  const named = Deno.env.get("AUSTIN_RUNTIME") ?? "";
  if (named !== "") return named;
  const platform = PLATFORMS[triple];
  const version = Deno.version.deno;
  if (platform === undefined) {
    throw new AustinError(
      `Cannot pack: the Python package index has no deno for ${triple}`,
      "name the executable in $AUSTIN_RUNTIME; npm's @deno packages have most",
    );
  }
  const folder = `${root}/.cache/deno-${version}-${platform}`;
  await ensureFolder(folder, {
    isWhole: (folder) => find(folder).then(() => true, () => false),
    fill: async (folder) => {
      await pipUnpack(`deno==${version}`, folder, platform);
      await find(folder);
    },
  });
  return await find(folder);
}

/** Where pip puts a wheel's scripts depends on the system that it runs on. */
async function find(folder: string): Promise<string> {
  for (const name of ["bin/deno", "bin/deno.exe", "Scripts/deno.exe"]) {
    const path = `${folder}/${name}`;
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
  throw new AustinError(`Cannot pack: there is no deno in ${folder}`);
}
