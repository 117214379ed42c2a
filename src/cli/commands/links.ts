/** `austin --links DIR`: makes the names by which this file is other programs. */

import { AustinError, ExitCode, OutputFileError } from "../../errors.ts";
import { makeFolder } from "../output.ts";
import { LINK_NAMES } from "../tool_names.ts";

/** Makes a link for each program; links that are there already are made anew. @returns the exit code. @throws AustinError */
export function linksCommand(folder: string): number {
  if (!("__austin" in globalThis) && !Deno.build.standalone) {
    throw new AustinError(
      "Cannot make links: this austin is not one file",
      "build it with `deno task pack`",
    );
  }
  makeFolder(folder);
  for (const name of LINK_NAMES) makeLink(`${folder}/${name}`);
  return ExitCode.ok;
}

/** @throws OutputFileError when something else is there, or the link cannot be made. */
function makeLink(path: string): void {
  try {
    if (Deno.lstatSync(path).isSymlink) Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw linkError(path, error);
  }
  try {
    Deno.symlinkSync(globalThis.__austin?.program ?? Deno.execPath(), path);
  } catch (error) {
    throw linkError(path, error);
  }
}

function linkError(path: string, cause: unknown): OutputFileError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OutputFileError(
    `Unable to make the link '${path}': ${reason}`,
    "name a folder in which you may write, and which has no other program of that name",
    { cause },
  );
}
