/** How a packed program starts deno, so that nothing around it has a say. */

import { HIDDEN_PREFIX } from "../../src/process/environment.ts";

/** The script and the user's arguments follow. */
export const denoArguments: readonly string[] = [
  "run",
  "--quiet",
  "--allow-all",
  "--no-prompt",
  "--no-config",
  "--no-lock",
  "--no-check",
  "--no-remote",
  "--no-npm",
  "--cached-only",
  "--no-code-cache",
  "--ext=js",
];

/** Whatever starts with one of these would change what deno does. */
export const hiddenVariables: readonly string[] = [
  "DENO_",
  "DENORT_",
  "DCORE_",
  "NODE_",
  "NPM_",
  "npm_",
  "JSR_",
  "OTEL_",
  "RUST_",
  "UNSTABLE_",
  "_CLAP_",
  "COMPLETE=",
  "SSLKEYLOGFILE=",
  HIDDEN_PREFIX,
];
