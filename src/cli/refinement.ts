/** What becomes of samples on their way to the output, live or from a file. */

import type { Selection } from "../formats/selection.ts";
import {
  DIFFERING_FORMATS,
  type Format,
  formatRow,
  listed,
} from "./formats.ts";
import type { AustinOption, Values } from "./options.ts";
import { usageError } from "./usage_error.ts";

/** Which samples are written, and how. */
export interface Refinement {
  /** Which samples; all of them when it is empty. */
  readonly selections: readonly Selection[];
  /** Whether each stack is written once. */
  readonly aggregate: boolean;
  /** Whether samples are counted, whatever they stand for. */
  readonly counts: boolean;
  /** The file to compare with. */
  readonly diff: string | undefined;
  /** Whether only that counts which is more than there. */
  readonly isGrowth: boolean;
  /** How many rows a table has at most. */
  readonly top: number;
  /** Spaces by which JSON is indented; 0 writes it as it is shortest. */
  readonly indent: number;
}

/** @throws UsageError when the format cannot show what is asked for. */
export function refinementOf(
  { select, aggregate, diff, top }: Pick<
    Values<AustinOption>,
    "select" | "aggregate" | "diff" | "top"
  >,
  format: Format,
  programName: string,
): Refinement {
  if (diff !== undefined && !formatRow(format).differs) {
    throw usageError(
      programName,
      `the --diff option goes with these formats: ${listed(DIFFERING_FORMATS)}`,
    );
  }
  return {
    selections: select,
    aggregate,
    counts: false,
    diff,
    isGrowth: false,
    top,
    indent: 0,
  };
}
