/** The built program that end-to-end tests drive, and how they run it. */

import { root } from "../../scripts/tree.ts";

/** Path of the file under test: `$AUSTIN_PROGRAM`, or the packed one. */
export const program: string = Deno.env.get("AUSTIN_PROGRAM") ??
  `${root}/dist/austin`;

/** How a program ended and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that hangs is killed after this, which its exit code then shows. */
const LIMIT_MS = 30_000;

/** Runs a command to its end. Without `options.stdin` it has nothing to read. */
export async function run(
  command: readonly string[],
  options: Omit<Deno.CommandOptions, "args" | "signal"> = {},
): Promise<Outcome> {
  const [file = "", ...args] = command;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), LIMIT_MS);
  try {
    const { code, stdout, stderr } = await new Deno.Command(file, {
      stdin: "null",
      ...options,
      args,
      signal: limit.signal,
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } finally {
    clearTimeout(timer);
  }
}
