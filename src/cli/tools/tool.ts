/** What the other programs have in common; each is a table of its options and what it does with them. */

import { ExitCode } from "../../errors.ts";
import { helpText, usageText } from "../help.ts";
import type { Option, OptionTable, Request } from "../options.ts";
import { parse, type Parsed } from "../parse.ts";
import { shortName, usageError } from "../usage_error.ts";
import { VERSION } from "../version.ts";

/** Runs a program. @param programName its name as typed. @returns the exit code. @throws AustinError */
export type Tool = (
  args: readonly string[],
  programName: string,
) => Promise<number>;

/** Makes a program of a table and what is done with the options. */
export function tool<O extends Option>(
  table: OptionTable<O>,
  run: (parsed: Parsed<O>, programName: string) => Promise<number>,
): Tool {
  return (args, programName) => {
    const parsed = parse(table, args, programName);
    if (parsed.request === null) return run(parsed, programName);
    const text = textFor(table, parsed.request, shortName(programName));
    Deno.stdout.writeSync(new TextEncoder().encode(text));
    return Promise.resolve(ExitCode.ok);
  };
}

function textFor(
  table: OptionTable,
  request: Request["long"],
  name: string,
): string {
  if (request === "version") return `${table.program} ${VERSION}\n`;
  return request === "help" ? helpText(table, name) : usageText(table, name);
}

/**
 * The words that name files.
 * @param names what they are called, for messages; the last may be missing.
 * @throws UsageError when there are too few or too many.
 */
export function filesOf(
  { operands }: Pick<Parsed, "operands">,
  names: readonly [input: string, output: string],
  programName: string,
): { input: string; output: string | undefined } {
  const [input, output, extra] = operands;
  if (input === undefined) {
    throw usageError(programName, `the ${names[0]} argument is missing`);
  }
  if (extra !== undefined) {
    throw usageError(programName, `unrecognized argument '${extra}'`);
  }
  return { input, output };
}

/** Options that each of them has. */
export const aboutOptions = [
  {
    short: "h",
    long: "help",
    kind: "request",
    group: "About",
    help: "Show this text.",
  },
  {
    short: "V",
    long: "version",
    kind: "request",
    group: "About",
    help: "Show the version.",
  },
] as const satisfies readonly Option[];
