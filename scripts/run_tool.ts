/**
 * Running other programs, and this tree's scripts, with failures that say what to do next.
 */

import { AustinError } from "../src/errors.ts";

/** What a program printed and how it ended. */
export interface ToolResult {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a tool, and what to say when it is missing. */
export interface ToolOptions extends Omit<Deno.CommandOptions, "args"> {
  /** The hint when there is no such program. */
  readonly whenMissing?: string;
}

/**
 * Runs a program to its end.
 *
 * @param command the program and its arguments.
 * @throws AustinError when there is no such program.
 */
export async function runTool(
  command: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  const [program = "", ...args] = command;
  const { whenMissing = "", ...rest } = options;
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      stdin: "null",
      ...rest,
      args,
    }).output();
    const text = new TextDecoder();
    return {
      success,
      stdout: rest.stdout === "inherit" ? "" : text.decode(stdout),
      stderr: rest.stderr === "inherit" ? "" : text.decode(stderr),
    };
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new AustinError(`Cannot run \`${program}\`: not found`, whenMissing, {
      cause,
    });
  }
}

/** Runs a script's main function; an expected failure becomes two lines and exit code 1. */
export async function runScript(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof AustinError)) throw error;
    say(`error: ${error.message}`);
    if (error.hint !== "") say(`hint: ${error.hint}`);
    Deno.exit(1);
  }
}

/** Prints a line for the user, beside the standard output. */
export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
