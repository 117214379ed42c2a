/**
 * What is remembered of the threads whose stacks are taken: files that tell of
 * them, their last stack while they sleep on, and the registers of their last
 * halt.
 */

import type { Sample } from "../events/sample.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { Snapshot } from "../memory/snapshot.ts";
import type { KeptFiles } from "../process/kept_file.ts";
import type { Thread } from "../python/thread.ts";
import { Registers } from "./registers.ts";
import { type SleepingPlace, ThreadFiles } from "./thread_files.ts";

/** What is asked for of threads, and by what means. */
export interface KnownThreadsOptions {
  readonly pid: number;
  readonly memory: RemoteMemory;
  readonly files: KeptFiles;
  /** Whether kernel stacks will be asked for. */
  readonly hasKernelStacks: boolean;
  /** Our ids of the process's threads, by those that it knows itself. */
  readonly listThreads: () => ReadonlyMap<number, number>;
  /** Bytes that the copy of one thread's Python frames may have. */
  readonly maxSnapshotSize: number;
}

/** What a thread's copy of its Python frames begins with; there may be thousands of threads. */
const SNAPSHOT_SIZE = 32 * 1024;

/** A thread. */
export class KnownThread {
  readonly thread: Thread;
  /** Our id of it. */
  readonly tid: number;
  readonly files: ThreadFiles;
  readonly snapshot: Snapshot;
  /** Its registers when it was last halted. */
  readonly registers = new Registers();
  /** The pass that met it last. */
  seenAt = 0;
  #registersAt: Omit<SleepingPlace, "systemCall"> | null = null;
  #stackHash = 0;
  /** Its number of time slices when its stack was last taken asleep; 0 when it was not. */
  #timeSlices = 0;
  #epoch = -1;
  #frameIds = new Int32Array(64);
  #kernelCount = 0;
  #isInvalid = false;

  constructor(thread: Thread, tid: number, options: KnownThreadsOptions) {
    const { pid, memory, files, hasKernelStacks, maxSnapshotSize } = options;
    this.thread = thread;
    this.tid = tid;
    const folder = `/proc/${pid}/task/${tid}`;
    this.files = new ThreadFiles(files, folder, hasKernelStacks);
    this.snapshot = new Snapshot(memory, maxSnapshotSize, {
      size: SNAPSHOT_SIZE,
    });
  }

  /** @param epoch of the frame table. @returns whether it has slept since its stack was kept. */
  isAsBefore(timeSlices: number, epoch: number): boolean {
    return this.#timeSlices === timeSlices && this.#epoch === epoch;
  }

  /** Keeps the stack of a thread that sleeps. */
  keep(sample: Sample, timeSlices: number, epoch: number): void {
    const { frameCount, frameIds } = sample;
    this.#timeSlices = timeSlices;
    this.#epoch = epoch;
    this.#frameIds = frameIds.slice(0, frameCount);
    this.#kernelCount = sample.kernelCount;
    this.#isInvalid = sample.isInvalid;
  }

  /** Fills in the stack that was kept. */
  repeat(sample: Sample): void {
    sample.frameIds.set(this.#frameIds);
    sample.frameCount = this.#frameIds.length;
    sample.kernelCount = this.#kernelCount;
    sample.isInvalid = this.#isInvalid;
  }

  /** The stack that was kept is no longer good. */
  forgetStack(): void {
    this.#timeSlices = 0;
  }

  /** Keeps the registers of a halt. @param hash of the stack at that time. */
  rememberRegisters(
    registers: Registers,
    place: Omit<SleepingPlace, "systemCall">,
    hash: number,
  ): void {
    this.registers.copyFrom(registers);
    this.#registersAt = place;
    this.#stackHash = hash;
  }

  /** @returns whether `registers` are those that it sleeps with. */
  areRegistersKnown(place: SleepingPlace, hash: () => number): boolean {
    const at = this.#registersAt;
    return at?.stackPointer === place.stackPointer &&
      at.programCounter === place.programCounter &&
      this.#stackHash === hash();
  }
}

/** The threads of one process. */
export class KnownThreads {
  readonly #options: KnownThreadsOptions;
  readonly #threads: (KnownThread | undefined)[] = [];
  #outerIds: ReadonlyMap<number, number> = new Map();

  constructor(options: KnownThreadsOptions) {
    this.#options = options;
  }

  /** @param pass number of the pass that meets it. @returns null when there is none any more. */
  of(thread: Thread, pass: number): KnownThread | null {
    let known = this.#threads[thread.index];
    if (known?.thread !== thread) {
      known?.files.close();
      known = this.#learn(thread);
      this.#threads[thread.index] = known;
    }
    if (known !== undefined) known.seenAt = pass;
    return known ?? null;
  }

  /** Stacks that were kept are no longer good. */
  forgetStacks(): void {
    for (const known of this.#threads) known?.forgetStack();
  }

  /** Forgets threads that were last met before a pass. */
  sweep(before: number): void {
    this.#threads.forEach((known, index) => {
      if (known === undefined || known.seenAt >= before) return;
      known.files.close();
      this.#threads[index] = undefined;
    });
  }

  #learn(thread: Thread): KnownThread | undefined {
    const { listThreads } = this.#options;
    if (!this.#outerIds.has(thread.tid)) this.#outerIds = listThreads();
    const tid = this.#outerIds.get(thread.tid);
    return tid === undefined
      ? undefined
      : new KnownThread(thread, tid, this.#options);
  }
}
