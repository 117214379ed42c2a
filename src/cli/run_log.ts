/** What is logged of a run: its start, the Pythons that it finds, how it read them, and how it failed. */

import { AustinError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ReadCounts } from "../memory/read_counts.ts";
import type { Module } from "../process/maps.ts";
import type { Refusal } from "../process/process.ts";
import type { Runtime } from "../python/find_runtime.ts";
import { describe } from "../python/version.ts";
import type { Statistics } from "../sampling/statistics.ts";
import type { Settings } from "./settings.ts";
import { VERSION } from "./version.ts";

/** @param remarks about options that have no effect. */
export function logStart(
  log: Log,
  settings: Settings,
  remarks: readonly string[],
): void {
  const { output, intervalUs } = settings;
  log.info("====[ AUSTIN ]====");
  if (output !== undefined) log.info(`Output file: ${output}`);
  if (settings.mode !== "where") {
    log.info(`Sampling interval: ${intervalUs} μs`);
  }
  for (const remark of remarks) log.warning(remark);
  log.debug(() =>
    `austin ${VERSION}, Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, ${Deno.build.target}, ${Deno.build.os} ${Deno.osRelease()}`
  );
}

/** A Python was found. @param modules of its process. */
export function logRuntime(
  log: Log,
  pid: number,
  runtime: Runtime,
  modules: () => readonly Module[] | Refusal,
): void {
  const { address, path, selfDescribing, layout, version } = runtime;
  log.debug(() => `Process ${pid}: ${modulesText(modules())}`);
  log.debug(() =>
    `Process ${pid}: ${describe(version)}, _PyRuntime at 0x${
      address.toString(16)
    } in ${path}, layout ${
      selfDescribing ? "by its debug offsets" : "by table"
    }, frames are ${layout.framesAre}`
  );
}

function modulesText(modules: readonly Module[] | Refusal): string {
  if (typeof modules === "string") return `its maps cannot be read: ${modules}`;
  const [executable, ...libraries] = modules;
  if (executable === undefined) return "nothing is mapped";
  const pythons = libraries.filter(({ path }) => path.includes("libpython"));
  return [
    `executable ${executable.path}`,
    ...pythons.map(({ path }) => path),
    `${libraries.length} other files mapped`,
  ].join(", ");
}

/** Sampling has ended. */
export function logReads(
  log: Log,
  { reads, regions, bytes }: ReadCounts,
  { samples, errors }: Statistics,
): void {
  const per = (part: number, whole: number) => (part / (whole || 1)).toFixed(2);
  log.debug(() =>
    [
      `${samples} samples, ${errors} errors`,
      `${reads} reads (${per(reads, samples)} a sample)`,
      `${regions} regions (${per(regions, reads)} a read)`,
      `${bytes} bytes (${per(bytes, reads)} a read)`,
    ].join("; ")
  );
}

/** The run failed. */
export function logFailure(log: Log, error: unknown): void {
  if (error instanceof AustinError) {
    log.error(error.message);
    if (error.cause !== undefined) log.debug(() => `> ${error.cause}`);
  } else {
    log.error(error instanceof Error ? `${error.stack}` : String(error));
  }
}
