/**
 * Where the log goes: to the system's, and to the terminal for a bug report.
 *
 * | variable            | effect                                             |
 * | ------------------- | -------------------------------------------------- |
 * | `AUSTIN_NO_LOGGING` | not empty: nothing goes to the system's log        |
 * | `AUSTIN_LOG`        | `debug`: all that a bug report needs is logged, to |
 * |                     | standard error as well, except in pipe mode        |
 */

import { openShim } from "../../ffi/shim.ts";
import { type Log, type LogTarget, logTo, Severity } from "../log.ts";
import { printable, say } from "./style.ts";

/** The environment variables that have a say. */
export interface LogEnvironment {
  readonly AUSTIN_NO_LOGGING?: string | undefined;
  readonly AUSTIN_LOG?: string | undefined;
}

/** @param system the system's log, opened with the first line. */
export function openLog(
  environment: LogEnvironment,
  isPipe: boolean,
  system: () => LogTarget = openShim,
): Log {
  const isVerbose = environment.AUSTIN_LOG === "debug";
  const targets: LogTarget[] = [];
  if ((environment.AUSTIN_NO_LOGGING ?? "") === "") {
    targets.push({
      log: (severity, line) => system().log(severity, printable(line)),
    });
  }
  if (isVerbose && !isPipe) targets.push({ log: sayLine });
  return logTo(targets, isVerbose);
}

const NAMES = {
  [Severity.error]: "error",
  [Severity.warning]: "warning",
  [Severity.info]: "info",
  [Severity.debug]: "debug",
} as const;

function sayLine(severity: Severity, line: string): void {
  say(`austin: ${NAMES[severity]}: ${printable(line)}\n`);
}
