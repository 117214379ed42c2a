/** The sampler of a view: this program once more, with what the user said about sampling. */

import type {} from "../../ffi/library.ts";
import { targetEnvironment } from "../process/environment.ts";
import {
  SamplerProcess,
  type SamplerProgram,
} from "../views/sampler_process.ts";
import type { Parsed } from "./parse.ts";

/** Options that are the view's own business. */
const VIEW_OPTIONS: readonly string[] = [
  "tui",
  "web",
  "host",
  "port",
  "open",
  "output",
  "format",
  "binary",
  "pipe",
  "aggregate",
  "diff",
  "top",
];

/**
 * Starts another process of this program that samples what the command line
 * says.
 * @param terminal whether it, and its command, share our standard input and error.
 */
export function startSampler(
  { given, operands }: Pick<Parsed, "given" | "operands">,
  terminal: "shared" | "none" = "none",
): SamplerProcess {
  const options = given.filter(({ long }) => !VIEW_OPTIONS.includes(long));
  const words = options.map(({ word }) => word);
  return new SamplerProcess(ownProgram(), words, operands, terminal);
}

/** @returns how to start this program again, whichever way it was started. */
function ownProgram(): SamplerProgram {
  const isOneFile = globalThis.__austin !== undefined || Deno.build.standalone;
  const main = `${import.meta.dirname}/../../main.ts`;
  return {
    path: globalThis.__austin?.program ?? Deno.execPath(),
    args: isOneFile ? [] : ["run", "-A", main],
    env: targetEnvironment(),
  };
}
