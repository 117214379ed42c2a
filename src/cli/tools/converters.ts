/**
 * austin-python's converters: from one file to another. Each takes text and
 * MOJO, of every mode; without an output it writes to standard output.
 */

import { convertCommand } from "../commands/convert.ts";
import type { ConvertSettings } from "../convert_settings.ts";
import type { Option, OptionTable } from "../options.ts";
import { usageError } from "../usage_error.ts";
import { aboutOptions, filesOf, type Tool, tool } from "./tool.ts";

/** What a conversion is where nothing else is said. */
const PLAIN = {
  pipe: false,
  resolve: false,
  selections: [],
  aggregate: false,
  counts: false,
  diff: undefined,
  isGrowth: false,
  top: 20,
  indent: 0,
} as const satisfies Partial<ConvertSettings>;

const FILES = ["input", "output"] as const;

/** What MOJO begins with. */
const MOJO_MAGIC = "MOJ";

function converterTable<O extends Option>(
  program: string,
  description: string,
  options: readonly O[],
): OptionTable<O | typeof aboutOptions[number]> {
  return {
    program,
    synopsis: "input [output]",
    description,
    options: [...options, ...aboutOptions],
    reserved: [],
    permutes: true,
    epilogue: [
      "The input may be text or MOJO of any version; - is standard input.",
    ],
  };
}

/** MOJO to text. */
export const mojo2austin: Tool = tool(
  converterTable(
    "mojo2austin",
    "Converts a profile of Austin from its binary format, MOJO, to text.",
    [],
  ),
  (parsed, programName) => {
    const { input, output } = filesOf(parsed, FILES, programName);
    return convertCommand({ ...PLAIN, from: input, output, format: "text" });
  },
);

/** A profile for Speedscope. */
export const austin2speedscope: Tool = tool(
  converterTable(
    "austin2speedscope",
    "Converts a profile of Austin for https://speedscope.app: a profile for each thread and metric.",
    [{
      long: "indent",
      kind: "count",
      argument: "INDENT",
      group: "Options",
      help: "Write the JSON for people, indented by so many spaces.",
    }] as const,
  ),
  (parsed, programName) => {
    const { input, output } = filesOf(parsed, FILES, programName);
    const { indent = 0 } = parsed.values;
    const format = "speedscope";
    return convertCommand({ ...PLAIN, from: input, output, format, indent });
  },
);

/** A profile for pprof. */
export const austin2pprof: Tool = tool(
  converterTable(
    "austin2pprof",
    "Converts a profile of Austin for pprof, https://github.com/google/pprof.",
    [],
  ),
  (parsed, programName) => {
    const { input, output } = filesOf(parsed, FILES, programName);
    return convertCommand({ ...PLAIN, from: input, output, format: "pprof" });
  },
);

/** Source lines for machine code. */
export const austinpResolve: Tool = tool(
  converterTable(
    "austinp-resolve",
    "Gives the machine code in a profile of austinp its source lines, as addr2line knows them.",
    [],
  ),
  (parsed, programName) => {
    const { input, output } = filesOf(parsed, FILES, programName);
    const format = formatOfInput(input);
    return convertCommand({
      ...PLAIN,
      from: input,
      output,
      format,
      resolve: true,
    });
  },
);

/** The form of the input is that of the output; what cannot be read is told later. */
function formatOfInput(path: string): "text" | "mojo" {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(MOJO_MAGIC.length);
    file.readSync(bytes);
    return new TextDecoder().decode(bytes) === MOJO_MAGIC ? "mojo" : "text";
  } catch {
    return "text";
  }
}

/** Each stack once. */
export const austinCompress: Tool = tool(
  converterTable(
    "austin-compress",
    "Makes a profile of Austin smaller: each stack is in it once, with all that it took.",
    [{
      short: "c",
      long: "counts",
      kind: "flag",
      group: "Options",
      help: "Count samples, whatever they stand for.",
    }] as const,
  ),
  (parsed, programName) => {
    const { input, output } = filesOf(parsed, FILES, programName);
    const { counts } = parsed.values;
    return convertCommand({
      ...PLAIN,
      from: input,
      output,
      format: "text",
      aggregate: true,
      counts,
    });
  },
);

const DIFF_FILES = ["a", "b"] as const;

/** What one profile has more than another. */
export const austinDiff: Tool = tool(
  {
    program: "austin-diff",
    synopsis: "a b",
    description:
      "Tells what profile a has more than profile b: stacks, and by how much.",
    options: [
      {
        short: "o",
        long: "output",
        kind: "file",
        argument: "OUTPUT",
        group: "Options",
        help: "Write to the file OUTPUT, not to standard output.",
      },
      ...aboutOptions,
    ] as const,
    reserved: [],
    permutes: true,
    epilogue: [
      "austin --from a --diff b tells what it has less, too.",
    ],
  },
  (parsed, programName) => {
    const { input, output: base } = filesOf(parsed, DIFF_FILES, programName);
    if (base === undefined) {
      throw usageError(programName, "the b argument is missing");
    }
    return convertCommand({
      ...PLAIN,
      from: input,
      output: parsed.values.output,
      format: "text",
      diff: base,
      isGrowth: true,
    });
  },
);
