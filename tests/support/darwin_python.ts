/**
 * Libraries of CPythons for macOS, to be read, never run: Maven Central's
 * `org.bytedeco:cpython` holds whole builds. Kept in `.cache/pythons/`.
 */

import { ensureFolder } from "../../scripts/pythons/cache.ts";
import { run } from "../../scripts/pythons/run.ts";
import { root } from "../../scripts/tree.ts";
import { type Need, tool } from "./needs.ts";

const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

/** A library that can be had. */
export interface DarwinPython {
  /** For instance `3.12`. */
  readonly version: string;
  /** Of the artifact. */
  readonly release: string;
  readonly classifier: "macosx-arm64" | "macosx-x86_64";
}

/** One before CPython describes itself, one after, on either machine. */
export const darwinPythons: readonly DarwinPython[] = [
  {
    version: "3.12",
    release: "3.12.1-1.5.10",
    classifier: "macosx-x86_64",
  },
  { version: "3.14", release: "3.14.3-1.5.13", classifier: "macosx-arm64" },
];

/** All that {@linkcode darwinLibrary} needs. */
export const darwinPythonNeeds: readonly Need[] = [tool("mvn"), tool("unzip")];

/** Fetches a libpython, unless that has been done. @returns its path. */
export async function darwinLibrary(
  { version, release, classifier }: DarwinPython,
): Promise<string> {
  const folder = `${root}/.cache/pythons/maven-${release}-${classifier}`;
  const name = `libpython${version}.dylib`;
  await ensureFolder(folder, {
    isWhole: (folder) =>
      Deno.stat(`${folder}/${name}`).then(() => true, () => false),
    fill: async (folder) => {
      const artifact = `org.bytedeco:cpython:${release}:jar:${classifier}`;
      const where = `-DoutputDirectory=${folder}`;
      await run(["mvn", "-q", "-B", COPY, `-Dartifact=${artifact}`, where]);
      const jar = `${folder}/cpython-${release}-${classifier}.jar`;
      const path = `org/bytedeco/cpython/${classifier}/${name}`;
      await run(["unzip", "-q", "-j", jar, path, "-d", folder]);
      await Deno.remove(jar);
    },
  });
  return `${folder}/${name}`;
}
