/**
 * `deno task cheat-sheet`: makes of `docs/cheat_sheet.svg`, which
 * `deno task docs` writes, `dist/docs/cheat_sheet.pdf` and `.png`, with
 * librsvg's rsvg-convert.
 */

import { AustinError } from "../src/errors.ts";
import { runScript, runTool } from "./run_tool.ts";
import { root } from "./tree.ts";

/** The sheet, from the root. */
export const CHEAT_SHEET = "docs/cheat_sheet.svg";

/** By kind, what rsvg-convert has to be told: a page of A4 in landscape, and 150 dots an inch. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  pdf: [],
  png: ["--dpi-x=150", "--dpi-y=150"],
};

/** @param folder where to put the files. @throws AustinError when there is no rsvg-convert, or it fails. */
export async function convertSheet(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [kind, options] of Object.entries(KINDS)) {
    const output = `${folder}/cheat_sheet.${kind}`;
    const { success, stderr } = await runTool([
      "rsvg-convert",
      `--format=${kind}`,
      ...options,
      `--output=${output}`,
      `${root}/${CHEAT_SHEET}`,
    ], { whenMissing: "install librsvg2-bin" });
    if (!success) {
      throw new AustinError(`Cannot make ${output}: ${stderr.trim()}`);
    }
  }
}

if (import.meta.main) await runScript(() => convertSheet(`${root}/dist/docs`));
