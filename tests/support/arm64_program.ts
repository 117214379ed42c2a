/** The file for Linux on aarch64. */

import { run } from "../../scripts/pythons/run.ts";
import { root } from "../../scripts/tree.ts";

export const ARM64_TARGET = "aarch64-unknown-linux-gnu";

/** Path of the packed program on this machine. */
export const arm64Program = `${root}/dist/${ARM64_TARGET}/austin`;

let packed: Promise<void> | undefined;

/** Packs it, once. @throws {Error} with what that printed. */
export function packArm64Program(): Promise<void> {
  return packed ??= (async () => {
    const pack = ["task", "--quiet", "--cwd", root, "pack"];
    await run([Deno.execPath(), ...pack, "--target", ARM64_TARGET]);
  })();
}
