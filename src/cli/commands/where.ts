/**
 * `austin -w PID`: looks once where every thread of a process is, and tells.
 *
 * The parts are those of sampling; only what becomes of the stacks differs.
 */

import { openShim, type Shim } from "../../../ffi/shim.ts";
import { ExitCode } from "../../errors.ts";
import { FrameTable } from "../../events/frame_table.ts";
import { Sample } from "../../events/sample.ts";
import type { ProcessStacks } from "../../events/stacks.ts";
import type { Log } from "../../log.ts";
import { ByteWriter } from "../../output/byte_writer.ts";
import { whereText } from "../../output/where.ts";
import { whereJson } from "../../output/where_json.ts";
import type { System } from "../../process/process.ts";
import { attachError } from "../../python/attach_error.ts";
import type { Runtime } from "../../python/find_runtime.ts";
import { ThreadIndexes } from "../../python/thread.ts";
import { readThreadNames } from "../../python/thread_names.ts";
import { formatVersion } from "../../python/version.ts";
import { type Look, lookAt } from "../../sampling/look.ts";
import { PassStatus } from "../../sampling/process_sampler.ts";
import { ProcessTree } from "../../sampling/process_tree.ts";
import { openOutput, type Output } from "../output.ts";
import { logRuntime } from "../run_log.ts";
import type { WhereSettings } from "../settings.ts";
import { say, styleFor } from "../style.ts";
import { openSystem } from "../system.ts";
import { VERSION } from "../version.ts";
import { SystemDiscovery } from "./discovery.ts";
import { findPythons } from "./find_pythons.ts";
import type { NativeProbe } from "./native.ts";
import { openNative, warnTo } from "./open_native.ts";

/** After this the tree looks at each process again, more thoroughly. */
const CHILDREN_PAUSE_US = 2_000;

/** Shows where a process is. @returns the exit code. @throws AustinError */
export async function whereCommand(
  settings: WhereSettings,
  log: Log,
): Promise<number> {
  using output = openOutput(settings.output);
  const shim = openShim();
  shim.recordStopSignals();
  const frames = new FrameTable();
  const native = await openNative(settings, { shim, frames, log });
  const looked = lookAtTree({ settings, shim, log, frames, native });
  const processes = native === null ? looked : await withLines(looked, log);
  const writer = new ByteWriter(output);
  writer.text(
    settings.json
      ? whereJson(processes, VERSION)
      : textOf(processes, settings, output),
  );
  writer.flush();
  return ExitCode.ok;
}

async function withLines(
  processes: readonly ProcessStacks[],
  log: Log,
): Promise<ProcessStacks[]> {
  const { withSourceLines } = await import("./source_lines.ts");
  return await withSourceLines(processes, warnTo(log));
}

/** What a look is taken with. */
interface Looking {
  readonly settings: WhereSettings;
  readonly shim: Shim;
  readonly log: Log;
  readonly frames: FrameTable;
  readonly native: NativeProbe | null;
}

/** @returns at least one process. @throws AustinError when there is nothing to show. */
function lookAtTree(looking: Looking): ProcessStacks[] {
  const { settings, shim, log, frames } = looking;
  const runtimes = new Map<number, Runtime>();
  const system = openSystem(shim);
  const discovery = new SystemDiscovery(
    shim,
    system,
    sharedTables(looking),
    (pid, runtime) => {
      runtimes.set(pid, runtime);
      logRuntime(log, pid, runtime, () => system.process(pid).modules());
    },
  );
  const tree = new ProcessTree(settings.pid, settings.children, discovery);
  findPythons({
    settings,
    system,
    clock: shim,
    stopSignal: shim,
    tree,
    discovery,
  });
  if (settings.children) {
    tree.update(shim.sleepUntil(shim.now() + CHILDREN_PAUSE_US));
  }
  const processes: ProcessStacks[] = [];
  let failure: PassStatus = PassStatus.gone;
  for (const sampler of tree.samplers) {
    const { pid } = sampler;
    const look = lookAt(sampler, frames, shim);
    if (typeof look === "number") failure = look;
    else {
      processes.push(
        describe({
          pid,
          isChild: pid !== tree.rootPid,
          look,
          shim,
          system,
          runtimes,
        }),
      );
    }
  }
  tree.close();
  if (processes.length > 0) return processes;
  throw attachError(system.process(settings.pid), { kind: REFUSALS[failure] });
}

/** What a look at a process without a result says of it. */
const REFUSALS = {
  [PassStatus.ok]: "failed",
  [PassStatus.gone]: "gone",
  [PassStatus.denied]: "denied",
  [PassStatus.lost]: "notPython",
} as const;

/** Idle threads are told from others in every case, and JSON tells all that there is to know. */
function sharedTables({ settings, frames, native }: Looking) {
  const { probes, json, maxSnapshotSize } = settings;
  const { cpuOnly } = probes;
  const gc = probes.gc || json;
  return {
    frames,
    threadIndexes: new ThreadIndexes(),
    sample: new Sample(),
    probes: { metrics: "time", cpuOnly, gc, idle: true },
    maxSnapshotSize,
    native,
  } as const;
}

/** A process that was looked at, and what is known of it besides. */
interface Known {
  readonly pid: number;
  readonly isChild: boolean;
  readonly look: Look;
  readonly shim: Shim;
  readonly system: System;
  readonly runtimes: ReadonlyMap<number, Runtime>;
}

function describe(known: Known): ProcessStacks {
  const { pid, isChild, look: { stacks, errors }, system } = known;
  const runtime = known.runtimes.get(pid)!;
  const names = readThreadNames({
    memory: known.shim.memoryOf(pid),
    runtime,
    listThreads: () => system.threadIds(pid),
  });
  const systemNames = system.threadNames(pid);
  return {
    pid,
    isChild,
    python: formatVersion(runtime.version),
    threads: stacks.map((stack) => ({
      ...stack,
      name: names.of(stack.iid, stack.tid) ?? systemNames.get(stack.tid) ??
        null,
    })),
    lacksThreads: errors > stacks.filter(({ isInvalid }) => isInvalid).length,
  };
}

/** In pipe mode the versions of Pythons are told too: the target's here, its children's to people. */
function textOf(
  processes: readonly ProcessStacks[],
  { pipe }: WhereSettings,
  output: Output,
): string {
  const style = styleFor(output);
  const text = processes.map((process) => whereText(process, style)).join("");
  if (!pipe) return text;
  for (const { isChild, python } of processes) {
    if (isChild) say(`# python: ${python}\n`);
  }
  const target = processes.find(({ isChild }) => !isChild);
  return target === undefined ? text : `# python: ${target.python}\n${text}`;
}
