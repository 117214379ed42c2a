/** The version of this program: that of `deno.json`. */

import configuration from "../../deno.json" with { type: "json" };

export const VERSION: string = configuration.version;
