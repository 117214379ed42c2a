/** What a package is made from, and what it gives. */

import type { Platform } from "./description.ts";

/** The program for one platform, with its archive for download. */
export interface Build {
  readonly platform: Platform;
  /** The executable. */
  readonly program: string;
  /** A prefix as an archive, at `url` once it is released. */
  readonly archive: Download;
}

/** A file of a release. */
export interface Download {
  readonly path: string;
  readonly url: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Levels of xz and of zip. */
export type Compression = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** What every kind of package gets. */
export interface PackageContext {
  /** The source tree. */
  readonly root: string;
  /** An empty folder for the result. */
  readonly folder: string;
  /** Platforms that were built; at least one. */
  readonly builds: readonly Build[];
  /** From 1, the fastest, to 9, the smallest. */
  readonly compression: Compression;
  /** Runs a program. @returns its standard output. @throws AustinError when it fails */
  run(command: readonly string[], cwd?: string): Promise<string>;
}

/** Makes packages of one kind in the context's folder. */
export type MakePackage = (context: PackageContext) => Promise<void>;

/** @returns the build for a platform, by its name; undefined where it was not built. */
export function buildFor(
  { builds }: PackageContext,
  name: string,
): Build | undefined {
  return builds.find(({ platform }) => platform.name === name);
}

/** @returns the builds for systems whose name begins so. */
export function buildsFor(
  { builds }: PackageContext,
  system: "linux" | "macos" | "windows",
): Build[] {
  return builds.filter(({ platform }) => platform.name.startsWith(system));
}

/** Writes a text, with its folders. */
export async function writeText(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
}
