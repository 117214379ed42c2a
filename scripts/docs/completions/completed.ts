/** What shells can offer for the argument of an option, by its kind. */

import { FORMAT_NAMES } from "../../../src/cli/formats.ts";
import { SELECTION_KEYS } from "../../../src/formats/selection.ts";
import type { ArgumentKind } from "../../../src/cli/kinds.ts";
import {
  type Option,
  type OptionTable,
  takesArgument,
} from "../../../src/cli/options.ts";

/** What the words may be: a list of them, or something that the shell knows. */
export type Completed = readonly string[] | "processes" | "files";

const INTERVALS = ["100us", "1ms", "10ms", "100ms"];

/** For every kind; a new one has to say it. */
const BY_KIND: Readonly<Record<ArgumentKind, Completed>> = {
  interval: INTERVALS,
  timeout: ["100ms", "1s", "10s"],
  exposure: ["1", "10", "30", "60"],
  pid: "processes",
  megabytes: ["0", "16", "64", "256"],
  count: ["10", "20", "50"],
  port: ["0", "8080"],
  host: ["127.0.0.1", "0.0.0.0", "localhost"],
  format: FORMAT_NAMES,
  selection: SELECTION_KEYS.map((key) => `${key}=`),
  file: "files",
};

/** @returns what an option's argument may be; null where it has none. */
export function completed(option: Option): Completed | null {
  return takesArgument(option) ? BY_KIND[option.kind] : null;
}

/** @returns the ways to write an option. */
export function namesOf({ short, long }: Option): string[] {
  return [...short === undefined ? [] : [`-${short}`], `--${long}`];
}

/** @returns the options that have an argument, with what it may be. */
export function optionsWithArgument(
  { options }: OptionTable,
): { names: string[]; words: Completed }[] {
  return options.flatMap((option) => {
    const words = completed(option);
    return words === null ? [] : [{ names: namesOf(option), words }];
  });
}

/** @returns the first sentence of an option's help, without its stop. */
export function summary({ help }: Option): string {
  return help.split(". ")[0]!.replace(/\.$/, "");
}
