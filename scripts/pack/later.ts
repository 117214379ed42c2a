/**
 * Modules that a packed program imports only when it needs them.
 *
 * `await import("./x.ts")` says that a module is not wanted at the start, but
 * a script cannot import: esbuild would put the module into it, and the runtime
 * would read it on every start. So there is a second script. What both use is
 * in the first one only, which shares it, so that a class is one class.
 *
 * | in the first script                  | becomes                              |
 * | ------------------------------------ | ------------------------------------ |
 * | `import("./x.ts")`                   | `__austin.later("src/x.ts")`         |
 * | before the main module               | `__austin.shared = { "src/y.ts": … }` |
 *
 * | in the second script                 | becomes                              |
 * | ------------------------------------ | ------------------------------------ |
 * | its entry                            | `__austin.modules = { "src/x.ts": () => … }` |
 * | `import … from "./y.ts"`             | `__austin.shared["src/y.ts"]`        |
 */

import type { OnResolveArgs, OnResolveResult, Plugin } from "esbuild";
import { relative, resolve } from "node:path";
import { root } from "../tree.ts";

/** How the first script is made. */
export interface StartOptions {
  /** Path of the main module. */
  readonly entry: string;
  /** Takes the paths of modules that are imported later, from the root. */
  readonly found: Set<string>;
  /** Paths of modules that are shared, from the root. */
  readonly shared: readonly string[];
}

/** Leaves out what is imported later, and shares the rest. */
export function atTheStart({ entry, found, shared }: StartOptions): Plugin {
  return {
    name: "at the start",
    setup(build) {
      build.onResolve({ filter: /^\./ }, (args) => {
        if (args.kind !== "dynamic-import") return null;
        const path = pathOf(args);
        found.add(path);
        return { path, namespace: "later" };
      });
      build.onLoad({ filter: /.*/, namespace: "later" }, ({ path }) => ({
        contents: `module.exports = globalThis.__austin.later(${quoted(path)})`,
      }));
      build.onLoad({ filter: /.*/ }, async ({ path }) => {
        if (path !== entry || shared.length === 0) return null;
        const main = await Deno.readTextFile(path);
        return {
          contents: `import "shared modules";\n${main}`,
          loader: "ts",
        };
      });
      build.onResolve(
        { filter: /^shared modules$/ },
        ({ path }) => ({ path, namespace: "shared" }),
      );
      build.onLoad({ filter: /.*/, namespace: "shared" }, () => ({
        contents: sharing(shared),
        resolveDir: root,
      }));
    },
  };
}

function sharing(shared: readonly string[]): string {
  const imports = shared.map((path, i) =>
    `import * as m${i} from ${quoted(`./${path}`)};`
  );
  const entries = shared.map((path, i) => `${quoted(path)}: m${i}`);
  return `${imports.join("\n")}
    if (globalThis.__austin !== undefined) {
      globalThis.__austin.shared = { ${entries.join(", ")} };
    }`;
}

/** How the second script is made. */
export interface LaterOptions {
  /** Paths of the modules in the first script, from the root. */
  readonly loaded: ReadonlySet<string>;
  /** Takes those of them that are used. */
  readonly shared: Set<string>;
}

/** Takes what is in the first script from there. */
export function later({ loaded, shared }: LaterOptions): Plugin {
  return {
    name: "later",
    setup(build) {
      build.onResolve(
        { filter: /^\.\.?\// },
        (args): OnResolveResult | null => {
          const path = pathOf(args);
          if (!loaded.has(path)) return null;
          shared.add(path);
          return { path, namespace: "shared" };
        },
      );
      build.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => ({
        contents: `module.exports = globalThis.__austin.shared[${
          quoted(path)
        }]`,
      }));
    },
  };
}

/** The entry of the second script. @param found paths of the modules that are imported, from the root. */
export function laterEntry(
  found: ReadonlySet<string>,
): { contents: string; resolveDir: string } {
  const modules = [...found].map((path) =>
    `${quoted(path)}: () => require(${quoted(`./${path}`)})`
  );
  return {
    contents: `globalThis.__austin.modules = { ${modules.join(", ")} };`,
    resolveDir: root,
  };
}

/** @returns the path that is imported, from the root of the project. */
function pathOf({ resolveDir, path }: OnResolveArgs): string {
  return relative(root, resolve(resolveDir, path));
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
