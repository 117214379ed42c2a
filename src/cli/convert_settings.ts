/** What `austin --from FILE` is to do, from its command line and environment. */

import type { Format } from "./formats.ts";
import type { AustinOption } from "./options.ts";
import type { Parsed } from "./parse.ts";
import { type Refinement, refinementOf } from "./refinement.ts";
import { type Environment, formatOf } from "./settings.ts";
import { usageError } from "./usage_error.ts";

/** A profile that is written in another form. */
export interface ConvertSettings extends Refinement {
  /** The file to read; `-` for standard input. */
  readonly from: string;
  /** The file to write; undefined for standard output. */
  readonly output: string | undefined;
  readonly format: Format;
  /** Whether machine code is given its source lines. */
  readonly resolve: boolean;
  /** Whether a program reads along: nothing is said, nothing is kept back. */
  readonly pipe: boolean;
}

/**
 * Settles how a profile is converted.
 * @param programName the program's name as typed, for messages.
 * @throws UsageError
 */
export function convertSettingsOf(
  parsed: Parsed<AustinOption>,
  programName: string,
  environment: Environment,
): ConvertSettings {
  const { values, operands } = parsed;
  const { from = "", output, pipe, pid, resolve } = values;
  if (pid !== undefined || operands.length > 0) {
    throw usageError(
      programName,
      "the --from option is incompatible with a process or a command",
    );
  }
  const format = formatOf(values, environment, programName);
  return {
    from,
    output,
    format,
    pipe,
    resolve,
    ...refinementOf(values, format, programName),
  };
}
