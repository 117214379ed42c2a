/** Completion for zsh. */

import {
  type Option,
  type OptionTable,
  takesArgument,
} from "../../../src/cli/options.ts";
import { type Completed, completed, namesOf, summary } from "./completed.ts";

/** @returns the completion function's file, `_austin`. */
export function zshCompletion({ program, options }: OptionTable): string {
  return `#compdef ${program} austinp

_${program}_processes() {
  local -a processes
  processes=(\${(f)"$(ps -A -o pid=,args= | sed 's/^ *//; s/:/\\\\:/g; s/ /:/')"})
  _describe -V process processes
}

_arguments -s -S -A '-*' \\
${options.map((option) => `  ${argument(option)} \\`).join("\n")}
  '(-)1:command: _command_names -e' \\
  '*::arguments: _normal'
`;
}

function argument(option: Option): string {
  const names = namesOf(option);
  const text = quoted(`[${summary(option)}]${action(option)}`);
  if (names.length === 1) return `'${long(option)}'${text}`;
  const [short] = names;
  const glued = takesArgument(option) ? "+" : "";
  return `'(${names.join(" ")})'{${short}${glued},${long(option)}}${text}`;
}

function long(option: Option): string {
  return `--${option.long}${takesArgument(option) ? "=" : ""}`;
}

function action(option: Option): string {
  if (!takesArgument(option)) return "";
  return `:${option.argument}:${values(completed(option)!)}`;
}

function values(words: Completed): string {
  if (words === "files") return "_files";
  if (words === "processes") return "_austin_processes";
  return `(${words.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
