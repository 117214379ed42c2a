/** Completion for fish. */

import type { Option, OptionTable } from "../../../src/cli/options.ts";
import { completed, summary } from "./completed.ts";

/** @returns the completion script. */
export function fishCompletion({ program, options }: OptionTable): string {
  const lines = options.map((option) => line(program, option));
  return `# fish completion for ${program}

complete -c ${program} -e
${lines.join("\n")}
complete -c ${program} -x -a '(__fish_complete_subcommand)'
complete -c austinp -w ${program}
`;
}

function line(program: string, option: Option): string {
  const { short, long } = option;
  return [
    `complete -c ${program}`,
    ...short === undefined ? [] : [`-s ${quoted(short)}`],
    `-l ${long}`,
    ...argument(option),
    `-d ${quoted(summary(option))}`,
  ].join(" ");
}

function argument(option: Option): string[] {
  const words = completed(option);
  if (words === null) return [];
  if (words === "files") return ["-r -F"];
  if (words === "processes") return ["-x -a '(__fish_complete_pids)'"];
  return [`-x -a ${quoted(words.join(" "))}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
