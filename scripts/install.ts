/**
 * `deno task install`: installs the file that `deno task pack` made, below
 * `$PREFIX` (`/usr/local`), for a package in `$DESTDIR$PREFIX`.
 */

import { AustinError } from "../src/errors.ts";
import { install, installedFiles } from "./packages/installed.ts";
import { runScript } from "./run_tool.ts";
import { root } from "./tree.ts";

if (import.meta.main) {
  const prefix = Deno.env.get("PREFIX") ?? "/usr/local";
  await runScript(() =>
    installBelow(`${Deno.env.get("DESTDIR") ?? ""}${prefix}`)
  );
}

async function installBelow(prefix: string): Promise<void> {
  try {
    await install(installedFiles(`${root}/dist/austin`, root), prefix);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new AustinError(
        "Cannot install: there is no dist/austin",
        "make it with `deno task pack`",
        { cause },
      );
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new AustinError(
        `Cannot install below ${prefix}: permission denied`,
        "try sudo, or PREFIX=~/.local",
        { cause },
      );
    }
    throw cause;
  }
}
