/**
 * What the head and the trailer of the output say about a run, in the order of
 * Austin 3.7. In pipe mode everything is there; else what is for people goes
 * to standard error (see `reporter.ts`).
 */

import type { Sink } from "../../events/sink.ts";
import type { Statistics } from "../../sampling/statistics.ts";
import type { Settings } from "../settings.ts";
import { VERSION } from "../version.ts";

/** @param python version of the parent process's Python; null when it runs none. */
export function writeHead(
  sink: Sink,
  settings: Settings,
  python: string | null,
): void {
  const pythonKnown = settings.pipe && python !== null;
  if (pythonKnown && settings.children) sink.metadata("python", python);
  sink.metadata("austin", VERSION);
  sink.metadata("interval", String(settings.intervalUs));
  sink.metadata("mode", modeName(settings));
  if (settings.probes.metrics !== "time") {
    sink.metadata("memory", String(totalMemoryKb()));
  }
  if (settings.children) sink.metadata("multiprocess", "on");
  if (pythonKnown && !settings.children) sink.metadata("python", python);
  sink.start();
}

/** @param durationUs of the sampling. */
export function writeTrailer(
  sink: Sink,
  settings: Settings,
  statistics: Statistics,
  durationUs: number,
): void {
  const { samples, longSamples, errors, collectingUs } = statistics;
  sink.metadata("duration", String(durationUs));
  if (settings.probes.gc) sink.metadata("gc", String(collectingUs));
  if (settings.pipe && samples > 0) {
    const { min, average, max } = statistics.passTimesUs();
    sink.metadata("sampling", `${min},${average},${max}`);
    sink.metadata("saturation", `${longSamples}/${samples}`);
    sink.metadata("errors", `${errors}/${samples}`);
  }
  sink.close();
}

function modeName({ probes }: Settings): string {
  if (probes.metrics !== "time") return probes.metrics;
  return probes.cpuOnly ? "cpu" : "wall";
}

/** @returns the machine's memory in kilobytes. */
function totalMemoryKb(): number {
  return Math.floor(Deno.systemMemoryInfo().total / 1024);
}
