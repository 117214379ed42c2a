/** What `austin --web` is to do, from its command line. */

import type { Metrics } from "../events/sample.ts";
import type { Selection } from "../formats/selection.ts";
import type { AustinOption } from "./options.ts";
import type { Parsed } from "./parse.ts";
import { settingsOf } from "./settings.ts";
import { usageError } from "./usage_error.ts";

/** What is shown in a browser, and where. */
export interface WebSettings {
  /** The file to show; undefined for a run. */
  readonly from: string | undefined;
  /** What is sampled, for people. */
  readonly title: string;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly opensBrowser: boolean;
  /** Which samples of the file are shown; all of them when it is empty. */
  readonly selections: readonly Selection[];
  /** The file to compare with. */
  readonly diff: string | undefined;
  /** What is sampled; of a file it is known when that is read. */
  readonly metrics: Metrics;
  /** Rows of the tables in a summary that is downloaded. */
  readonly top: number;
}

/**
 * Settles what is shown.
 * @param programName the program's name as typed, for messages.
 * @throws UsageError, NothingToDoError
 */
export function webSettingsOf(
  parsed: Parsed<AustinOption>,
  programName: string,
): WebSettings {
  const { from, host, port, open, pid, where, output, top } = parsed.values;
  const { select: selections, diff } = parsed.values;
  const { operands } = parsed;
  const refused = where !== undefined
    ? "-w/--where"
    : output !== undefined
    ? "-o/--output"
    : undefined;
  if (refused !== undefined) {
    throw usageError(
      programName,
      `the ${refused} option is incompatible with --web`,
    );
  }
  if (from !== undefined && (pid !== undefined || operands.length > 0)) {
    throw usageError(
      programName,
      "the --from option is incompatible with a process or a command",
    );
  }
  const title = pid === undefined ? operands.join(" ") : `process ${pid}`;
  const metrics = from === undefined
    ? sampledMetrics(parsed, programName)
    : "time";
  return {
    ...{ from, title, host, port, opensBrowser: open },
    ...{ selections, diff, metrics, top },
  };
}

/** What the sampler would complain of is better said before there is a page. */
function sampledMetrics(
  parsed: Parsed<AustinOption>,
  programName: string,
): Metrics {
  const values = { ...parsed.values, open: false };
  return settingsOf({ ...parsed, values }, programName, {}).probes.metrics;
}
