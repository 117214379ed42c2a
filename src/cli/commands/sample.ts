/**
 * `austin -p PID` and `austin COMMAND`: samples a process until it ends.
 *
 * Here the parts meet: options, shim, target, sampler and sink. What is
 * decided is only their order, and how each end of a run is told.
 */

import { openShim, type Shim } from "../../../ffi/shim.ts";
import {
  ExitCode,
  LaunchError,
  NoProcessError,
  OutputError,
  PermissionError,
  signalExitCode,
} from "../../errors.ts";
import { FrameTable } from "../../events/frame_table.ts";
import { Sample } from "../../events/sample.ts";
import type { Sink } from "../../events/sink.ts";
import type { RemoteMemory } from "../../memory/remote_memory.ts";
import { ByteWriter } from "../../output/byte_writer.ts";
import { CollapsedSink } from "../../output/collapsed.ts";
import { linuxProcess } from "../../process/linux_process.ts";
import { threadIds } from "../../process/linux_threads.ts";
import { type Runtime, waitForRuntime } from "../../python/find_runtime.ts";
import { ThreadIndexes } from "../../python/thread.ts";
import { formatVersion } from "../../python/version.ts";
import {
  ProcessSampler,
  type SharedTables,
} from "../../sampling/process_sampler.ts";
import { sampleUntilEnd, type SessionEnd } from "../../sampling/session.ts";
import { Statistics } from "../../sampling/statistics.ts";
import { openOutput } from "../output.ts";
import { banner, runningLine, statisticsBlock } from "../report.ts";
import type { Settings } from "../settings.ts";
import { say, styleFor } from "../style.ts";
import { VERSION } from "../version.ts";
import { Attached, Launched, type Target } from "./target.ts";

/** Samples as the settings say. @returns the exit code. @throws AustinError */
export async function sampleCommand(settings: Settings): Promise<number> {
  using output = openOutput(settings.output);
  const shim = openShim();
  shim.recordStopSignals();
  const target = startTarget(settings, shim);
  shim.sleepPrecisely();
  const frames = new FrameTable();
  const sink = new CollapsedSink(new ByteWriter(output), frames, {
    flushPasses: settings.pipe,
  });
  const run = new Run({ settings, shim, target, sink, frames });
  try {
    return await endOf(target, run.sample());
  } catch (error) {
    // A full disk is no reason to end somebody's program; that nobody reads on is.
    if (!(error instanceof OutputError)) target.terminate();
    await target.wait();
    throw error;
  }
}

function startTarget(settings: Settings, shim: Shim): Target {
  if (settings.mode === "attach") return new Attached(settings.pid);
  const { command, args, output } = settings;
  const stdout = output === undefined ? "null" : "inherit";
  return new Launched(command, args, stdout, shim);
}

/** Does for the target what its end asks for. @returns the exit code. */
async function endOf(target: Target, end: SessionEnd): Promise<number> {
  if (end.kind === "exposure") target.terminate();
  if (end.kind === "signal") target.forward(end.signum);
  await target.wait();
  if (end.kind === "denied") {
    throw new PermissionError(
      `Insufficient permissions: process ${target.pid} can no longer be read`,
      "it may have run a program with other privileges; run austin as root",
    );
  }
  return end.kind === "signal"
    ? signalExitCode(Math.abs(end.signum))
    : ExitCode.ok;
}

interface RunParts {
  readonly settings: Settings;
  readonly shim: Shim;
  readonly target: Target;
  readonly sink: Sink;
  readonly frames: FrameTable;
}

/** One run, from the first look at the target to the trailer. */
class Run {
  readonly #parts: RunParts;
  readonly #memory: RemoteMemory;
  readonly #statistics: Statistics;
  readonly #style = styleFor(Deno.stderr);

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#memory = parts.shim.memoryOf(parts.target.pid);
    this.#statistics = new Statistics(parts.settings.intervalUs);
  }

  sample(): SessionEnd {
    this.#tell(banner(this.#style));
    const runtime = this.#findRuntime();
    const startUs = this.#now();
    this.#writeHead(runtime);
    const end = this.#sampleFrom(runtime, startUs);
    const durationUs = this.#now() - startUs;
    this.#writeTrailer(durationUs);
    this.#tell(statisticsBlock(this.#style, this.#statistics, durationUs));
    return end;
  }

  #now(): number {
    return Math.round(this.#parts.shim.now());
  }

  /** Says something to the user, who is not there in pipe mode. */
  #tell(text: string): void {
    if (!this.#parts.settings.pipe) say(text);
  }

  #findRuntime(): Runtime {
    const { settings, shim, target } = this.#parts;
    try {
      return waitForRuntime(linuxProcess(target.pid), this.#memory, {
        clock: shim,
        timeoutMs: settings.timeoutMs,
      });
    } catch (error) {
      if (settings.mode === "launch" && error instanceof NoProcessError) {
        throw new LaunchError(
          `Cannot launch the given command or it terminated too quickly: '${settings.command}' ended before its Python was found`,
          "run it without austin to see what it does; a command that only starts others needs `-C/--children`",
          { cause: error },
        );
      }
      throw error;
    }
  }

  #writeHead(runtime: Runtime): void {
    const { settings, sink } = this.#parts;
    const python = formatVersion(runtime.version);
    sink.metadata("austin", VERSION);
    sink.metadata("interval", String(settings.intervalUs));
    sink.metadata("mode", "wall");
    if (settings.pipe) sink.metadata("python", python);
    sink.start();
    this.#tell(runningLine(this.#style, python, settings.exposureSec));
  }

  /** Samples until the end, also through an exec of another Python. */
  #sampleFrom(runtime: Runtime, startUs: number): SessionEnd {
    const { exposureSec } = this.#parts.settings;
    const endUs = exposureSec === 0 ? Infinity : startUs + exposureSec * 1e6;
    const shared = {
      frames: this.#parts.frames,
      threadIndexes: new ThreadIndexes(),
      sample: new Sample(),
    };
    for (;;) {
      const sampler = this.#samplerOf(runtime, shared);
      const end = this.#samplePasses(sampler, endUs);
      if (end.kind !== "lost") return end;
      sampler.close();
      try {
        runtime = this.#findRuntime();
      } catch {
        return end;
      }
    }
  }

  #samplerOf(runtime: Runtime, shared: SharedTables): ProcessSampler {
    const { pid } = this.#parts.target;
    const process = {
      pid,
      memory: this.#memory,
      layout: runtime.layout,
      runtimeAddress: runtime.address,
      listThreads: () => threadIds(pid),
    };
    return new ProcessSampler(process, shared, this.#now());
  }

  #samplePasses(sampler: ProcessSampler, endUs: number): SessionEnd {
    const { shim, sink, settings } = this.#parts;
    return sampleUntilEnd({
      sampler,
      sink,
      statistics: this.#statistics,
      clock: shim,
      stopSignal: shim,
      intervalUs: settings.intervalUs,
      endUs,
    });
  }

  #writeTrailer(durationUs: number): void {
    const { settings, sink } = this.#parts;
    const { samples, longSamples, errors } = this.#statistics;
    sink.end();
    sink.metadata("duration", String(durationUs));
    if (settings.pipe && samples > 0) {
      const { min, average, max } = this.#statistics.passTimesUs();
      sink.metadata("sampling", `${min},${average},${max}`);
      sink.metadata("saturation", `${longSamples}/${samples}`);
      sink.metadata("errors", `${errors}/${samples}`);
    }
    sink.close();
  }
}
