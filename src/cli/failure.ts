/** How a failure is told to the user, and the exit code that it ends with. */

import {
  AustinError,
  BrokenPipeError,
  ExitCode,
  UsageError,
} from "../errors.ts";
import { printable, say, type Style, styleFor } from "./style.ts";

/** Tells of what was thrown on standard error. @returns the exit code. */
export function tellFailure(error: unknown): number {
  if (error instanceof BrokenPipeError) return error.exitCode;
  const style = styleFor(Deno.stderr);
  if (!(error instanceof AustinError)) {
    say(printable(internalError(error)));
    return ExitCode.internal;
  }
  say(lines(style, error));
  return error.exitCode;
}

function lines(style: Style, error: AustinError): string {
  const message = printable(error.message);
  const hint = printable(error.hint);
  if (error instanceof UsageError) return `${message}\n${hint}\n`;
  const head = `${style.red("austin")}: ${message}\n`;
  return hint === "" ? head : `${head}${style.bold("hint")}: ${hint}\n`;
}

function internalError(error: unknown): string {
  const stack = error instanceof Error ? error.stack : String(error);
  return `austin: An unexpected error occurred: this is a bug in austin\n${stack}\n`;
}
