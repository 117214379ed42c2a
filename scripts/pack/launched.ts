/**
 * A program that a launcher starts: where deno is signed and has to stay as it
 * is, a small executable holds it and the program, puts both into the user's
 * cache, and starts the one with the other.
 */

import { createHash } from "node:crypto";
import {
  HIDDEN_PREFIX,
  insertedVariables,
} from "../../src/process/environment.ts";
import { nativeFolder } from "../build_native.ts";
import { checkNotices } from "../notices.ts";
import { bundleLoader, bundleProgram } from "./bundle.ts";
import { foreignRuntime } from "./foreign_runtime.ts";
import { denoArguments, hiddenVariables } from "./isolation.ts";
import { concatenated, type PackOptions, readPart } from "./parts.ts";

/** What is packed, and for which of Deno's targets. */
export interface LaunchedPackOptions extends PackOptions {
  readonly target: string;
}

/** What differs between systems. */
export interface Names {
  readonly runtime: string;
  readonly library: string;
  /** What stands between the parts of a path. */
  readonly separator: "/" | "\\";
}

/** A file that the launcher puts into the user's cache. */
export interface CachedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the launcher starts. */
export interface Launched {
  /** deno's arguments before the script. */
  readonly arguments: readonly string[];
  /** Variables for deno, `NAME=VALUE`. */
  readonly settings: readonly string[];
  readonly hiddenVariables: readonly string[];
  readonly hiddenPrefix: string;
  /** What is printed for a command line, without starting deno. */
  readonly answers: Readonly<Record<string, string>>;
  readonly runtime: CachedFile;
  /** Loader, shim library, bundle: they share a folder. */
  readonly program: readonly [CachedFile, CachedFile, CachedFile];
}

const BUNDLE = "austin.js";

/** Variable in which the launcher tells the loader where it is itself. */
const LAUNCHER_PATH = "AUSTIN_LAUNCHER";

/** Characters of a hash that name a folder. */
const FOLDER_LENGTH = 16;

/** Makes what is to be launched. @throws AustinError when a part is missing. */
export async function launchedProgram(
  options: LaunchedPackOptions,
  names: Names,
): Promise<Launched> {
  const runtime = await foreignRuntime(options.target);
  const bundle = await bundleProgram(options.entry);
  await checkNotices(bundle.inputs);
  const loader = await bundleLoader({
    answers: options.answers ?? {},
    startSize: bundle.start.length,
    laterSize: bundle.later.length,
    demanglerSize: 0,
  });
  const library = `${nativeFolder(options.target)}/${names.library}`;
  return {
    arguments: denoArguments,
    settings: settings(),
    hiddenVariables,
    hiddenPrefix: HIDDEN_PREFIX,
    answers: options.answers ?? {},
    runtime: { name: names.runtime, bytes: await readPart(runtime) },
    program: [
      {
        name: "loader.js",
        bytes: concatenated([
          new TextEncoder().encode(besideTheLoader(names)),
          loader,
        ]),
      },
      { name: names.library, bytes: await readPart(library) },
      { name: BUNDLE, bytes: concatenated([bundle.start, bundle.later]) },
    ],
  };
}

/** What the loader of other systems gets from the entry stub. */
function besideTheLoader({ library, separator }: Names): string {
  const beside = (name: string) =>
    `import.meta.dirname+${JSON.stringify(separator + name)}`;
  return `globalThis.__austin={` +
    `program:Deno.env.get("${LAUNCHER_PATH}"),` +
    `library:${beside(library)},bundle:{path:${beside(BUNDLE)}}};` +
    `Deno.env.delete("${LAUNCHER_PATH}");\n`;
}

/** The launcher sets DENO_DIR itself: it has to be a path that cannot be made. */
function settings(): string[] {
  return Object.entries(insertedVariables)
    .filter(([name]) => name !== "DENO_DIR")
    .map((pair) => pair.join("="));
}

/** Folders are named by what is in them: a new austin with the same deno unpacks only itself. */
export function inFolders(
  { runtime, program }: Pick<Launched, "runtime" | "program">,
): (CachedFile & { readonly folder: string })[] {
  const folderOf = (files: readonly CachedFile[]) =>
    sha256(files.map(({ bytes }) => bytes)).toHex().slice(0, FOLDER_LENGTH);
  const programFolder = folderOf(program);
  return [
    { ...runtime, folder: folderOf([runtime]) },
    ...program.map((file) => ({ ...file, folder: programFolder })),
  ];
}

/** @returns the digest of all parts, one after the other. */
export function sha256(parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
