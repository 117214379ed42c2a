/** Runs `austin`: the only catch-all, and the only exit. */

import { tellFailure } from "./src/cli/failure.ts";
import { programName } from "./src/cli/program_name.ts";
import { runNamed } from "./src/cli/run.ts";

runNamed(Deno.args, programName()).catch(tellFailure).then(Deno.exit);
