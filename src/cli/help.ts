/**
 * The texts of `--help` and `--usage`, laid out as GNU argp does.
 *
 * All words come from the option table; this is only where they stand.
 */

import { argumentKinds } from "./kinds.ts";
import {
  type Argument,
  type Option,
  type OptionTable,
  takesArgument,
} from "./options.ts";

/** Columns of text: argp's right margin is the 79th. */
const WIDTH = 78;
/** Column at which the help of an option begins. */
const HELP_COLUMN = 29;
/** Indentation of continued lines of the usage. */
const USAGE_INDENT = 12;

/** @param name the program's name without its folder. @returns the text of `--help`, with a newline at its end. */
export function helpText(
  table: OptionTable,
  name: string = table.program,
): string {
  const head = [
    ...wrap(`Usage: ${name} [OPTION...] ${table.synopsis}`, USAGE_INDENT),
    ...wrap(table.description),
  ].join("\n");
  const groups = new Set(table.options.map(({ group }) => group));
  const sections = [...groups].map((group) => groupHelp(table, group));
  const epilogue = table.epilogue.map((text) => wrap(text).join("\n"));
  return [head, ...sections, ...epilogue].join("\n\n") + "\n";
}

function groupHelp(table: OptionTable, group: string): string {
  const options = table.options.filter((option) => option.group === group);
  return [` ${group}:`, ...options.flatMap(optionHelp)].join("\n");
}

function optionHelp(option: Option): string[] {
  const short = option.short === undefined ? "   " : `-${option.short},`;
  const names = `  ${short} --${option.long}${gluedArgument(option)}`;
  const indent = " ".repeat(HELP_COLUMN);
  const [first = "", ...rest] = wrap(indent + fullHelp(option), HELP_COLUMN);
  if (names.length >= HELP_COLUMN) return [names, first, ...rest];
  return [names.padEnd(HELP_COLUMN) + first.slice(HELP_COLUMN), ...rest];
}

/** @returns what an option does, with its default. */
export function fullHelp(option: Option): string {
  if (!takesArgument(option) || option.default === undefined) {
    return option.help;
  }
  return `${option.help} Default: ${shownDefault(option)}.`;
}

function shownDefault(option: Argument): string {
  // The type of `Argument` pairs each kind with its defaults; here the compiler cannot see it.
  const show = argumentKinds[option.kind].show as (value: unknown) => string;
  return show(option.default);
}

/** @param name the program's name without its folder. @returns the text of `--usage`, with a newline at its end. */
export function usageText(
  table: OptionTable,
  name: string = table.program,
): string {
  const options = table.options.toSorted(byLetter);
  const flags = options.filter((option) => !takesArgument(option));
  const parts = [
    `[-${flags.map(({ short = "" }) => short).join("")}]`,
    ...options.filter(takesArgument).flatMap(shortUsage),
    ...options.map((option) => `[--${option.long}${gluedArgument(option)}]`),
    table.synopsis,
  ];
  return wrapParts([`Usage: ${name}`, ...parts], USAGE_INDENT).join("\n") +
    "\n";
}

/** By letter, small before capital; requests come last, as they are in the table. */
function byLetter(one: Option, other: Option): number {
  if (one.kind === "request" || other.kind === "request") {
    return Number(one.kind === "request") - Number(other.kind === "request");
  }
  const [a, b] = [one.short ?? one.long, other.short ?? other.long];
  return compare(a.toLowerCase(), b.toLowerCase()) || compare(b, a);
}

function compare(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

function shortUsage({ short, argument }: Argument): string[] {
  return short === undefined ? [] : [`[-${short} ${argument}]`];
}

function gluedArgument(option: Option): string {
  return takesArgument(option) ? `=${option.argument}` : "";
}

/** Breaks a paragraph between words. @param indent spaces before every line but the first. */
function wrap(text: string, indent = 0): string[] {
  const [margin = ""] = /^ */.exec(text) ?? [];
  const words = text.slice(margin.length).split(" ");
  return wrapParts([margin + words[0], ...words.slice(1)], indent);
}

/** Joins parts, which stay whole, to lines. @param indent spaces before every line but the first. */
function wrapParts(parts: readonly string[], indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    if (line === "") line = part;
    else if (line.length + 1 + part.length <= WIDTH) line += ` ${part}`;
    else {
      lines.push(line);
      line = " ".repeat(indent) + part;
    }
  }
  return [...lines, line];
}
