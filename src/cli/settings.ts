/**
 * What one run of `austin` is to do, from its command line and environment.
 *
 * Everything that can be said about a run before it starts is checked here,
 * so that the rest of the program need not look at options again.
 */

import { NothingToDoError } from "../errors.ts";
import type { AustinOption } from "./options.ts";
import type { Parsed } from "./parse.ts";
import { usageError } from "./usage_error.ts";

/** Forms in which samples can be written. */
export const FORMATS = ["text"] as const;

/** One of the forms in which samples can be written. */
export type Format = (typeof FORMATS)[number];

/** What a run samples: a process that is there, or one that it starts. */
export type Target =
  | { readonly mode: "attach"; readonly pid: number }
  | {
    readonly mode: "launch";
    readonly command: string;
    readonly args: readonly string[];
  };

/** How a run samples. */
export interface Sampling {
  /** Time from one sample to the next; 0 samples without a pause. */
  readonly intervalUs: number;
  /** How long the target may take to become a Python process. */
  readonly timeoutMs: number;
  /** When to stop; 0 for not before the target ends. */
  readonly exposureSec: number;
  /** The file to write; undefined for standard output. */
  readonly output: string | undefined;
  /** Whether a program reads along: no banner, no statistics, nothing is kept back. */
  readonly pipe: boolean;
  readonly format: Format;
}

/** All that a run needs to know. */
export type Settings = Sampling & Target;

/** The environment variables that have a say. */
export interface Environment {
  /** The form of the samples where no option names one. */
  readonly AUSTIN_FORMAT?: string | undefined;
}

/**
 * Settles what a run is to do.
 * @param programName the program's name as typed, for messages.
 * @throws UsageError when what was asked for cannot go together, NothingToDoError when nothing was.
 */
export function settingsOf(
  parsed: Parsed<AustinOption>,
  programName: string,
  environment: Environment,
): Settings {
  const { values } = parsed;
  return {
    ...targetOf(parsed, programName),
    intervalUs: values.interval,
    timeoutMs: values.timeout,
    exposureSec: values.exposure,
    output: values.output,
    pipe: values.pipe,
    format: formatOf(environment, programName),
  };
}

function targetOf(parsed: Parsed<AustinOption>, programName: string): Target {
  const { pid } = parsed.values;
  const [command, ...args] = parsed.operands;
  if (pid === undefined) {
    if (command === undefined) throw nothingToDo();
    return { mode: "launch", command, args };
  }
  if (command === undefined) return { mode: "attach", pid };
  throw usageError(
    programName,
    "the -p option is incompatible with the command argument",
  );
}

function nothingToDo(): NothingToDoError {
  return new NothingToDoError(
    "Nothing to sample: I need either a command to run or a PID to attach to",
    "`austin python3 script.py`, or `austin -p PID` (`-p/--pid`)",
  );
}

function formatOf(environment: Environment, programName: string): Format {
  const name = environment.AUSTIN_FORMAT;
  if (name === undefined || name === "") return "text";
  const format = FORMATS.find((format) => format === name);
  if (format !== undefined) return format;
  throw usageError(
    programName,
    `AUSTIN_FORMAT must be one of: ${FORMATS.join(", ")}`,
  );
}
