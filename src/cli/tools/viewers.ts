/**
 * Austin TUI and Austin Web: `austin --tui` and `austin --web` by the options
 * that these programs have. What is an option of `austin` stays as it is.
 */

import {
  type AustinOption,
  austinOptions,
  type Option,
  type OptionTable,
} from "../options.ts";
import type { Parsed } from "../parse.ts";
import { run } from "../run.ts";
import { usageError } from "../usage_error.ts";
import { aboutOptions, type Tool, tool } from "./tool.ts";

/** Options of `austin` that mean the same there. */
const SAMPLING: readonly AustinOption["long"][] = [
  "children",
  "exposure",
  "full",
  "interval",
  "memory",
  "pid",
  "cpu",
  "timeout",
];

function viewerTable<O extends Option>(
  program: string,
  description: string,
  options: readonly O[],
): OptionTable<O> {
  const letters: readonly unknown[] = options.map(({ short }) => short);
  const sampling = austinOptions
    .filter(({ long }) => SAMPLING.includes(long))
    .map((option: Option) =>
      letters.includes(option.short) ? withoutLetter(option) : option
    );
  const all: readonly Option[] = [...options, ...sampling, ...aboutOptions];
  return {
    program,
    synopsis: "[command [ARG...]]",
    description,
    // Of the others no value is read: they are handed on as they were given.
    options: all as readonly O[],
    reserved: [],
    epilogue: [
      "Options end at the first word that is none; from there on all words are the command's own.",
    ],
  };
}

/** Another option has it here. */
function withoutLetter({ short: _, ...option }: Option): Option {
  return option as Option;
}

/** @returns the options that `austin` has too, spelt out, and the command. */
function sharedWords({ given, operands }: Parsed<Option>): string[] {
  const shared = given.filter(({ long }) =>
    (SAMPLING as readonly string[]).includes(long)
  );
  const command = operands.length === 0 ? [] : ["--", ...operands];
  return [...shared.map(({ word }) => word), ...command];
}

/** A top for Python. */
export const austinTui: Tool = tool(
  viewerTable(
    "austin-tui",
    "Shows live in the terminal where the time, or the memory, of a Python program goes.",
    [{
      short: "o",
      long: "open",
      kind: "file",
      argument: "OPEN",
      group: "Options",
      help: "Show the profile in the file OPEN, text or MOJO.",
    }],
  ),
  (parsed, programName) => {
    const { open } = parsed.values;
    const from = open === undefined ? [] : [`--from=${open}`];
    return run(["--tui", ...from, ...sharedWords(parsed)], programName);
  },
);

/** A live flame graph in a browser. */
export const austinWeb: Tool = tool(
  viewerTable(
    "austin-web",
    "Shows live in a browser where the time, or the memory, of a Python program goes.",
    [
      {
        short: "S",
        long: "serve",
        kind: "flag",
        group: "Options",
        help:
          "Serve a page that changes as samples come. This is what it does without --compile.",
      },
      {
        short: "H",
        long: "host",
        kind: "host",
        argument: "HOST",
        group: "Options",
        help: "Serve on this address, not on this machine's own.",
      },
      {
        short: "P",
        long: "port",
        kind: "port",
        argument: "PORT",
        group: "Options",
        help: "Serve on this port, not on any that is free.",
      },
      {
        short: "c",
        long: "compile",
        kind: "file",
        argument: "OUTPUT",
        group: "Options",
        help: "Serve nothing: write a flame graph to the HTML file OUTPUT.",
      },
    ],
  ),
  (parsed, programName) => {
    const { serve, host, port, compile } = parsed.values;
    const shared = sharedWords(parsed);
    if (compile === undefined) {
      const place = [
        ...host === undefined ? [] : [`--host=${host}`],
        ...port === undefined ? [] : [`--port=${port}`],
      ];
      return run(["--web", ...place, ...shared], programName);
    }
    if (serve) {
      throw usageError(programName, "either --serve or --compile, not both");
    }
    const output = ["--format=flamegraph", `--output=${compile}`];
    return run([...output, ...shared], programName);
  },
);
