/** What every bench may be told: `--quick`, `--rounds N`, `--seconds N`, and the CPythons that it is to use. */

import { parseArgs } from "node:util";
import { type Version, VERSIONS } from "../../../scripts/pythons.ts";

/** How long a bench measures. */
export interface BenchOptions {
  /** Only to see that it works: few and short rounds, and the first of each choice. */
  readonly quick: boolean;
  /** Times that each measurement is made. */
  readonly rounds: number;
  /** How long one takes. */
  readonly seconds: number;
  /** CPythons that were named; empty when none was. */
  readonly versions: readonly Version[];
}

/** @param defaults for a run that is not quick. @throws {Error} when a word is no version. */
export function benchOptions(
  defaults: { readonly rounds: number; readonly seconds: number },
): BenchOptions {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      seconds: { type: "string" },
    },
  });
  const unknown = positionals.find((word) => !VERSIONS.includes(word as never));
  if (unknown !== undefined) throw new Error(`No CPython: "${unknown}"`);
  const { quick } = values;
  return {
    quick,
    rounds: Number(values.rounds ?? (quick ? 1 : defaults.rounds)),
    seconds: Number(values.seconds ?? (quick ? 1 : defaults.seconds)),
    versions: positionals as Version[],
  };
}
