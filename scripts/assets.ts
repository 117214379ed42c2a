/**
 * `deno task assets`: bundles the browser's part of the flame graph page,
 * `src/page/`, into `dist/assets/flame_page.json`, which
 * `src/formats/flame_graph/page_asset.ts` describes and reads.
 */

import type { BuildOptions } from "esbuild";
import type { PageAsset } from "../src/formats/flame_graph/page_asset.ts";
import { runScript } from "./run_tool.ts";
import { root } from "./tree.ts";

/** Where assets are put. */
export const ASSETS: string = `${root}/dist/assets`;

const options = {
  bundle: true,
  write: false,
  minify: true,
  charset: "ascii",
  legalComments: "none",
  target: ["chrome110", "firefox115", "safari16"],
  logLevel: "warning",
  absWorkingDir: root,
} as const satisfies BuildOptions;

/** The page, and what went into it. */
export interface BuiltPage {
  readonly asset: PageAsset;
  /** Paths of files, from the root. */
  readonly inputs: readonly string[];
}

/** Bundles the page. @throws when esbuild cannot, and tells why on standard error. */
export async function buildPage(): Promise<BuiltPage> {
  // It starts a process of its own, so only when it is used.
  const esbuild = await import("esbuild");
  try {
    const { outputFiles, metafile } = await esbuild.build({
      ...options,
      entryPoints: [`${root}/src/page/main.ts`],
      outdir: "unused",
      format: "iife",
      metafile: true,
    });
    const [script = "", style = ""] = [".js", ".css"].map((end) =>
      outputFiles.find(({ path }) => path.endsWith(end))?.text
    );
    const [scriptHash, styleHash] = [await hashOf(script), await hashOf(style)];
    return {
      asset: { script, style, scriptHash, styleHash },
      inputs: Object.keys(metafile.inputs),
    };
  } finally {
    await esbuild.stop();
  }
}

/** As a Content-Security-Policy has it. */
async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return `sha256-${new Uint8Array(hash).toBase64()}`;
}

/** Builds the page and puts it where a program that runs from source looks for it. */
export async function writeAssets(): Promise<void> {
  await Deno.mkdir(ASSETS, { recursive: true });
  const { asset } = await buildPage();
  const text = JSON.stringify(asset);
  await Deno.writeTextFile(`${ASSETS}/flame_page.json`, text);
}

if (import.meta.main) await runScript(writeAssets);
