// Hot path: `pass` runs once for each sample.
/**
 * Samples one process: a snapshot, then a walk over all its threads.
 *
 * A walk that meets something impossible is done again in a fresh snapshot
 * before the stack counts as an error, because the target runs on while it is
 * read. What is sampled and when is the session's business.
 */

import type { FrameTable } from "../events/frame_table.ts";
import type { Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import { MAX_SNAPSHOT_SIZE, MAX_THREADS } from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { Snapshot, SnapshotStatus } from "../memory/snapshot.ts";
import { CodeReader } from "../python/code.ts";
import { FrameInterner } from "../python/frame_interner.ts";
import { FrameWalker, WalkStatus } from "../python/frame.ts";
import { InterpreterList, interpreterWindow } from "../python/interpreter.ts";
import type { Layout } from "../python/layouts/layout.ts";
import { type ThreadIndexes, ThreadTable } from "../python/thread.ts";
import { ThreadIdFinder } from "../python/thread_id.ts";

/** What became of a pass. */
export const PassStatus = {
  ok: 0,
  /** The process has ended. */
  gone: 1,
  /** The kernel refuses. */
  denied: 2,
  /** No interpreter was found where it used to be. */
  lost: 3,
} as const;

export type PassStatus = typeof PassStatus[keyof typeof PassStatus];

/** A process with an interpreter in it. */
export interface PythonProcess {
  readonly pid: number;
  readonly memory: RemoteMemory;
  readonly layout: Layout;
  /** Address of `_PyRuntime`. */
  readonly runtimeAddress: number;
  /** Ids of the process's threads, as the process itself knows them. */
  readonly listThreads: () => ReadonlySet<number>;
}

/** What all samplers of a run share. */
export interface SharedTables {
  readonly frames: FrameTable;
  readonly threadIndexes: ThreadIndexes;
  /** Filled anew for every stack. */
  readonly sample: Sample;
}

/** Snapshots that a stack may take until it is consistent. */
const MAX_ATTEMPTS = 4;

/** Time between two looks for new interpreters. */
const INTERPRETER_PERIOD_US = 10_000;

/** Takes the stacks of all threads of one process. */
export class ProcessSampler {
  readonly pid: number;
  readonly #layout: Layout;
  readonly #snapshot: Snapshot;
  readonly #interner: FrameInterner;
  readonly #interpreterList: InterpreterList;
  readonly #threads: ThreadTable;
  readonly #walker: FrameWalker;
  readonly #sample: Sample;
  readonly #windowStart: number;
  readonly #windowSize: number;
  #interpreters: number[] = [];
  #nextInterpretersUs = -Infinity;
  #lastPassUs: number;
  #status: PassStatus = PassStatus.ok;
  /** Stacks of the last pass. */
  samples = 0;
  /** Stacks of the last pass that are not whole. */
  errors = 0;

  /** @param startUs from when on the first sample's time counts. */
  constructor(process: PythonProcess, shared: SharedTables, startUs: number) {
    const { memory, layout, runtimeAddress } = process;
    this.pid = process.pid;
    this.#layout = layout;
    this.#snapshot = new Snapshot(memory, MAX_SNAPSHOT_SIZE);
    this.#interner = new FrameInterner(
      new CodeReader(memory, layout),
      shared.frames,
    );
    this.#interpreterList = new InterpreterList(memory, layout, runtimeAddress);
    this.#threads = new ThreadTable(
      this.#snapshot,
      layout,
      new ThreadIdFinder(memory, process.listThreads),
      shared.threadIndexes,
    );
    this.#walker = new FrameWalker(this.#snapshot, this.#interner, layout);
    this.#sample = shared.sample;
    const window = interpreterWindow(layout);
    this.#windowStart = window.start;
    this.#windowSize = window.size;
    this.#lastPassUs = startUs;
  }

  /** Takes one stack of every thread. @param nowUs whole microseconds. */
  pass(sink: Sink, nowUs: number): PassStatus {
    this.samples = 0;
    this.errors = 0;
    this.#status = PassStatus.ok;
    this.#interner.trim();
    this.#findInterpreters(nowUs);
    if (!this.#takeSnapshot()) return this.#status;
    this.#sample.pid = this.pid;
    this.#sample.timeUs = nowUs - this.#lastPassUs;
    this.#lastPassUs = nowUs;
    this.#threads.begin();
    for (let i = 0; i < this.#interpreters.length; i++) {
      this.#sampleInterpreter(this.#interpreters[i]!, sink);
    }
    this.#threads.end();
    if (this.#status === PassStatus.ok && this.samples === 0) this.#lookAgain();
    return this.#status;
  }

  /** Gives back what the sampler shares with others. */
  close(): void {
    this.#threads.clear();
  }

  #findInterpreters(nowUs: number): void {
    if (nowUs < this.#nextInterpretersUs) return;
    this.#nextInterpretersUs = nowUs + INTERPRETER_PERIOD_US;
    this.#interpreters = this.#interpreterList.read();
  }

  /** A pass without a stack: either there are no threads, or no interpreters any more. */
  #lookAgain(): void {
    this.#nextInterpretersUs = -Infinity;
    if (this.errors > 0 || this.#interpreters.length === 0) {
      this.#status = PassStatus.lost;
    }
  }

  #takeSnapshot(): boolean {
    switch (this.#snapshot.read()) {
      case SnapshotStatus.ok:
        return true;
      case SnapshotStatus.gone:
        this.#status = PassStatus.gone;
        return false;
      case SnapshotStatus.denied:
        this.#status = PassStatus.denied;
        return false;
      default:
        this.#status = PassStatus.lost;
        return false;
    }
  }

  #sampleInterpreter(interpreter: number, sink: Sink): void {
    const snapshot = this.#snapshot;
    const { interpreter: fields, thread } = this.#layout;
    const start = interpreter + this.#windowStart;
    const at = snapshot.locate(start, this.#windowSize);
    if (at < 0) {
      this.errors++;
      return;
    }
    const base = at - this.#windowStart;
    this.#sample.iid = snapshot.pointer(base + fields.id);
    let address = snapshot.pointer(base + fields.threadsHead);
    for (let i = 0; address !== 0 && i < MAX_THREADS; i++) {
      const threadAt = this.#locateThread(address, interpreter);
      if (threadAt < 0) {
        this.errors++;
        return;
      }
      const next = snapshot.pointer(threadAt + thread.next);
      this.#sampleThread(address, threadAt, interpreter, sink);
      if (this.#status !== PassStatus.ok) return;
      address = next;
    }
  }

  /** @returns place of a thread state of that interpreter, or -1 when there is none at the address. */
  #locateThread(address: number, interpreter: number): number {
    const { thread } = this.#layout;
    const at = this.#snapshot.locate(address, thread.size);
    if (at < 0) return -1;
    const owner = this.#snapshot.pointer(at + thread.interpreter);
    return owner === interpreter ? at : -1;
  }

  #sampleThread(
    address: number,
    threadAt: number,
    interpreter: number,
    sink: Sink,
  ): void {
    const sample = this.#sample;
    const thread = this.#threads.known(address, threadAt);
    if (thread.tid === 0) return;
    sample.tid = thread.tid;
    sample.threadIndex = thread.index;
    const status = this.#walk(address, threadAt, interpreter);
    if (this.#status !== PassStatus.ok) return;
    sample.isInvalid = status !== WalkStatus.ok;
    if (sample.isInvalid) this.errors++;
    this.samples++;
    sink.sample(sample);
  }

  /** Walks a stack, again in a new snapshot while the one at hand does not fit together. */
  #walk(address: number, threadAt: number, interpreter: number): WalkStatus {
    let status = this.#walker.walk(threadAt, this.#sample);
    for (let i = 1; status === WalkStatus.torn && i < MAX_ATTEMPTS; i++) {
      if (!this.#takeSnapshot()) break;
      const at = this.#locateThread(address, interpreter);
      if (at < 0) break;
      status = this.#walker.walk(at, this.#sample);
    }
    return status;
  }
}
