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

import {
  HIDDEN_PREFIX,
  insertedVariables,
} from "../../src/process/environment.ts";
import { LAUNCHER, nativeFolder } from "../build_native.ts";
import { checkNotices } from "../notices.ts";
import { replaceFile } from "../replace_file.ts";
import { bundleLoader, bundleProgram } from "./bundle.ts";
import { roundUp } from "./elf_segment.ts";
import { foreignRuntime } from "./foreign_runtime.ts";
import { denoArguments, hiddenVariables } from "./isolation.ts";
import { buildOverlay } from "./overlay.ts";
import { concatenated, type PackOptions, readPart } from "./parts.ts";

/** What is packed, and for which of Deno's targets. */
export interface WindowsPackOptions extends PackOptions {
  readonly target: string;
}

/** Names of the files in the cache. */
const LIBRARY = "austin.dll";
const BUNDLE = "austin.js";

/** Variable in which the launcher tells the loader where it is itself. */
const LAUNCHER_PATH = "AUSTIN_LAUNCHER";

/** What the loader of other systems gets from the entry stub. */
const BESIDE_THE_LOADER = `globalThis.__austin={` +
  `program:Deno.env.get("${LAUNCHER_PATH}"),` +
  `library:import.meta.dirname+"\\\\${LIBRARY}",` +
  `bundle:{path:import.meta.dirname+"\\\\${BUNDLE}"}};` +
  `Deno.env.delete("${LAUNCHER_PATH}");\n`;

/** Makes one file of a program, the shim and deno.exe. @throws AustinError when a part is missing. */
export async function packWindows(options: WindowsPackOptions): Promise<void> {
  const since = new Date();
  const native = nativeFolder(options.target);
  const launcher = await readPart(`${native}/${LAUNCHER}`);
  const runtime = await foreignRuntime(options.target);
  const bundle = await bundleProgram(options.entry);
  await checkNotices(bundle.inputs);
  const loader = await bundleLoader({
    answers: options.answers ?? {},
    startSize: bundle.start.length,
    laterSize: bundle.later.length,
    demanglerSize: 0,
  });
  const overlay = buildOverlay({
    arguments: denoArguments,
    settings: settings(),
    hiddenVariables,
    hiddenPrefix: HIDDEN_PREFIX,
    answers: options.answers ?? {},
    runtime: { name: "deno.exe", bytes: await readPart(runtime) },
    program: [
      {
        name: "loader.js",
        bytes: concatenated([
          new TextEncoder().encode(BESIDE_THE_LOADER),
          loader,
        ]),
      },
      { name: LIBRARY, bytes: await readPart(`${native}/${LIBRARY}`) },
      { name: BUNDLE, bytes: concatenated([bundle.start, bundle.later]) },
    ],
  });
  const padding = new Uint8Array(roundUp(launcher.length, 8) - launcher.length);
  await replaceFile(
    options.output,
    since,
    (temporary) =>
      Deno.writeFile(temporary, concatenated([launcher, padding, overlay])),
  );
}

/** The launcher sets DENO_DIR itself: it has to be a path that cannot be made. */
function settings(): string[] {
  return Object.entries(insertedVariables)
    .filter(([name]) => name !== "DENO_DIR")
    .map((pair) => pair.join("="));
}
