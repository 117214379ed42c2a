/**
 * Makes samplers for processes: where the finding of Pythons, the shim and the
 * modes of a run meet.
 */

import type { Shim } from "../../../ffi/shim.ts";
import type { AustinError } from "../../errors.ts";
import type { System } from "../../process/process.ts";
import { attachError } from "../../python/attach_error.ts";
import {
  type Effort,
  type Runtime,
  type Search,
  searchRuntime,
  waitForRuntime,
} from "../../python/find_runtime.ts";
import { MemoryLedger } from "../../sampling/memory_ledger.ts";
import {
  ProcessSampler,
  type SharedTables,
} from "../../sampling/process_sampler.ts";
import type { NativeProbe } from "./native.ts";
import type { AttachFailure, Discovery } from "../../sampling/process_tree.ts";

/** Looks at a process after which only every so many are thorough. */
const THOROUGH_ATTEMPTS = 16;

/** Processes that are looked at behind a launcher; there are one or two, and one for the console. */
const MAX_LAUNCHED = 16;

/** What is told of each Python that is found. */
export type FoundListener = (pid: number, runtime: Runtime) => void;

/** What samplers share, and what makes them take stacks of machine code. */
export interface DiscoveryTables extends SharedTables {
  readonly native: NativeProbe | null;
}

/** Finds Pythons and children on this machine. */
export class SystemDiscovery implements Discovery {
  readonly #shim: Shim;
  readonly #shared: DiscoveryTables;
  readonly #onFound: FoundListener;
  readonly #system: System;
  #awaited: { pid: number; runtime: Runtime } | null = null;
  /** Set when a process runs a Python that we cannot read. */
  unsupported: AustinError | null = null;

  constructor(
    shim: Shim,
    system: System,
    shared: DiscoveryTables,
    onFound: FoundListener,
  ) {
    this.#shim = shim;
    this.#system = system;
    this.#shared = shared;
    this.#onFound = onFound;
  }

  attach(pid: number, attempt: number): ProcessSampler | AttachFailure {
    const awaited = this.#awaited;
    this.#awaited = null;
    if (awaited?.pid === pid) return this.#samplerOf(pid, awaited.runtime);
    const isThorough = attempt > 1 &&
      (attempt <= 4 || attempt % THOROUGH_ATTEMPTS === 0);
    const process = this.#system.process(pid);
    const search = searchRuntime(
      process,
      this.#shim.memoryOf(pid),
      isThorough ? "thorough" : "quick",
    );
    switch (search.kind) {
      case "found":
        return this.#samplerOf(pid, search.runtime);
      case "gone":
      case "denied":
        return search.kind;
      case "notReady":
        // A Python whose exact version cannot be told does not get ready.
        return search.runtime !== undefined && attempt > THOROUGH_ATTEMPTS
          ? this.#samplerOf(pid, search.runtime)
          : "notPython";
      case "unsupported":
        this.unsupported ??= attachError(process, search);
        return "notPython";
      default:
        return "notPython";
    }
  }

  /**
   * Waits for a process to become a Python, or to start one that it is the
   * launcher of. The next `attach` then samples that.
   * @returns the Python's process. @throws as `waitForRuntime`.
   */
  await(pid: number, timeoutMs: number, stopped: () => boolean): number {
    let found = pid;
    const runtime = waitForRuntime(
      this.#system.process(pid),
      this.#shim.memoryOf(pid),
      {
        clock: this.#shim,
        timeoutMs,
        stopped,
        behind: (effort) => {
          const behind = this.#behind(pid, effort);
          if (behind !== null) found = behind.pid;
          return behind?.search ?? null;
        },
      },
    );
    this.#awaited = { pid: found, runtime };
    return found;
  }

  /** @returns the only Python among the processes that one stands for, or null. */
  #behind(
    pid: number,
    effort: Effort,
  ): { readonly pid: number; readonly search: Search } | null {
    const pythons = this.#standsFor(pid).map((pid) => {
      const process = this.#system.process(pid);
      const memory = this.#shim.memoryOf(pid);
      return { pid, search: searchRuntime(process, memory, effort) };
    }).filter(({ search }) => search.kind === "found");
    return pythons.length === 1 ? pythons[0]! : null;
  }

  /** Launchers start launchers: `py.exe`, then that of a virtual environment, then Python. */
  #standsFor(pid: number): readonly number[] {
    const all = new Set([pid]);
    for (const launcher of all) {
      if (all.size > MAX_LAUNCHED) break;
      for (const child of this.#system.standsFor(launcher)) all.add(child);
    }
    all.delete(pid);
    return [...all];
  }

  childrenOf(pid: number): readonly number[] {
    return this.#system.childrenOf(pid);
  }

  #samplerOf(pid: number, runtime: Runtime): ProcessSampler {
    this.#onFound(pid, runtime);
    const { metrics, cpuOnly, idle } = this.#shared.probes;
    const shim = this.#shim;
    const system = this.#system;
    const wantsStates = cpuOnly || idle || metrics === "full";
    const process = {
      pid,
      memory: shim.memoryOf(pid),
      layout: runtime.layout,
      runtimeAddress: runtime.address,
      listThreads: () => system.threadIds(pid),
      threadStates: wantsStates ? system.threadStates(pid) : null,
      memoryLedger: metrics === "time"
        ? null
        : new MemoryLedger(system.residentMemory(pid)),
      openStackTaker: this.#shared.native?.of(pid, runtime.layout) ?? null,
    };
    return new ProcessSampler(process, this.#shared, Math.round(shim.now()));
  }
}
