/** Austin 3.7.0 itself, for comparison. */

import type { Need } from "./needs.ts";
import { pipInstall } from "./python_packages.ts";

const REQUIREMENT = "austin-dist==3.7.0";

/** Path of its executable; empty when it cannot be had. */
export const realAustinProgram: string = await pipInstall([REQUIREMENT])
  .then(({ folder }) => `${folder}/bin/austin`, () => "");

/** That it can be had here. */
export const realAustin: Need = {
  what: "Austin 3.7.0",
  met: realAustinProgram !== "",
};
