/** Programs with a CPython linked into them, as `freeze` tools and large applications make them. */

import type { Python } from "../../scripts/pythons.ts";
import type { Workshop } from "./c_compiler.ts";
import { run } from "./program.ts";

const SOURCE = `
#include <Python.h>
int main(int argc, char **argv) { return Py_BytesMain(argc, argv); }
`;

const LIBRARIES = ["-lpthread", "-ldl", "-lutil", "-lm"];

/** What has to be known to build with a CPython. */
interface Development {
  readonly include: string;
  /** Path of `libpythonX.Y.a`. */
  readonly archive: string;
  readonly prefix: string;
}

const QUESTION = `
import json, sys, sysconfig
v = sysconfig.get_config_var
archive = "%s/%s" % (v("LIBPL"), "libpython" + v("LDVERSION") + ".a")
print(json.dumps({"include": v("INCLUDEPY"), "archive": archive, "prefix": sys.base_prefix}))
`;

/** @returns where headers and library are, or null when they are not installed. */
export async function developmentFiles(
  python: Python,
): Promise<Development | null> {
  const { code, stdout } = await run([...python.command, "-c", QUESTION]);
  if (code !== 0) return null;
  const files: Development = JSON.parse(stdout);
  const isThere = await Promise.all(
    [`${files.include}/Python.h`, files.archive].map((path) =>
      Deno.stat(path).then(() => true, () => false)
    ),
  );
  return isThere.every(Boolean) ? files : null;
}

/** A program that is a CPython. It takes the same arguments, but loads no modules written in C. */
export interface Embedder {
  readonly path: string;
  /** Variables that it needs. */
  readonly env: Record<string, string>;
}

/**
 * Links a program with `libpythonX.Y.a` that exports no symbols.
 * @param args for the linker, such as `-no-pie` and `-s`.
 */
export async function buildEmbedder(
  shop: Workshop,
  files: Development,
  args: readonly string[],
): Promise<Embedder> {
  const path = await shop.compile("program", SOURCE, [
    `-I${files.include}`,
    files.archive,
    ...LIBRARIES,
    ...args,
  ]);
  return {
    path,
    env: { PYTHONHOME: files.prefix },
  };
}
