/**
 * The program: from the words of a command line to an exit code.
 */

import { ExitCode } from "../errors.ts";
import type { Log } from "../log.ts";
import { sampleCommand } from "./commands/sample.ts";
import { whereCommand } from "./commands/where.ts";
import { convertSettingsOf } from "./convert_settings.ts";
import { helpText, usageText } from "./help.ts";
import { austinTable, type Request } from "./options.ts";
import { modeRemarks } from "./mode_remarks.ts";
import { openLog } from "./open_log.ts";
import { parse } from "./parse.ts";
import { logFailure, logStart } from "./run_log.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { toolNamed } from "./tool_names.ts";
import { shortName } from "./usage_error.ts";
import { VERSION } from "./version.ts";

/**
 * Does what a command line asks of the program of that name.
 * @param programName its name as typed.
 * @returns the exit code. @throws AustinError
 */
export async function runNamed(
  args: readonly string[],
  programName: string,
): Promise<number> {
  const name = toolNamed(shortName(programName));
  if (name === null) return await run(args, programName);
  const { TOOLS } = await import("./tools/mod.ts");
  return await TOOLS[name](args, programName);
}

/**
 * Does what a command line asks of `austin`.
 * @param programName the program's name as typed.
 * @returns the exit code. @throws AustinError
 */
export async function run(
  args: readonly string[],
  programName: string,
): Promise<number> {
  const parsed = parse(austinTable, args, programName);
  if (parsed.request !== null) {
    const text = await textFor(parsed.request, shortName(programName));
    writeWhole(new TextEncoder().encode(text));
    return ExitCode.ok;
  }
  if (parsed.values.links !== undefined) {
    const { linksCommand } = await import("./commands/links.ts");
    return linksCommand(parsed.values.links);
  }
  if (parsed.values.tui) {
    const { tuiCommand } = await import("./commands/tui.ts");
    return tuiCommand(parsed, programName);
  }
  const environment = { AUSTIN_FORMAT: Deno.env.get("AUSTIN_FORMAT") };
  if (parsed.values.web) {
    const { webCommand } = await import("./commands/web.ts");
    return webCommand(parsed, programName);
  }
  if (parsed.values.from !== undefined) {
    const { convertCommand } = await import("./commands/convert.ts");
    return convertCommand(
      convertSettingsOf(parsed, programName, environment),
    );
  }
  const settings = settingsOf(parsed, programName, environment);
  const log = openLog(
    {
      AUSTIN_NO_LOGGING: Deno.env.get("AUSTIN_NO_LOGGING"),
      AUSTIN_LOG: Deno.env.get("AUSTIN_LOG"),
    },
    settings.pipe,
  );
  logStart(log, settings, modeRemarks(parsed.values));
  try {
    return await runCommand(settings, log);
  } catch (error) {
    logFailure(log, error);
    throw error;
  }
}

async function runCommand(settings: Settings, log: Log): Promise<number> {
  return settings.mode === "where"
    ? await whereCommand(settings, log)
    : await sampleCommand(settings, log);
}

async function textFor(
  request: Request["long"],
  name: string,
): Promise<string> {
  switch (request) {
    case "help":
      return helpText(austinTable, name);
    case "usage":
      return usageText(austinTable, name);
    case "version":
      return `${austinTable.program} ${VERSION}\n`;
    case "licenses":
      return (await import("./commands/licenses.ts")).licensesText();
  }
}

/** A pipe takes a long text in several pieces. */
function writeWhole(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += Deno.stdout.writeSync(bytes.subarray(done));
  }
}
