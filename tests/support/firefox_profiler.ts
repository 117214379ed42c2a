/** The Firefox Profiler's own code, which reads a file as its page does, from a command line. */

import { root } from "../../scripts/tree.ts";
import { run } from "./program.ts";

const PROGRAM =
  `${root}/node_modules/@firefox-devtools/profiler-cli/dist/profiler-cli.js`;

/** Asks about one file. */
export interface FirefoxProfiler {
  /** @returns its answer as JSON. @throws {Error} with what it said instead. */
  ask(...words: string[]): Promise<unknown>;
}

/** Opens a file in the profiler, and closes it after the questions. @throws {Error} when it cannot be opened */
export async function withFirefoxProfiler(
  path: string,
  questions: (profiler: FirefoxProfiler) => Promise<void>,
): Promise<void> {
  // It keeps what is open there.
  const home = await Deno.makeTempDir({ prefix: "austin-firefox-" });
  const call = async (...words: string[]) => {
    const command = [Deno.execPath(), "run", "-A", PROGRAM, ...words];
    const { code, stdout, stderr } = await run(command, {
      env: { HOME: home, NO_COLOR: "1" },
    });
    if (code === 0) return stdout;
    throw new Error(`profiler-cli ${words.join(" ")}: ${stdout}${stderr}`);
  };
  try {
    await call("load", path);
    await questions({
      ask: async (...words) => JSON.parse(await call(...words, "--json")),
    });
  } finally {
    await call("stop", "--all").catch(() => {});
    await Deno.remove(home, { recursive: true });
  }
}
