/**
 * Starts the command that is to be sampled.
 *
 * It gets the user's own environment, standard input and error; its standard
 * output is shared with ours only where that does not carry the samples.
 */

import { LaunchError } from "../errors.ts";
import { targetEnvironment } from "./environment.ts";

/** A command that we started. */
export interface Child {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
  /** Sends it a signal, unless it has ended. */
  kill(signal: Deno.Signal): void;
}

/** @param stdout what becomes of its standard output. @throws LaunchError */
export function spawn(
  command: string,
  args: readonly string[],
  stdout: "inherit" | "null",
): Child {
  try {
    const child = new Deno.Command(command, {
      args: [...args],
      env: targetEnvironment(),
      stdin: "inherit",
      stdout,
      stderr: "inherit",
    }).spawn();
    return { pid: child.pid, ended: child.status, kill: killer(child) };
  } catch (cause) {
    throw launchError(command, cause);
  }
}

function killer(child: Deno.ChildProcess): (signal: Deno.Signal) => void {
  return (signal) => {
    try {
      child.kill(signal);
    } catch (error) {
      // It has ended meanwhile, which is what was wanted.
      if (
        !(error instanceof TypeError || error instanceof Deno.errors.NotFound)
      ) {
        throw error;
      }
    }
  };
}

function launchError(command: string, cause: unknown): LaunchError {
  const reason = cause instanceof Deno.errors.NotFound
    ? "there is no such program"
    : cause instanceof Deno.errors.PermissionDenied
    ? "it may not be executed"
    : cause instanceof Error
    ? cause.message
    : String(cause);
  return new LaunchError(
    `Cannot launch the given command: '${command}': ${reason}`,
    "check its name, the PATH and its permissions; to sample a process that runs already, use `-p/--pid`",
    { cause },
  );
}
