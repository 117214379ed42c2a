/**
 * Finds the Python of a process and says what came of it, as JSON: for tests
 * that have to do so as another user.
 *
 * `deno run -A tests/support/attach.ts PID`
 */

import { openShim } from "../../ffi/shim.ts";
import { AustinError } from "../../src/errors.ts";
import { linuxProcess } from "../../src/process/linux_process.ts";
import { findRuntime } from "../../src/python/find_runtime.ts";

/** What became of it. */
export interface Attachment {
  /** The version that was found. */
  readonly version?: string;
  readonly error?: string;
  readonly exitCode?: number;
  readonly hint?: string;
}

function attach(pid: number): Attachment {
  try {
    const runtime = findRuntime(linuxProcess(pid), openShim().memoryOf(pid));
    const { major, minor, micro } = runtime.version;
    return { version: `${major}.${minor}.${micro}` };
  } catch (error) {
    if (!(error instanceof AustinError)) throw error;
    const { message, exitCode, hint } = error;
    return { error: message, exitCode, hint };
  }
}

if (import.meta.main) {
  const attachment = attach(Number(Deno.args[0]));
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${JSON.stringify(attachment)}\n`),
  );
}
