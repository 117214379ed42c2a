/**
 * Packs for Windows, where deno.exe is signed and has to stay as it is:
 *
 * | file          | what                                                        |
 * | ------------- | ----------------------------------------------------------- |
 * | launcher      | a small executable, `native/launcher_windows.c`             |
 * | behind it     | deno.exe, loader, shim library, bundle; `pack/overlay.ts`   |
 *
 * The launcher puts these files into the user's cache once, checks them by
 * their hashes, and starts deno there.
 */

import { LAUNCHER, nativeFolder } from "../build_native.ts";
import { replaceFile } from "../replace_file.ts";
import { roundUp } from "./elf_segment.ts";
import { type LaunchedPackOptions, launchedProgram } from "./launched.ts";
import { buildOverlay } from "./overlay.ts";
import { concatenated, readPart } from "./parts.ts";

/** Makes one file of a program, the shim and deno.exe. @throws AustinError when a part is missing. */
export async function packWindows(options: LaunchedPackOptions): Promise<void> {
  const since = new Date();
  const native = nativeFolder(options.target);
  const launcher = await readPart(`${native}/${LAUNCHER}`);
  const overlay = buildOverlay(
    await launchedProgram(options, {
      runtime: "deno.exe",
      library: "austin.dll",
      separator: "\\",
    }),
  );
  const padding = new Uint8Array(roundUp(launcher.length, 8) - launcher.length);
  await replaceFile(
    options.output,
    since,
    (temporary) =>
      Deno.writeFile(temporary, concatenated([launcher, padding, overlay])),
  );
}
