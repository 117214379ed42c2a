/** A process sampler over built memory, with a sink that keeps what it gets. */

import { FrameTable } from "../../src/events/frame_table.ts";
import { Sample } from "../../src/events/sample.ts";
import { MAX_SNAPSHOT_SIZE } from "../../src/limits.ts";
import { findRuntime } from "../../src/python/find_runtime.ts";
import { ThreadIndexes } from "../../src/python/thread.ts";
import {
  PassStatus,
  ProcessSampler,
  type PythonProcess,
  type SharedTables,
} from "../../src/sampling/process_sampler.ts";
import { type Image, processOf } from "./image.ts";
import type { PythonMemory } from "./python_memory.ts";
import { type RecordedSample, RecordingSink } from "./recording_sink.ts";

/** A process of whose metrics only the time is sampled. */
export type BuiltProcess =
  & Pick<
    PythonProcess,
    "memory" | "layout" | "runtimeAddress" | "listThreads"
  >
  & Partial<Pick<PythonProcess, "pid" | "openStackTaker">>;

/** What `pass` gave. */
export interface Pass {
  readonly status: PassStatus;
  readonly samples: readonly RecordedSample[];
}

/** Samples a process pass by pass. */
export class SampledPython {
  readonly frames: FrameTable;
  readonly threadIndexes: ThreadIndexes = new ThreadIndexes();
  readonly sampler: ProcessSampler;
  readonly #sink: RecordingSink;
  /** Time of the next pass; less than 10 ms apart, so that interpreters are looked for now and then only. */
  nowUs = 0;

  /** @param startUs from when on the first sample's time counts. */
  constructor(
    process: BuiltProcess,
    shared: Partial<SharedTables> = {},
    startUs = 0,
  ) {
    this.frames = shared.frames ?? new FrameTable();
    this.#sink = new RecordingSink(this.frames);
    this.sampler = new ProcessSampler(
      { pid: 42, ...process, threadStates: null, memoryLedger: null },
      {
        frames: this.frames,
        threadIndexes: this.threadIndexes,
        sample: new Sample(),
        probes: { metrics: "time", cpuOnly: false, gc: false },
        maxSnapshotSize: MAX_SNAPSHOT_SIZE,
        ...shared,
      },
      startUs,
    );
  }

  /** Samples `python`. */
  static of(
    python: PythonMemory,
    shared: Partial<SharedTables> = {},
    startUs = 0,
  ): SampledPython {
    const { memory, layout, runtimeAddress, tids } = python;
    const listThreads = () => tids;
    const process = { memory, layout, runtimeAddress, listThreads };
    return new SampledPython(process, shared, startUs);
  }

  /** Samples a process that was recorded. */
  static ofImage(
    image: Image,
    shared: Partial<SharedTables> = {},
  ): SampledPython {
    const { memory, threads } = image;
    const { layout, address } = findRuntime(processOf(image), memory);
    const tids = new Set(threads.map(({ tid }) => tid));
    const listThreads = () => tids;
    const process = { memory, layout, runtimeAddress: address, listThreads };
    return new SampledPython(process, shared);
  }

  /** Takes one stack of every thread, 100 µs after the last. */
  pass(): Pass {
    this.nowUs += 100;
    const status = this.sampler.pass(this.#sink, this.nowUs);
    return { status, samples: this.#sink.take() };
  }

  /** Lets the time pass after which a program counts as one that frees no code objects, and takes one stack of every thread. */
  calm(): Pass {
    this.nowUs += 1_000_000;
    return this.pass();
  }

  /** Takes one pass that has to succeed. */
  samples(): readonly RecordedSample[] {
    const { status, samples } = this.pass();
    if (status !== PassStatus.ok) throw new Error(`The pass ended ${status}`);
    return samples;
  }
}
