/** The C program that only sleeps, as if it were a sampler: what a sampler that sleeps can do at best on this machine. */

import { VERSIONS } from "../../../scripts/pythons.ts";
import type { Sampler } from "./sampler.ts";

/** @param program built from `programs/sleeper.c`. */
export function sleeper(program: string): Sampler {
  return {
    name: "C that only sleeps",
    versions: VERSIONS,
    command: ({ intervalUs, seconds, output }) => [
      program,
      String(intervalUs),
      String(seconds),
      output,
    ],
    ends: "itself",
    claim: () => null,
    count: async ([file = ""]) => {
      const bytes = await Deno.readFile(file);
      const timesUs = Array.from(new Float64Array(bytes.buffer));
      return { stacks: timesUs.length, invalid: 0, timesUs };
    },
    writesAtOnce: false,
  };
}
