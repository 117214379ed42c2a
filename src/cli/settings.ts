/**
 * What one run of `austin` is to do, from its command line and environment.
 *
 * Everything that can be said about a run before it starts is checked here,
 * so that the rest of the program need not look at options again.
 */

import { NothingToDoError } from "../errors.ts";
import { MAX_SNAPSHOT_SIZE } from "../limits.ts";
import {
  type Format,
  FORMAT_NAMES,
  formatNamed,
  formatOfFile,
} from "./formats.ts";
import type { AustinOption } from "./options.ts";
import type { Parsed } from "./parse.ts";
import { type Refinement, refinementOf } from "./refinement.ts";
import { shortName, usageError } from "./usage_error.ts";

/** What a run samples: a process that is there, or one that it starts. */
export type Target =
  | { readonly mode: "attach"; readonly pid: number }
  | {
    readonly mode: "launch";
    readonly command: string;
    readonly args: readonly string[];
  };

/** A process that is looked at once instead of being sampled. */
export interface WhereTarget {
  readonly mode: "where";
  readonly pid: number;
  /** Whether a program reads the answer. */
  readonly json: boolean;
}

/** How a run samples. */
export interface Sampling extends Refinement {
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
  /** Whether processes that the target starts are sampled too. */
  readonly children: boolean;
  readonly probes: Probes;
  /** Whether frames of machine code are shown among Python's. */
  readonly native: boolean;
  /** Whether the kernel's are shown as well. */
  readonly kernel: boolean;
  /** Bytes that the copy of one target's stacks may have. */
  readonly maxSnapshotSize: number;
}

/** What is sampled of each stack, and which stacks are; `Probes` of `sampling/` is the same. */
export interface Probes {
  readonly metrics: "time" | "memory" | "full";
  /** Leave out threads that are off the CPU. */
  readonly cpuOnly: boolean;
  /** Mark stacks that are taken while garbage is collected. */
  readonly gc: boolean;
}

/** All that a run that samples needs to know. */
export type SampleSettings = Sampling & Target;

/** All that a run in where mode needs to know. */
export type WhereSettings = Sampling & WhereTarget;

/** All that a run needs to know. */
export type Settings = SampleSettings | WhereSettings;

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
  const format = formatOf(values, environment, programName);
  const { kernel } = values;
  const native = values.native || kernel || isNativeName(programName);
  return {
    ...targetOf(parsed, programName),
    ...refinementOf(values, format, programName),
    native,
    kernel,
    intervalUs: values.interval ??
      (native ? NATIVE_INTERVAL_US : INTERVAL_US),
    timeoutMs: values.timeout,
    exposureSec: values.exposure,
    output: values.output,
    pipe: values.pipe,
    format,
    children: values.children,
    probes: probesOf(values),
    maxSnapshotSize: values.heap * 1024 * 1024 || MAX_SNAPSHOT_SIZE,
  };
}

/** Time from one sample to the next where the command line does not say; a stack of machine code costs its thread some 50 µs. */
const INTERVAL_US = 100;
const NATIVE_INTERVAL_US = 10_000;

/** Austin 3.7 has a program of its own for native stacks. */
function isNativeName(programName: string): boolean {
  return shortName(programName) === "austinp";
}

/** The full mode has everything in it; of memory and CPU time memory wins, as in Austin 3.7. */
function probesOf(values: Parsed<AustinOption>["values"]): Probes {
  const metrics = values.full ? "full" : values.memory ? "memory" : "time";
  return {
    metrics,
    cpuOnly: metrics === "time" && (values.sleepless || values.cpu),
    gc: values.gc,
  };
}

function targetOf(
  parsed: Parsed<AustinOption>,
  programName: string,
): Target | WhereTarget {
  const { pid, where, json, open, resolve } = parsed.values;
  const [command, ...args] = parsed.operands;
  if (json && where === undefined) {
    throw usageError(programName, "the --json option goes with -w/--where");
  }
  if (resolve) {
    throw usageError(programName, "the --resolve option goes with --from");
  }
  if (open) {
    throw usageError(programName, "the --open option goes with --web");
  }
  if (pid === undefined) {
    if (command === undefined) throw nothingToDo();
    return { mode: "launch", command, args };
  }
  if (command !== undefined) {
    const option = where === undefined ? "-p" : "-w";
    throw usageError(
      programName,
      `the ${option} option is incompatible with the command argument`,
    );
  }
  // `where` sets `pid` too, so that the last of the two names the process.
  return where === undefined
    ? { mode: "attach", pid }
    : { mode: "where", pid, json };
}

function nothingToDo(): NothingToDoError {
  return new NothingToDoError(
    "Nothing to sample: I need either a command to run or a PID to attach to",
    "`austin python3 script.py`, or `austin -p PID` (`-p/--pid`)",
  );
}

/** @returns the format of the output: an option says it outright, then the output's name, then the environment. @throws UsageError */
export function formatOf(
  { format, binary, output }: Parsed<AustinOption>["values"],
  { AUSTIN_FORMAT }: Environment,
  programName: string,
): Format {
  if (format !== undefined) return format;
  if (binary) return "mojo";
  const asked = output === undefined ? null : formatOfFile(output);
  if (asked !== null) return asked;
  if (AUSTIN_FORMAT === undefined || AUSTIN_FORMAT === "") return "text";
  const named = formatNamed(AUSTIN_FORMAT);
  if (named !== null) return named;
  throw usageError(
    programName,
    `AUSTIN_FORMAT must be one of: ${FORMAT_NAMES.join(", ")}`,
  );
}
