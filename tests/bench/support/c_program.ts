/** Small C programs that samplers are measured against, built by the machine's `cc` into `.cache/bench/`. */

import { resolve } from "node:path";
import { run } from "../../../scripts/pythons/run.ts";

/** Where benches keep what they build and what samplers write that is no measurement. */
export const BENCH_CACHE: string = resolve(
  `${import.meta.dirname}/../../../.cache/bench`,
);

/** @param name of a file in `tests/bench/programs/`, without `.c`. @returns path of the program. */
export async function buildProgram(
  name: string,
  options: readonly string[] = [],
): Promise<string> {
  await Deno.mkdir(BENCH_CACHE, { recursive: true });
  const source = resolve(`${import.meta.dirname}/../programs/${name}.c`);
  const program = `${BENCH_CACHE}/${name}`;
  await run([
    "cc",
    "-O2",
    "-Wall",
    "-Wextra",
    source,
    "-o",
    program,
    ...options,
  ]);
  return program;
}
