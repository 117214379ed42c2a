/** The sampling loop of this program inside a bench, over a live process, with an eye on what it reads. */

import { openShim } from "../../../ffi/shim.ts";
import { FrameTable } from "../../../src/events/frame_table.ts";
import { Sample } from "../../../src/events/sample.ts";
import type { Sink } from "../../../src/events/sink.ts";
import { MAX_SNAPSHOT_SIZE } from "../../../src/limits.ts";
import {
  REGION_WORDS,
  type RemoteMemory,
} from "../../../src/memory/remote_memory.ts";
import { findRuntime } from "../../../src/python/find_runtime.ts";
import { ThreadIndexes } from "../../../src/python/thread.ts";
import { linuxProcess } from "../../../src/process/linux_process.ts";
import { threadIds } from "../../../src/process/linux_threads.ts";
import { Pacer } from "../../../src/sampling/pacer.ts";
import {
  PassStatus,
  ProcessSampler,
} from "../../../src/sampling/process_sampler.ts";

/** Passes of which the last one's regions are taken: enough for the plan to be learnt and to have shrunk. */
const LEARNING_PASSES = 20_000;

/** Regions that one pass copies. */
export interface Regions {
  /** As `process_vm_readv` takes them. */
  readonly table: Uint8Array;
  readonly count: number;
  readonly bytes: number;
}

/** Samples a process as fast as it goes. */
export class OwnLoop {
  readonly frames: FrameTable = new FrameTable();
  readonly #shim = openShim();
  readonly #memory: WatchedMemory;
  readonly #sampler: ProcessSampler;

  constructor(pid: number) {
    this.#memory = new WatchedMemory(this.#shim.memoryOf(pid));
    const runtime = findRuntime(linuxProcess(pid), this.#memory);
    this.#sampler = new ProcessSampler(
      {
        pid,
        memory: this.#memory,
        layout: runtime.layout,
        runtimeAddress: runtime.address,
        listThreads: () => threadIds(pid),
        threadStates: null,
        memoryLedger: null,
      },
      {
        frames: this.frames,
        threadIndexes: new ThreadIndexes(),
        sample: new Sample(),
        probes: { metrics: "time", cpuOnly: false, gc: false },
        maxSnapshotSize: MAX_SNAPSHOT_SIZE,
        sameBytes: this.#shim.sameBytes,
      },
      Math.round(this.#shim.now()),
    );
  }

  /** Stacks so far that it took more than one snapshot to walk. */
  get retried(): number {
    return this.#sampler.retried;
  }

  /**
   * Takes every thread's stack a number of times.
   * @param intervalUs 0 takes them without a pause. @throws {Error} when the process ends.
   */
  passes(count: number, sink: Sink, intervalUs = 0): void {
    const shim = this.#shim;
    shim.sleepPrecisely();
    const pacer = new Pacer(shim, intervalUs, shim.now());
    for (let i = 0; i < count; i++) {
      const nowUs = pacer.wait(shim.now());
      const status = this.#sampler.pass(sink, Math.round(nowUs));
      sink.passEnd();
      if (status !== PassStatus.ok) throw new Error(`A pass ended ${status}`);
    }
  }

  /** @returns what the loop copies in each pass once it knows the process. */
  regions(): Regions {
    this.passes(LEARNING_PASSES, NO_SINK);
    return this.#memory.lastPlan();
  }
}

/** Takes samples and does nothing with them. */
export const NO_SINK: Sink = {
  metadata() {},
  start() {},
  sample() {},
  passEnd() {},
  end() {},
  close() {},
};

/** Remembers the last read of several regions. */
class WatchedMemory implements RemoteMemory {
  readonly #memory: RemoteMemory;
  #table = new Uint32Array(0);
  #count = 0;

  constructor(memory: RemoteMemory) {
    this.#memory = memory;
  }

  readRegions(regions: Uint32Array, count: number, local: Uint8Array): number {
    if (count > 1) {
      this.#table = regions as Uint32Array<ArrayBuffer>;
      this.#count = count;
    }
    return this.#memory.readRegions(regions, count, local);
  }

  lastPlan(): Regions {
    const words = this.#table.slice(0, this.#count * REGION_WORDS);
    let bytes = 0;
    for (let i = 2; i < words.length; i += REGION_WORDS) bytes += words[i]!;
    return { table: new Uint8Array(words.buffer), count: this.#count, bytes };
  }
}
