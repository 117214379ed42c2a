/** The headings under which options are listed. */

import type { OptionTable } from "../../src/cli/options.ts";

/** @returns them in the order of the table. */
export function groupsOf({ options }: OptionTable): string[] {
  return [...new Set(options.map(({ group }) => group))];
}
