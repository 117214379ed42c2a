/**
 * The two scripts inside a packed austin, made by esbuild.
 *
 * The names of functions and classes are kept: errors are reported by them,
 * and an uncaught one shows where it comes from. Everything is ASCII, which V8
 * keeps at one byte a character.
 */

import type { BuildOptions } from "esbuild";
import { AustinError } from "../../src/errors.ts";
import { root } from "../tree.ts";

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
} as const satisfies BuildOptions;

/**
 * Makes one script of a program.
 *
 * @param entry path of its main module, which must not use top-level await:
 *   a script cannot. @throws AustinError with what esbuild complains of.
 */
export function bundleProgram(entry: string): Promise<Uint8Array> {
  return build({
    ...common,
    entryPoints: [entry],
    format: "iife",
    platform: "node",
    conditions: ["deno"],
    // There are no modules left to be beside of.
    define: { "import.meta.dirname": "undefined", "import.meta.main": "true" },
    banner: { js: "var require=(name)=>process.getBuiltinModule(name);" },
    footer: { js: "//# sourceURL=austin.js" },
  });
}

/** Makes the loader. @param answers what is printed for a single argument. */
export function bundleLoader(
  answers: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  return build({
    ...common,
    entryPoints: [`${root}/scripts/pack/loader.ts`],
    format: "esm",
    define: { ANSWERS: JSON.stringify(answers) },
  });
}

async function build(options: BuildOptions): Promise<Uint8Array> {
  // It starts a process of its own, so only when it is used.
  const esbuild = await import("esbuild");
  try {
    const { outputFiles, warnings } = await esbuild.build(options);
    if (warnings.length > 0) throw { errors: warnings };
    return outputFiles![0]!.contents;
  } catch (error) {
    const { errors } = error as Partial<import("esbuild").BuildFailure>;
    if (errors === undefined) throw error;
    const texts = await esbuild.formatMessages(errors, { kind: "error" });
    throw new AustinError(`Cannot bundle: ${texts.join("").trim()}`);
  } finally {
    await esbuild.stop();
  }
}
