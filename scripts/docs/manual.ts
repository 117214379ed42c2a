/**
 * The manual page, in the roff of `man(7)`.
 *
 * Options come from the option table, environment and exit codes from the
 * README; nothing is written twice.
 */

import { fullHelp } from "../../src/cli/help.ts";
import {
  type Option,
  type OptionTable,
  takesArgument,
} from "../../src/cli/options.ts";
import { groupsOf } from "./groups.ts";
import { tableUnder } from "./markdown.ts";

/** Where the rest of the page is taken from. */
export interface ManualSources {
  readonly readme: string;
  readonly version: string;
}

const EXAMPLES: readonly (readonly [command: string, does: string])[] = [
  [
    "austin -x 30 -p PID > samples.austin",
    "Sample a running process for half a minute.",
  ],
  [
    "austin -o samples.mojo python3 app.py",
    "Sample a program from its start, in the binary format.",
  ],
  ["austin -w PID", "Show where each thread of a process is right now."],
  [
    "austin -C -s -i 1ms -x 60 -p PID -o cpu.austin",
    "Sample what a server and its workers spend CPU time on.",
  ],
];

/** @returns the page in section 1. */
export function manualPage(table: OptionTable, sources: ManualSources): string {
  const { program, synopsis, description } = table;
  const { readme, version } = sources;
  return [
    `.TH ${program.toUpperCase()} 1 "" "${program} ${version}" "User Commands"`,
    ".SH NAME",
    `${program} \\- frame stack sampler for CPython`,
    ".SH SYNOPSIS",
    `.B ${program}`,
    `[\\fIOPTION\\fR...] ${roff(synopsis)}`,
    ".SH DESCRIPTION",
    roff(description),
    ...table.epilogue.slice(0, -1).flatMap((text) => [".PP", roff(text)]),
    ".SH OPTIONS",
    ...groupsOf(table).flatMap((group) => section(table, group)),
    ".SH ENVIRONMENT",
    ...tableUnder(readme, "Environment").flatMap(term),
    ".SH EXIT STATUS",
    ...tableUnder(readme, "Exit codes").flatMap(term),
    ".SH EXAMPLES",
    ...EXAMPLES.flatMap(example),
    ".SH SEE ALSO",
    ".BR ps (1),",
    ".BR gdb (1),",
    ".BR ptrace (2),",
    ".BR capabilities (7)",
  ].join("\n") + "\n";
}

function section(table: OptionTable, group: string): string[] {
  const options = table.options.filter((option) => option.group === group);
  return [`.SS ${roff(group)}`, ...options.flatMap(entry)];
}

function entry(option: Option): string[] {
  const argument = takesArgument(option)
    ? `=\\fI${roff(option.argument)}\\fR`
    : "";
  const names = [
    ...option.short === undefined ? [] : [`\\fB\\-${roff(option.short)}\\fR`],
    `\\fB\\-\\-${roff(option.long)}\\fR${argument}`,
  ];
  return [".TP", names.join(", "), roff(fullHelp(option))];
}

function term([name = "", meaning = ""]: readonly string[]): string[] {
  return [".TP", `\\fB${roff(plain(name))}\\fR`, roff(plain(meaning))];
}

function example([command, does]: readonly [string, string]): string[] {
  return [".PP", roff(does), ".PP", ".nf", `.RS`, roff(command), ".RE", ".fi"];
}

/** @returns Markdown without its marks. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}

/** @returns text that roff prints as it is. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replace(/^(['.])/gm, "\\&$1");
}
