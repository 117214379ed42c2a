/** The program under test among the samplers. */

import { VERSIONS } from "../../../scripts/pythons.ts";
import { program } from "../../support/program.ts";
import { countAustinText, countMojo } from "./count_stacks.ts";
import { austinArgs, austinClaim, countFiles } from "./peers.ts";
import type { Sampler } from "./sampler.ts";

/** `dist/austin`, or `$AUSTIN_PROGRAM`, writing text. */
export const oursText: Sampler = {
  name: "ours text",
  versions: VERSIONS,
  command: (job) => [program, ...austinArgs(job)],
  ends: "itself",
  claim: austinClaim,
  count: countFiles(countAustinText),
  writesAtOnce: true,
};

/** The same, writing MOJO. */
export const oursMojo: Sampler = {
  ...oursText,
  name: "ours MOJO",
  command: (job) => [program, ...austinArgs(job), "-b"],
  count: countFiles(countMojo),
};

/** Both. */
export const ours: readonly Sampler[] = [oursText, oursMojo];
