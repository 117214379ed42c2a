/**
 * Interpreters that are on the machine already: those of pyenv, and those on the search path. Shims are passed over: they
 * are scripts that start something else.
 */

import { join } from "node:path";
import { probe, type Python, type Version } from "./python.ts";
import type { Source } from "./source.ts";

const isWindows = Deno.build.os === "windows";

/** The newest final release of each minor version among pyenv's versions. */
export const pyenv: Source = {
  name: "pyenv",
  async find(version: Version): Promise<Python> {
    const versions = join(pyenvRoot(), "versions");
    const patches = await patchReleases(versions, version);
    const newest = patches.at(-1);
    if (newest === undefined) {
      throw new Error(`pyenv has no ${version} (looked into "${versions}")`);
    }
    const executable = join(
      versions,
      `${version}.${newest}`,
      isWindows ? "python.exe" : `bin/python${version}`,
    );
    return await probe({
      version,
      source: pyenv.name,
      command: [executable],
      root: "",
    });
  },
};

/** `pythonX.Y` on the search path, by its real name (`/usr/bin/python3.11` rather than a link to it). */
export const searchPath: Source = {
  name: "PATH",
  async find(version: Version): Promise<Python> {
    const name = `python${version}${isWindows ? ".exe" : ""}`;
    for (
      const folder of (Deno.env.get("PATH") ?? "").split(isWindows ? ";" : ":")
    ) {
      const executable = await realProgram(join(folder, name));
      if (executable !== null) {
        return await probe({
          version,
          source: searchPath.name,
          command: [executable],
          root: "",
        });
      }
    }
    throw new Error(`no ${name} on PATH`);
  },
};

function pyenvRoot(): string {
  return Deno.env.get("PYENV_ROOT") ??
    join(Deno.env.get("HOME") ?? "", ".pyenv");
}

/** The patch numbers of the final releases of `version`, ascending. */
async function patchReleases(
  versions: string,
  version: Version,
): Promise<number[]> {
  const patches: number[] = [];
  try {
    for await (const { name } of Deno.readDir(versions)) {
      const [minor, patch] = name.match(/^(\d+\.\d+)\.(\d+)$/)?.slice(1) ?? [];
      if (minor === version && patch !== undefined) patches.push(Number(patch));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return patches.sort((a, b) => a - b);
}

/** @returns the path with links resolved, or `null` when there is nothing there or only a script. */
async function realProgram(path: string): Promise<string | null> {
  try {
    const real = await Deno.realPath(path);
    using file = await Deno.open(real);
    const start = new Uint8Array(2);
    await file.read(start);
    return new TextDecoder().decode(start) === "#!" ? null : real;
  } catch {
    return null;
  }
}
