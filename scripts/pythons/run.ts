/**
 * Runs a program to its end for the scripts that fetch interpreters: its output on success, an error with its last words
 * otherwise.
 */

/** What {@linkcode run} may be told besides the command. */
export interface RunOptions {
  /** Variables added to our own environment. */
  readonly env?: Record<string, string>;
}

/**
 * Runs `command` with nothing on its standard input.
 *
 * @returns its standard output, decoded.
 * @throws {Error} when it cannot be started or ends with a failure; the message holds the end of what it said.
 */
export async function run(
  command: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const [program = "", ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    ...options,
    args,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) {
    const lastWords = `${text(stdout)}\n${text(stderr)}`.trim().slice(-2000);
    throw new Error(`Cannot run "${command.join(" ")}": ${lastWords}`);
  }
  return text(stdout);
}
