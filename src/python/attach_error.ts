/**
 * What to tell a user whose process cannot be sampled, and what to try next.
 */

import {
  AustinError,
  NoProcessError,
  NotPythonError,
  PermissionError,
  UnknownVersionError,
} from "../errors.ts";
import type { Process, Refusal } from "../process/process.ts";
import type { NotReady, Unsupported } from "./runtime_check.ts";
import { fileName, NEWEST_MINOR, OLDEST_MINOR } from "./version.ts";

/** Why there is nothing to sample. */
export type Failure =
  | NotReady
  | Unsupported
  | { readonly kind: "notPython" | Refusal };

/** @returns the error for a search that found nothing. */
export function attachError(process: Process, failure: Failure): AustinError {
  const { pid } = process;
  switch (failure.kind) {
    case "notPython":
      return notPython(pid, "");
    case "notReady":
      return notPython(
        pid,
        `: it has loaded ${fileName(failure.path)}, but runs no interpreter`,
      );
    case "unsupported":
      return failure.cause ?? new UnknownVersionError(
        `Cannot sample process ${pid}: it runs ${failure.python}`,
        `CPython 3.${OLDEST_MINOR} to 3.${NEWEST_MINOR} work: 64-bit ones, and those for i386 Linux`,
      );
    case "denied":
      return new PermissionError(
        `Insufficient permissions: cannot read the memory of process ${pid}`,
        process.permissionHint(),
      );
    case "gone":
      return new NoProcessError(
        `Cannot attach to process ${pid}: there is no such process`,
        "it may have ended; look for its PID again",
      );
    case "failed":
      return new AustinError(
        `Cannot attach to process ${pid}: it cannot be read`,
      );
  }
}

function notPython(pid: number, reason: string): NotPythonError {
  return new NotPythonError(
    `Cannot attach: process ${pid} is not a Python process${reason}`,
    "if it only starts Python processes, sample those with `-C/--children`; " +
      "if it is a wrapper that becomes one by exec, give it more time with `-t/--timeout`",
  );
}
