/**
 * The scripts inside a packed austin, made by esbuild.
 *
 * | script | what it has                                                    |
 * | ------ | -------------------------------------------------------------- |
 * | loader | answers what is known, evaluates the next one                  |
 * | start  | the main module, and all that it imports statically            |
 * | later  | what is imported with `await import("./…")`; see `pack/later.ts` |
 *
 * The names of functions and classes are kept: errors are reported by them,
 * and an uncaught one shows where it comes from. Everything is ASCII, which V8
 * keeps at one byte a character.
 */

import type { BuildOptions, Metafile } from "esbuild";
import { AustinError } from "../../src/errors.ts";
import { buildPage } from "../assets.ts";
import { root } from "../tree.ts";
import { atTheStart, later, laterEntry } from "./later.ts";

const common = {
  bundle: true,
  write: false,
  minifyWhitespace: true,
  minifySyntax: true,
  charset: "ascii",
  legalComments: "none",
  sourcemap: false,
  target: "esnext",
  logLevel: "silent",
  absWorkingDir: root,
  loader: { ".html": "text", ".css": "text", ".svg": "text", ".txt": "text" },
} as const satisfies BuildOptions;

const script = {
  ...common,
  format: "iife",
  platform: "node",
  conditions: ["deno"],
  banner: { js: "var require=(name)=>process.getBuiltinModule(name);" },
} as const satisfies BuildOptions;

/** There are no modules left to be beside of. */
const defined = {
  "import.meta.dirname": "undefined",
  "import.meta.main": "true",
} as const;

/** A program as two scripts. */
export interface Bundle {
  /** Evaluated at the start. */
  readonly start: Uint8Array;
  /** Evaluated when a module in it is imported; empty when there is none. */
  readonly later: Uint8Array;
  /** Paths of all files that went into them, from the root. */
  readonly inputs: ReadonlySet<string>;
}

/**
 * Makes the scripts of a program.
 *
 * @param entry path of its main module, which must not use top-level await:
 *   a script cannot. @throws AustinError with what esbuild complains of.
 */
export async function bundleProgram(entry: string): Promise<Bundle> {
  const found = new Set<string>();
  const first = await buildStart(entry, found, []);
  const loaded = new Set(Object.keys(first.metafile.inputs));
  if (found.size === 0) {
    return { start: first.code, later: new Uint8Array(), inputs: loaded };
  }
  const shared = new Set<string>();
  const page = await buildPage();
  const rest = await build({
    ...script,
    stdin: laterEntry(found),
    define: {
      ...defined,
      FLAME_PAGE: JSON.stringify(JSON.stringify(page.asset)),
    },
    plugins: [later({ loaded, shared })],
    footer: { js: "//# sourceURL=austin_later.js" },
  });
  // Again, because only now it is known what it has to share.
  const { code } = await buildStart(entry, found, [...shared]);
  const inputs = [...Object.keys(rest.metafile.inputs), ...page.inputs];
  return {
    start: code,
    later: rest.code,
    inputs: loaded.union(new Set(inputs)),
  };
}

/** @param found takes the modules that are imported later. @param shared those that these use as well. */
function buildStart(
  entry: string,
  found: Set<string>,
  shared: readonly string[],
): Promise<Built> {
  return build({
    ...script,
    entryPoints: [entry],
    define: defined,
    plugins: [atTheStart({ entry, found, shared })],
    footer: { js: "//# sourceURL=austin.js" },
  });
}

/** What the loader has to know. */
export interface LoaderOptions {
  /** What is printed for a single argument. */
  readonly answers: Readonly<Record<string, string>>;
  /** Bytes of the script that is evaluated at the start. */
  readonly startSize: number;
  /** Bytes of the other one, which is behind it. */
  readonly laterSize: number;
  /** Bytes of the demangler's library, which is behind that; 0 when there is none. */
  readonly demanglerSize: number;
}

/** Makes the loader. */
export async function bundleLoader(
  { answers, startSize, laterSize, demanglerSize }: LoaderOptions,
): Promise<Uint8Array> {
  const { code } = await build({
    ...common,
    entryPoints: [`${root}/scripts/pack/loader.ts`],
    format: "esm",
    define: {
      ANSWERS: JSON.stringify(answers),
      START_SIZE: String(startSize),
      LATER_SIZE: String(laterSize),
      DEMANGLER_SIZE: String(demanglerSize),
    },
  });
  return code;
}

/** A script, and what went into it. */
interface Built {
  readonly code: Uint8Array;
  readonly metafile: Metafile;
}

async function build(options: BuildOptions): Promise<Built> {
  // It starts a process of its own, so only when it is used.
  const esbuild = await import("esbuild");
  try {
    const { outputFiles, warnings, metafile } = await esbuild.build({
      ...options,
      metafile: true,
    });
    if (warnings.length > 0) throw { errors: warnings };
    return { code: outputFiles![0]!.contents, metafile: metafile! };
  } catch (error) {
    const { errors } = error as Partial<import("esbuild").BuildFailure>;
    if (errors === undefined) throw error;
    const texts = await esbuild.formatMessages(errors, { kind: "error" });
    throw new AustinError(`Cannot bundle: ${texts.join("").trim()}`);
  } finally {
    await esbuild.stop();
  }
}
