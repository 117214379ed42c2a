/**
 * What is installed below a prefix, on every system that has prefixes:
 * the program, the link that means native stacks, the manual page, completions
 * and licences.
 */

import { dirname } from "node:path";
import { NOTICES } from "../notices.ts";

/** One thing below the prefix. */
export type Installed =
  & { readonly path: string }
  & (
    | { readonly from: string; readonly mode: number }
    | { readonly linkTo: string }
  );

/** Where the system looks for zsh's completions. */
export const ZSH_FOLDER = "share/zsh/site-functions";

/** @param program the file to be installed as `bin/austin`. @param zshFolder below the prefix. */
export function installedFiles(
  program: string,
  root: string,
  zshFolder: string = ZSH_FOLDER,
): Installed[] {
  const share = (path: string, from: string): Installed => ({
    path: `share/${path}`,
    from: `${root}/${from}`,
    mode: 0o644,
  });
  const completions = "share/completions";
  return [
    { path: "bin/austin", from: program, mode: 0o755 },
    { path: "bin/austinp", linkTo: "austin" },
    share("man/man1/austin.1", "share/man/austin.1"),
    { path: "share/man/man1/austinp.1", linkTo: "austin.1" },
    share("bash-completion/completions/austin", `${completions}/austin.bash`),
    {
      path: "share/bash-completion/completions/austinp",
      linkTo: "austin",
    },
    share(
      `${zshFolder.replace(/^share\//, "")}/_austin`,
      `${completions}/_austin`,
    ),
    share(
      "fish/vendor_completions.d/austin.fish",
      `${completions}/austin.fish`,
    ),
    share("doc/austin/LICENSE", "LICENSE"),
    share("doc/austin/NOTICES.txt", NOTICES),
  ];
}

/** Puts everything below a prefix; what is there already is replaced. */
export async function install(
  files: readonly Installed[],
  prefix: string,
): Promise<void> {
  for (const file of files) {
    const path = `${prefix}/${file.path}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    // A program that runs cannot be written to, but its name can be given to another file.
    const temporary = `${path}.new`;
    await Deno.remove(temporary).catch(ignoreMissing);
    if ("linkTo" in file) await Deno.symlink(file.linkTo, temporary);
    else {
      await Deno.copyFile(file.from, temporary);
      await Deno.chmod(temporary, file.mode);
    }
    await Deno.rename(temporary, path);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
