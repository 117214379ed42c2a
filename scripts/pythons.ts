/**
 * Finds or fetches every CPython that austin is tested on, 3.8 to 3.15. What has to be fetched is kept under
 * `.cache/pythons/`; delete that folder to fetch anew. `deno task pythons` prints what there is.
 *
 * A new CPython is a row in {@linkcode SOURCES}; a new place to get one from is a file in `scripts/pythons/`.
 */

import { resolve } from "node:path";
import { debian } from "./pythons/debian.ts";
import { pyenv, searchPath } from "./pythons/installed.ts";
import { maven } from "./pythons/maven.ts";
import { Python, type Version, VERSIONS } from "./pythons/python.ts";
import type { Source } from "./pythons/source.ts";

export { Python, type Source, type Version, VERSIONS };

const sid = debian("sid", ["3.14", "3.15"]);

/** Where each CPython comes from, the first that has it. The last of a row needs nothing on the machine but its registries. */
export const SOURCES: Readonly<Record<Version, readonly Source[]>> = {
  "3.8": [pyenv, searchPath],
  "3.9": [pyenv, searchPath, maven("3.9")],
  "3.10": [pyenv, searchPath, maven("3.10")],
  "3.11": [pyenv, searchPath, maven("3.11")],
  "3.12": [pyenv, searchPath, maven("3.12")],
  "3.13": [pyenv, searchPath, maven("3.13")],
  "3.14": [pyenv, searchPath, sid, maven("3.14")],
  "3.15": [pyenv, searchPath, sid],
};

/** A CPython that no source has. */
export interface MissingPython {
  /** The minor version that was looked for. */
  readonly version: Version;
  /** What each source said. */
  readonly reason: string;
}

/** How {@linkcode pythons} and {@linkcode findPythons} look. */
export interface FindOptions {
  /** The folder of fetched interpreters; default `.cache/pythons` of this repository. */
  readonly cache?: string;
  /** Names of the sources to use; default all. */
  readonly sources?: readonly string[];
  /** Where each comes from; default {@linkcode SOURCES}. */
  readonly table?: Readonly<Record<Version, readonly Source[]>>;
}

/**
 * Finds or fetches interpreters; those that cannot be had are left out.
 *
 * @param versions minor versions wanted; default all.
 */
export async function pythons(
  versions: readonly Version[] = VERSIONS,
  options: FindOptions = {},
): Promise<Python[]> {
  const found = await findPythons(versions, options);
  return found.filter((result) => result instanceof Python);
}

/** The same as {@linkcode pythons}, but says of each version that cannot be had why. In the order of `versions`. */
export function findPythons(
  versions: readonly Version[] = VERSIONS,
  options: FindOptions = {},
): Promise<(Python | MissingPython)[]> {
  return Promise.all(versions.map((version) => findPython(version, options)));
}

async function findPython(
  version: Version,
  options: FindOptions,
): Promise<Python | MissingPython> {
  const cache = resolve(
    options.cache ?? `${import.meta.dirname}/../.cache/pythons`,
  );
  const reasons: string[] = [];
  for (const source of (options.table ?? SOURCES)[version]) {
    if (options.sources?.includes(source.name) === false) continue;
    try {
      return await source.find(version, cache);
    } catch (error) {
      reasons.push(
        `${source.name}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  return { version, reason: reasons.join("; ") };
}

/** One line for the table that `deno task pythons` prints. */
function describe(result: Python | MissingPython): string {
  if (!(result instanceof Python)) {
    return `${result.version.padEnd(8)}missing: ${result.reason}`;
  }
  const { version, fullVersion, source, command } = result;
  return `${version.padEnd(8)}${fullVersion.padEnd(10)}${source.padEnd(12)}${
    command.join(" ")
  }`;
}

if (import.meta.main) {
  const wanted = VERSIONS.filter((version) =>
    Deno.args.length === 0 || Deno.args.includes(version)
  );
  const lines = (await findPythons(wanted)).map((result) =>
    `${describe(result)}\n`
  );
  await Deno.stdout.write(new TextEncoder().encode(lines.join("")));
}
