/**
 * The browser's part of a flame graph page: `src/page/`, bundled by
 * `scripts/assets.ts`.
 */

import { AustinError } from "../../errors.ts";

/** What the bundle of the page consists of. */
export interface PageAsset {
  readonly script: string;
  readonly style: string;
  /** Of the script and the style, for a Content-Security-Policy: `sha256-…`. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

/** The asset as JSON; `scripts/pack/bundle.ts` puts it into the one file. */
declare const FLAME_PAGE: string;

/** Where it is in a tree of sources, and in what `deno compile` makes of it. */
const PATH = "../../../dist/assets/flame_page.json";

/** @throws AustinError when it was never built. */
export function pageAsset(): PageAsset {
  const text = typeof FLAME_PAGE === "string" ? FLAME_PAGE : readAsset();
  return JSON.parse(text) as PageAsset;
}

function readAsset(): string {
  try {
    return Deno.readTextFileSync(`${import.meta.dirname}/${PATH}`);
  } catch (cause) {
    throw new AustinError(
      "Cannot make a flame graph: the page has not been built",
      "build it with `deno task assets`",
      { cause },
    );
  }
}
