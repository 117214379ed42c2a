/**
 * `austin -p PID` and `austin COMMAND`: samples processes until they end.
 *
 * Here the parts meet: options, shim, target, samplers and sink. What is
 * decided is only their order, and how each end of a run is told.
 */

import { openShim, type Shim } from "../../../ffi/shim.ts";
import {
  BrokenPipeError,
  ExitCode,
  OutputError,
  signalExitCode,
  StoppedError,
} from "../../errors.ts";
import { FrameTable } from "../../events/frame_table.ts";
import { Sample } from "../../events/sample.ts";
import type { Sink } from "../../events/sink.ts";
import type { Log } from "../../log.ts";
import { ReadCounts } from "../../memory/read_counts.ts";
import type { System } from "../../process/process.ts";
import { ThreadIndexes } from "../../python/thread.ts";
import { ProcessTree } from "../../sampling/process_tree.ts";
import {
  sampleUntilEnd,
  type SessionEnd,
  type SessionOptions,
} from "../../sampling/session.ts";
import { Statistics } from "../../sampling/statistics.ts";
import { ReaderWatcher, wantsReader } from "../reader_watcher.ts";
import { Reporter } from "../reporter.ts";
import { logReads, logRuntime } from "../run_log.ts";
import type { SampleSettings } from "../settings.ts";
import { StatusLine, wantsStatusLine } from "../status_line.ts";
import { formatRow } from "../formats.ts";
import { openSystem } from "../system.ts";
import { type FoundListener, SystemDiscovery } from "./discovery.ts";
import { findPythons } from "./find_pythons.ts";
import { writeHead, writeTrailer } from "./metadata.ts";
import type { NativeProbe } from "./native.ts";
import { openNative } from "./open_native.ts";
import { NameWatcher } from "./name_watcher.ts";
import { openSink } from "./open_sink.ts";
import { Attached, Launched, type Target } from "./target.ts";

/** Samples as the settings say. @returns the exit code. @throws AustinError */
export async function sampleCommand(
  settings: SampleSettings,
  log: Log,
): Promise<number> {
  const frames = new FrameTable();
  using opened = await openSink(settings, frames, {
    metrics: settings.probes.metrics,
    flushPasses: settings.pipe,
    title: titleOf(settings),
  });
  const { sink } = opened;
  const shim = openShim();
  shim.recordStopSignals();
  const native = await openNative(settings, { shim, frames, log });
  const target = startTarget(settings, shim);
  shim.sleepPrecisely();
  const system = openSystem(shim);
  try {
    const run = { settings, log, shim, system, target, sink, frames, native };
    return await endOf(run, sample(run));
  } catch (error) {
    if (error instanceof StoppedError) target.forward(error.signum);
    // A full disk is no reason to end somebody's program; that nobody reads on is.
    else if (!(error instanceof OutputError)) target.terminate();
    await target.wait();
    throw error;
  }
}

/** @returns what is sampled, for people. */
function titleOf(settings: SampleSettings): string {
  return settings.mode === "attach"
    ? `process ${settings.pid}`
    : [settings.command, ...settings.args].join(" ");
}

function startTarget(settings: SampleSettings, shim: Shim): Target {
  if (settings.mode === "attach") return new Attached(settings.pid);
  const { command, args, output } = settings;
  const stdout = output === undefined ? "null" : "inherit";
  return new Launched(command, args, stdout, shim);
}

/** Does for the target what its end asks for. @returns the exit code. */
async function endOf(run: Run, end: SessionEnd): Promise<number> {
  const { target } = run;
  if (end.kind === "exposure") target.terminate();
  if (end.kind === "signal") target.forward(end.signum);
  const last = await target.wait();
  const signum = end.kind === "signal"
    ? end.signum
    : end.kind === "gone"
    ? last || lateSignal(run)
    : 0;
  return signum === 0 ? ExitCode.ok : signalExitCode(Math.abs(signum));
}

/** What ended the processes may reach us only now. @returns that signal, or 0. */
function lateSignal({ shim, system }: Run): number {
  shim.sleepUntil(shim.now() + system.signalLagUs);
  return shim.takeStopSignal();
}

/** The parts of a run. */
interface Run {
  readonly settings: SampleSettings;
  readonly log: Log;
  readonly shim: Shim;
  readonly system: System;
  readonly target: Target;
  readonly sink: Sink;
  readonly frames: FrameTable;
  readonly native: NativeProbe | null;
}

/** One run, from the first look at the target to the trailer. @throws AustinError */
function sample(run: Run): SessionEnd {
  const { settings, log, shim, system, target, sink } = run;
  const reads = new ReadCounts();
  const reporter = new Reporter(settings);
  using statusLine = wantsStatusLine(settings) ? new StatusLine() : null;
  reporter.start();
  const discovery = discoveryOf(run, reads, (pid, runtime) => {
    statusLine?.clear();
    names?.found(pid, runtime);
    reporter.found(pid, pid === tree.rootPid, runtime.version);
    logRuntime(log, pid, runtime, () => system.process(pid).modules());
  });
  const watcher = wantsReader(settings) ? new ReaderWatcher(shim) : statusLine;
  const names = wantsNames(settings)
    ? new NameWatcher({ shim, system }, watcher)
    : null;
  const tree = new ProcessTree(target.pid, settings.children, discovery);
  findPythons({
    settings,
    system,
    clock: shim,
    stopSignal: shim,
    tree,
    discovery,
  });
  writeMaps(sink, run.native);
  writeHead(sink, settings, reporter.parentVersion);
  reporter.running();
  reads.reset();
  // As the first sample's time does, so that the times of a thread add up to the duration.
  const startUs = tree.samplers.at(-1)?.startUs ?? Math.round(shim.now());
  const endUs = endTimeUs(settings, startUs);
  const statistics = new Statistics(settings.intervalUs);
  statusLine?.begin({ statistics, tree, startUs, endUs });
  const end = keepingSamples(sink, {
    tree,
    sink,
    statistics,
    clock: shim,
    stopSignal: shim,
    intervalUs: settings.intervalUs,
    endUs,
    patienceUs: settings.children ? Infinity : settings.timeoutMs * 1_000,
    watcher: names ?? watcher,
  });
  const durationUs = Math.round(shim.now()) - startUs;
  names?.look();
  tree.close();
  names?.write(sink);
  sink.end();
  writeMaps(sink, run.native);
  writeTrailer(sink, settings, statistics, durationUs);
  statusLine?.clear();
  reporter.end(statistics, durationUs);
  logReads(log, reads, statistics);
  return end;
}

/** Samples until the end; what was collected is not lost with an error that the output has no part in. */
function keepingSamples(sink: Sink, session: SessionOptions): SessionEnd {
  try {
    return sampleUntilEnd(session);
  } catch (error) {
    const isOutputs = error instanceof OutputError ||
      error instanceof BrokenPipeError;
    if (!isOutputs) {
      sink.end();
      sink.close();
    }
    throw error;
  }
}

/** What is written while sampling has the form that programs know, which has no names. */
function wantsNames({ format }: SampleSettings): boolean {
  return !formatRow(format).streams;
}

/** Files may be mapped before the first sample, and later. */
function writeMaps(sink: Sink, native: NativeProbe | null): void {
  for (const map of native?.takeMaps() ?? []) sink.metadata("map", map);
}

/** Where the log wants to know of reads, they are counted. */
function discoveryOf(
  { settings, log, shim, system, frames, native }: Run,
  reads: ReadCounts,
  onFound: FoundListener,
): SystemDiscovery {
  const shared = {
    frames,
    threadIndexes: new ThreadIndexes(),
    sample: new Sample(),
    probes: settings.probes,
    maxSnapshotSize: settings.maxSnapshotSize,
    native,
    sameBytes: shim.sameBytes,
  };
  const used = log.isVerbose ? countingShim(shim, reads) : shim;
  return new SystemDiscovery(used, system, shared, onFound);
}

/** @returns the same shim; what is read of processes is counted. */
function countingShim(shim: Shim, reads: ReadCounts): Shim {
  return { ...shim, memoryOf: (pid) => reads.of(shim.memoryOf(pid)) };
}

function endTimeUs({ exposureSec }: SampleSettings, startUs: number): number {
  return exposureSec === 0 ? Infinity : startUs + exposureSec * 1_000_000;
}
