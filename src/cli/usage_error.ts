/** The two lines that are said when a command line cannot be understood. */

import { UsageError } from "../errors.ts";

/**
 * A complaint of the program itself, which goes by the last part of its name.
 * @param programName the program's name as typed.
 */
export function usageError(programName: string, complaint: string): UsageError {
  return new UsageError(
    `${shortName(programName)}: ${complaint}`,
    usageHint(programName),
  );
}

/** A complaint in the manner of GNU getopt, which gives the program's name as typed. */
export function getoptError(
  programName: string,
  complaint: string,
): UsageError {
  return new UsageError(`${programName}: ${complaint}`, usageHint(programName));
}

/** @returns the name without its folder. */
export function shortName(programName: string): string {
  return programName.slice(programName.search(/[^/\\]*$/));
}

function usageHint(programName: string): string {
  const name = shortName(programName);
  return `Try \`${name} --help' or \`${name} --usage' for more information.`;
}
