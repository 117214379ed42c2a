/**
 * The program: from the words of a command line to an exit code.
 */

import { ExitCode } from "../errors.ts";
import { sampleCommand } from "./commands/sample.ts";
import { helpText, usageText } from "./help.ts";
import { austinTable } from "./options.ts";
import { parse } from "./parse.ts";
import { settingsOf } from "./settings.ts";
import { shortName } from "./usage_error.ts";
import { VERSION } from "./version.ts";

/**
 * Does what a command line asks for.
 * @param programName the program's name as typed.
 * @returns the exit code. @throws AustinError
 */
export async function run(
  args: readonly string[],
  programName: string,
): Promise<number> {
  const parsed = parse(austinTable, args, programName);
  if (parsed.request !== null) {
    Deno.stdout.writeSync(textFor(parsed.request, shortName(programName)));
    return ExitCode.ok;
  }
  const settings = settingsOf(parsed, programName, {
    AUSTIN_FORMAT: Deno.env.get("AUSTIN_FORMAT"),
  });
  return await sampleCommand(settings);
}

function textFor(
  request: "help" | "usage" | "version",
  name: string,
): Uint8Array {
  const text = {
    help: () => helpText(austinTable, name),
    usage: () => usageText(austinTable, name),
    version: () => `${austinTable.program} ${VERSION}\n`,
  };
  return new TextEncoder().encode(text[request]());
}
