/** The Firefox Profiler's own code, which reads a file as its page does, from a command line. */

import { root } from "../../scripts/tree.ts";
import { startProgram } from "./austin.ts";
import { run } from "./program.ts";

const PROGRAM =
  `${root}/node_modules/@firefox-devtools/profiler-cli/dist/profiler-cli.js`;

const SESSION = "austin";

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
  // Where the process that holds the file and those that ask it meet.
  const meeting = await Deno.makeTempDir({ prefix: "austin-firefox-" });
  const env = { PROFILER_CLI_SESSION_DIR: meeting, NO_COLOR: "1" };
  const command = [Deno.execPath(), "run", "-A", PROGRAM];
  try {
    // Its own way to start that one gives it half a second.
    await using holder = startProgram(
      [...command, "--daemon", path, "--session", SESSION],
      { env },
    );
    const call = (...words: string[]) =>
      run([...command, ...words, "--session", SESSION], { env });
    await holder.until(async () =>
      // To ask before that would make it forget the session.
      (await logOf(meeting)).includes("Profile loaded successfully")
    );
    await questions({
      ask: async (...words) => {
        const { code, stdout, stderr } = await call(...words, "--json");
        if (code === 0) return JSON.parse(stdout);
        throw new Error(`${words.join(" ")}: ${stdout}${stderr}`);
      },
    });
  } finally {
    await Deno.remove(meeting, { recursive: true });
  }
}

async function logOf(meeting: string): Promise<string> {
  return await Deno.readTextFile(`${meeting}/${SESSION}.log`).catch(() => "");
}
