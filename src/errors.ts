/**
 * Every failure that a user can meet, with the exit code that scripts know.
 *
 * Errors are thrown while setting up and caught once, in `main.ts`. Failures
 * while sampling are counted instead (see `sampling/statistics.ts`).
 * The numbers are those of Austin 3.7; where it has none, those of Austin 4.0,
 * then those of the C library's `sysexits.h`.
 */

/** Exit code for each way in which a run can end. */
export const ExitCode = {
  ok: 0,
  internal: 1,
  unknownVersion: 3,
  output: 5,
  notPython: 32,
  launch: 33,
  noProcess: 36,
  permission: 37,
  noChildren: 39,
  usage: 64,
  profile: 65,
  noInput: 66,
  noTerminal: 69,
  brokenPipe: 141,
  nothingToDo: 255,
  outputFile: 255,
} as const;

/** Exit code of a run that a signal ended: 256 - signum, as Austin 3.7 has it. */
export function signalExitCode(signum: number): number {
  return 256 - signum;
}

/** Base of all expected failures: a message, a hint on what to do next, an exit code. */
export class AustinError extends Error {
  readonly exitCode: number = ExitCode.internal;
  readonly hint: string;

  /** @param message action, colon, state. @param hint what the user can do; may be empty. */
  constructor(message: string, hint = "", options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** The command line cannot be understood. */
export class UsageError extends AustinError {
  override readonly exitCode = ExitCode.usage;
}

/** Neither a command nor a process to sample was given. */
export class NothingToDoError extends AustinError {
  override readonly exitCode = ExitCode.nothingToDo;
}

/** The file to read from cannot be opened or read. */
export class InputError extends AustinError {
  override readonly exitCode = ExitCode.noInput;
}

/** The output file cannot be created. */
export class OutputFileError extends AustinError {
  override readonly exitCode = ExitCode.outputFile;
}

/** A view cannot listen where it was told to. */
export class ListenError extends AustinError {
  override readonly exitCode = ExitCode.outputFile;
}

/** Writing failed after the run had started, for instance on a full disk. */
export class OutputError extends AustinError {
  override readonly exitCode = ExitCode.output;
}

/** The reader of our output went away; nothing is wrong, there is only no one left to write for. */
export class BrokenPipeError extends AustinError {
  override readonly exitCode = ExitCode.brokenPipe;
}

/** The process runs, but holds no CPython interpreter. */
export class NotPythonError extends AustinError {
  override readonly exitCode = ExitCode.notPython;
}

/** The command cannot be started, or ended before its interpreter was found. */
export class LaunchError extends AustinError {
  override readonly exitCode = ExitCode.launch;
}

/** There is no process with the given PID, or it ended while we attached. */
export class NoProcessError extends AustinError {
  override readonly exitCode = ExitCode.noProcess;
}

/** The kernel does not let us read the process. */
export class PermissionError extends AustinError {
  override readonly exitCode = ExitCode.permission;
}

/** The process is no Python, and has not started any. */
export class NoChildrenError extends AustinError {
  override readonly exitCode = ExitCode.noChildren;
}

/** A signal came before there was anything to sample. */
export class StoppedError extends AustinError {
  override readonly exitCode: number;
  readonly signum: number;

  /** @param signum as the shim gives it: negative when it came from the terminal. */
  constructor(signum: number) {
    super("Stopped by a signal before a Python process was found");
    this.signum = signum;
    this.exitCode = signalExitCode(Math.abs(signum));
  }
}

/** There is no terminal, or none that a view can be shown on. */
export class TerminalError extends AustinError {
  override readonly exitCode = ExitCode.noTerminal;
}

/** Another process of this program failed on our behalf; what it said and its exit code are ours. */
export class SamplerError extends AustinError {
  override readonly exitCode: number;

  constructor(message: string, hint: string, exitCode: number) {
    super(message, hint);
    this.exitCode = exitCode;
  }
}

/** A CPython whose version cannot be told, or is one that we cannot read. */
export class UnknownVersionError extends AustinError {
  override readonly exitCode = ExitCode.unknownVersion;
}
