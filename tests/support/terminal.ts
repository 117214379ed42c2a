/** Runs programs on a terminal of their own. */

import { startProgram } from "./austin.ts";
import { type Need, tool } from "./needs.ts";

/** What a machine needs for it: util-linux. */
export const terminalNeed: Need = tool("script");

/** How a program is run on a terminal. */
export interface TerminalOptions {
  readonly env?: Record<string, string>;
  /** Columns of the terminal; default 100. */
  readonly columns?: number;
  /** Where its standard output goes instead. */
  readonly stdout?: string;
}

/** Runs a program to its end. @returns what it wrote to the terminal, line feeds as the program gave them. */
export async function onTerminal(
  command: readonly string[],
  options: TerminalOptions = {},
): Promise<{ code: number; text: string }> {
  const { columns = 100, stdout, env = {} } = options;
  const words = command.map(quote).join(" ");
  const to = stdout === undefined ? "" : ` > ${quote(stdout)}`;
  const line = `stty cols ${columns} rows 24; exec ${words}${to}`;
  await using run = startProgram(
    ["script", "-q", "-e", "-c", line, "/dev/null"],
    { env: { TERM: "xterm", NO_COLOR: "", SHELL: "/bin/sh", ...env } },
  );
  const { code, stdout: text } = await run.ended;
  return { code, text: text.replaceAll("\r\n", "\n") };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
