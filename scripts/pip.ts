/**
 * Files from the Python package index, for what is not Python: whoever has pip
 * is set up to reach one. Packages are unpacked, never installed or run.
 */

import { AustinError } from "../src/errors.ts";
import { runTool } from "./run_tool.ts";

/** Ways to start pip, as in scripts/bootstrap.sh. */
const PIPS = [["python3", "-m", "pip"], ["pip3"], ["pip"]];

/**
 * Unpacks a package into a folder.
 *
 * @param requirement with a version, such as `ziglang==0.17.1`.
 * @param platform of the wheel, such as `win_amd64`; default this machine's.
 * @throws AustinError when there is no pip, or no such package.
 */
export async function pipUnpack(
  requirement: string,
  folder: string,
  platform?: string,
): Promise<void> {
  const options = ["--quiet", "--disable-pip-version-check", "--no-input"];
  const what = ["--no-deps", "--only-binary", ":all:", "--no-compile"];
  const where = ["--target", folder];
  if (platform !== undefined) where.push("--platform", platform);
  const { success, stderr } = await runTool([
    ...await findPip(),
    "install",
    ...options,
    ...what,
    ...where,
    requirement,
  ]);
  if (success) return;
  throw new AustinError(
    `Cannot fetch ${requirement}: ${stderr.trim().slice(-2000)}`,
  );
}

async function findPip(): Promise<readonly string[]> {
  for (const pip of PIPS) {
    const found = await runTool([...pip, "--version"]).catch(() => null);
    if (found?.success) return pip;
  }
  throw new AustinError(
    "Cannot fetch anything from the Python package index: there is no pip",
    "install it, for instance with `apt-get install python3-pip`",
  );
}
