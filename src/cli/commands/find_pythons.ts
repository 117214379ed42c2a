/**
 * Waits until there is a Python to sample, or it is clear that there is none.
 */

import {
  AustinError,
  LaunchError,
  NoChildrenError,
  NoProcessError,
  PermissionError,
  StoppedError,
} from "../../errors.ts";
import type { System } from "../../process/process.ts";
import type { Clock, StopSignal } from "../../sampling/pacer.ts";
import type { ProcessTree } from "../../sampling/process_tree.ts";
import type { Settings } from "../settings.ts";
import type { SystemDiscovery } from "./discovery.ts";

/** Pause between two looks. */
const PAUSE_US = 1_000;

/** What the search needs. */
export interface Search {
  readonly settings: Settings;
  readonly system: System;
  readonly clock: Clock;
  readonly stopSignal: StopSignal;
  readonly tree: ProcessTree;
  readonly discovery: SystemDiscovery;
}

/**
 * Lets the tree find its first Python.
 * @throws an AustinError that says why there is none, or StoppedError.
 */
export function findPythons(search: Search): void {
  if (search.settings.children) awaitAny(search);
  else awaitTarget(search);
}

/** Only the target itself will do. */
function awaitTarget(search: Search): void {
  const { settings, clock, stopSignal, tree, discovery } = search;
  let signum = 0;
  try {
    const stopped = () => {
      signum = stopSignal.takeStopSignal();
      return signum !== 0;
    };
    tree.follow(discovery.await(tree.rootPid, settings.timeoutMs, stopped));
  } catch (error) {
    if (signum !== 0) throw new StoppedError(signum);
    throw error instanceof NoProcessError ? ended(search, error) : error;
  }
  // The look at which it came may have been the one that found a Python.
  if (signum !== 0) throw new StoppedError(signum);
  tree.update(clock.now());
}

/** A child of the target, or one of its children's, will do as well. */
function awaitAny(search: Search): void {
  const { settings, clock, stopSignal, tree } = search;
  const deadlineUs = clock.now() + settings.timeoutMs * 1_000;
  for (;;) {
    const nowUs = clock.now();
    tree.update(nowUs);
    if (tree.samplers.length > 0) return;
    const signum = stopSignal.takeStopSignal();
    if (signum !== 0) throw new StoppedError(signum);
    if (tree.isEmpty) throw ended(search);
    if (nowUs >= deadlineUs) throw noPython(search);
    clock.sleepUntil(nowUs + PAUSE_US);
  }
}

function ended({ settings, tree }: Search, cause?: Error): AustinError {
  if (settings.mode === "launch") {
    return new LaunchError(
      `Cannot launch the given command or it terminated too quickly: '${settings.command}' ended before its Python was found`,
      settings.children
        ? "run it without austin to see what it does"
        : "run it without austin to see what it does; if it only starts other programs, add `-C/--children`",
      { cause },
    );
  }
  return new NoProcessError(
    `Cannot attach to process ${tree.rootPid}: there is no such process`,
    "it may have ended; look for its PID again",
    { cause },
  );
}

function noPython({ tree, settings, system, discovery }: Search): AustinError {
  const pid = tree.rootPid;
  if (discovery.unsupported !== null) return discovery.unsupported;
  if (tree.isDenied) {
    return new PermissionError(
      `Insufficient permissions: cannot read the memory of process ${pid} or of its children`,
      system.process(pid).permissionHint(),
    );
  }
  return new NoChildrenError(
    `Cannot sample process ${pid}: it is not a Python process and has not spawned any child Python processes`,
    `if it needs more than ${settings.timeoutMs} ms to start one, give it more time with \`-t/--timeout\``,
  );
}
