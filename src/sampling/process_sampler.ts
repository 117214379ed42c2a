// Hot path: `pass` runs once for each sample.
/**
 * Samples one process: a snapshot, then a walk over all its threads.
 *
 * A walk that meets something impossible is done again in a fresh snapshot
 * before the stack counts as an error, because the target runs on while it is
 * read. What is sampled and when is the session's business.
 */

import type { FrameTable } from "../events/frame_table.ts";
import type { Metrics, Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import { MAX_THREADS } from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import type { SameBytes } from "../memory/same_bytes.ts";
import { openSnapshot } from "../memory/narrow_snapshot.ts";
import { type Snapshot, SnapshotStatus } from "../memory/snapshot.ts";
import { StructReader } from "../memory/struct_reader.ts";
import type { ThreadStates } from "../process/process.ts";
import { CodeReader } from "../python/code.ts";
import { CodeWatch } from "../python/code_watch.ts";
import { FrameInterner, Proof } from "../python/frame_interner.ts";
import { FrameWalker, WalkStatus } from "../python/frame.ts";
import { HeapFrameWalker } from "../python/heap_frames.ts";
import { generationReader, InterpreterList } from "../python/interpreter.ts";
import { ABSENT, type Layout } from "../python/layouts/layout.ts";
import {
  type Thread,
  type ThreadIndexes,
  ThreadTable,
} from "../python/thread.ts";
import { ThreadIdFinder, type ThreadIdSet } from "../python/thread_id.ts";
import { ThreadList } from "../python/thread_list.ts";
import type { MemoryLedger } from "./memory_ledger.ts";
import {
  type OpenStackTaker,
  type StackTaker,
  TakeStatus,
} from "./stack_taker.ts";

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
  readonly listThreads: () => ThreadIdSet;
  /** Tells idle threads, in the modes that want to know. */
  readonly threadStates: ThreadStates | null;
  /** Tells whom memory is put down to, in the modes that want to know. */
  readonly memoryLedger: MemoryLedger | null;
  /** Takes the stacks where machine code is shown too. */
  readonly openStackTaker?: OpenStackTaker | null;
}

/** What is sampled of each stack, and which stacks are. */
export interface Probes {
  readonly metrics: Metrics;
  /** Leave out threads that are off the CPU. */
  readonly cpuOnly: boolean;
  /** Mark stacks that are taken while garbage is collected. */
  readonly gc: boolean;
  /** Tell whether threads are off the CPU, though nothing of the above asks for it. */
  readonly idle?: boolean;
}

/** What all samplers of a run share. */
export interface SharedTables {
  readonly frames: FrameTable;
  readonly threadIndexes: ThreadIndexes;
  /** Filled anew for every stack. */
  readonly sample: Sample;
  readonly probes: Probes;
  /** Bytes that the copy of one process may have. */
  readonly maxSnapshotSize: number;
  /** Compares copies faster than this program can. */
  readonly sameBytes?: SameBytes;
}

/** Snapshots that a stack may take until it is consistent. */
const MAX_ATTEMPTS = 12;

/** Time without a thread after which the interpreter counts as gone, as after an exec. */
const LOST_PERIOD_US = 20_000;

/** Time between two looks at what changes seldom. */
const LOOK_PERIOD_US = 10_000;

/** Takes the stacks of all threads of one process. */
export class ProcessSampler {
  readonly pid: number;
  /** From when on the first sample's time counts, in whole microseconds. */
  readonly startUs: number;
  readonly #layout: Layout;
  readonly #snapshot: Snapshot;
  readonly #codeWatch: CodeWatch;
  readonly #interner: FrameInterner;
  readonly #interpreterList: InterpreterList;
  readonly #threads: ThreadTable;
  readonly #walker: FrameWalker;
  readonly #heapWalker: HeapFrameWalker | null;
  readonly #sample: Sample;
  readonly #probes: Probes;
  readonly #threadStates: ThreadStates | null;
  readonly #memoryLedger: MemoryLedger | null;
  readonly #stackTaker: StackTaker | null;
  readonly #runtimeAddress: number;
  readonly #reader: StructReader;
  /** Of each interpreter, the newest first. */
  #lists: readonly ThreadList[] = [];
  #nextLookUs = -Infinity;
  #lastPassUs: number;
  #status: PassStatus = PassStatus.ok;
  #foundUs: number;
  /** Whether the last pass met an interpreter that collects garbage. */
  isCollecting = false;
  /** Stacks of the last pass. */
  samples = 0;
  /** Stacks of the last pass that are not whole. */
  errors = 0;
  /** Stacks of all passes that it took more than one snapshot to walk. */
  retried = 0;

  /** @param startUs from when on the first sample's time counts, in whole microseconds. */
  constructor(process: PythonProcess, shared: SharedTables, startUs: number) {
    const { memory, layout, runtimeAddress } = process;
    this.pid = process.pid;
    this.startUs = startUs;
    this.#layout = layout;
    this.#snapshot = openSnapshot(
      layout.pointerSize,
      memory,
      shared.maxSnapshotSize,
      { compare: shared.sameBytes },
    );
    this.#codeWatch = new CodeWatch(generationReader(memory, layout));
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
    this.#heapWalker = layout.heapFrames === null ? null : new HeapFrameWalker(
      this.#snapshot,
      this.#interner,
      memory,
      layout,
      layout.heapFrames,
    );
    this.#sample = shared.sample;
    this.#probes = shared.probes;
    this.#threadStates = process.threadStates;
    this.#memoryLedger = process.memoryLedger;
    this.#stackTaker = process.openStackTaker?.(this.#interner) ?? null;
    this.#runtimeAddress = runtimeAddress;
    this.#reader = new StructReader(memory, layout.pointerSize);
    this.#lastPassUs = startUs;
    this.#foundUs = startUs;
  }

  /** Takes one stack of every thread. @param nowUs whole microseconds. */
  pass(sink: Sink, nowUs: number): PassStatus {
    this.samples = 0;
    this.errors = 0;
    this.isCollecting = false;
    this.#status = PassStatus.ok;
    this.#interner.trim();
    this.#lookAround(nowUs);
    this.#codeWatch.begin(nowUs);
    this.#threadStates?.begin();
    this.#memoryLedger?.begin();
    this.#stackTaker?.begin(nowUs);
    if (!this.#takeSnapshot()) return this.#status;
    this.#sample.pid = this.pid;
    this.#sample.timeUs = nowUs - this.#lastPassUs;
    this.#lastPassUs = nowUs;
    this.#threads.begin();
    for (let i = 0; i < this.#lists.length; i++) {
      this.#sampleInterpreter(this.#lists[i]!, nowUs, sink);
    }
    this.#threads.end();
    if (this.#threads.isEmpty) this.#lookAgain();
    else this.#foundUs = nowUs;
    return this.#status;
  }

  /** Gives back what the sampler shares with others and what it keeps open. */
  close(): void {
    this.#threads.clear();
    this.#threadStates?.close();
    this.#memoryLedger?.close();
    this.#stackTaker?.close();
  }

  /** Looks at what changes seldom: which interpreters there are. */
  #lookAround(nowUs: number): void {
    if (nowUs < this.#nextLookUs) return;
    this.#nextLookUs = nowUs + LOOK_PERIOD_US;
    const known = this.#lists;
    this.#lists = this.#interpreterList.read().map((address) =>
      known.find(({ interpreter }) => interpreter === address) ??
        new ThreadList(address, this.#snapshot, this.#reader, this.#layout)
    );
  }

  /** Whether for a while no pass met a thread. */
  isLostSince(nowUs: number): boolean {
    return nowUs - this.#foundUs > LOST_PERIOD_US;
  }

  /** A pass without a thread: either there are none, or no interpreters any more. */
  #lookAgain(): void {
    this.#nextLookUs = -Infinity;
    if (this.#status === PassStatus.ok) this.#status = PassStatus.lost;
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
    }
  }

  #sampleInterpreter(list: ThreadList, nowUs: number, sink: Sink): void {
    const snapshot = this.#snapshot;
    const { thread } = this.#layout;
    if (!list.see(nowUs, this.#codeWatch.isChurning)) {
      this.errors++;
      return;
    }
    const { interpreter } = list;
    this.#codeWatch.see(interpreter, list.generation);
    this.#sample.iid = list.id;
    let address = list.first;
    const holder = this.#memoryLedger === null ? 0 : this.#holder(interpreter);
    this.#sample.isCollecting = this.#probes.gc && this.#collects(interpreter);
    if (this.#sample.isCollecting) this.isCollecting = true;
    for (let i = 0; address !== 0 && i < MAX_THREADS; i++) {
      const threadAt = this.#locateThread(address, interpreter);
      const known = threadAt < 0
        ? null
        : this.#threads.known(address, threadAt);
      if (known === null) {
        this.errors++;
        return;
      }
      const next = snapshot.pointer(threadAt + thread.next);
      this.#sampleThread(known, threadAt, list, holder, sink);
      if (this.#status !== PassStatus.ok) return;
      address = next;
    }
  }

  /** @returns address of the thread state that took the interpreter lock last, or 0. */
  #holder(interpreter: number): number {
    const { gil } = this.#layout;
    const lock = gil.pointer === ABSENT
      ? this.#runtimeAddress
      : this.#pointerAt(interpreter + gil.pointer);
    return lock === 0 ? 0 : this.#pointerAt(lock + gil.lastHolder);
  }

  #collects(interpreter: number): boolean {
    const { gc } = this.#layout;
    const struct = gc.isInRuntime ? this.#runtimeAddress : interpreter;
    const at = this.#snapshot.locate(struct + gc.collecting, 4);
    return at >= 0 && this.#snapshot.u32(at) !== 0;
  }

  #pointerAt(address: number): number {
    const at = this.#snapshot.locate(address, 8);
    return at < 0 ? 0 : this.#snapshot.pointer(at);
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
    thread: Thread,
    threadAt: number,
    list: ThreadList,
    holder: number,
    sink: Sink,
  ): void {
    const sample = this.#sample;
    if (thread.tid === 0) return;
    sample.tid = thread.tid;
    sample.threadIndex = thread.index;
    if (!this.#measure(thread.address === holder)) return;
    const isTaken = this.#stackTaker === null
      ? this.#read(thread, threadAt, list)
      : this.#take(this.#stackTaker, thread, threadAt, list);
    if (!isTaken) return;
    if (sample.isInvalid) this.errors++;
    this.samples++;
    sink.sample(sample);
  }

  /** Fills in the sample's metrics. @returns whether there is something to tell of the thread. */
  #measure(isHolder: boolean): boolean {
    const sample = this.#sample;
    const { metrics, cpuOnly } = this.#probes;
    if (this.#threadStates !== null) {
      sample.isIdle = this.#threadStates.isIdle(sample.tid);
      if (cpuOnly && sample.isIdle) return false;
    }
    if (this.#memoryLedger === null) return true;
    sample.memoryBytes = this.#memoryLedger.take(isHolder);
    return sample.memoryBytes !== 0 ||
      metrics === "full" && sample.timeUs !== 0;
  }

  /** Reads a stack from memory. @returns whether the process still runs. */
  #read(thread: Thread, threadAt: number, list: ThreadList): boolean {
    const status = this.#walk(thread, threadAt, list);
    this.#sample.isInvalid = status !== WalkStatus.ok;
    return this.#status === PassStatus.ok;
  }

  /** Takes a stack with its machine code. @returns whether there is one. */
  #take(
    taker: StackTaker,
    thread: Thread,
    threadAt: number,
    list: ThreadList,
  ): boolean {
    const sample = this.#sample;
    const status = taker.take(thread, this.#codeWatch.stamp, sample);
    if (status !== TakeStatus.refused) return status === TakeStatus.taken;
    sample.kernelCount = 0;
    const isRead = this.#read(thread, threadAt, list);
    sample.isInvalid = true;
    return isRead;
  }

  /** Walks a stack, again in a new snapshot while the one at hand does not fit together. */
  #walk(thread: Thread, threadAt: number, list: ThreadList): WalkStatus {
    let status = this.#walkOnce(thread, threadAt, false);
    if (status === WalkStatus.torn) this.retried++;
    for (let i = 1; status === WalkStatus.torn && i < MAX_ATTEMPTS; i++) {
      if (!this.#takeSnapshot()) break;
      const { interpreter } = list;
      if (!list.see(-Infinity, this.#codeWatch.isChurning)) break;
      this.#codeWatch.see(interpreter, list.generation);
      const at = this.#locateThread(thread.address, interpreter);
      if (at < 0) break;
      status = this.#walkOnce(thread, at, i === MAX_ATTEMPTS - 1);
    }
    return status;
  }

  /**
   * Walks a stack. It ends where the thread's last one did, because the
   * outermost frame stays the same while a thread lives.
   * @param isFinal whether it is the last attempt: the thread may as well have begun anew.
   */
  #walkOnce(thread: Thread, threadAt: number, isFinal: boolean): WalkStatus {
    const walker = this.#walker;
    let status = this.#walkFrames(thread, threadAt, isFinal);
    let proof = this.#interner.prove();
    const isLate = this.#codeWatch.wentOn();
    if (isLate && proof === Proof.ok) {
      // The same frames once more, whose names are then proven one by one.
      status = this.#walkFrames(thread, threadAt, isFinal);
      proof = this.#interner.prove();
    }
    if (!this.#areNamesTrue(proof, isFinal)) return WalkStatus.torn;
    if (status !== WalkStatus.ok || walker.root === 0) return status;
    const isSame = thread.root === 0 || thread.root === walker.root;
    if (!isSame && !isFinal) return WalkStatus.torn;
    thread.root = walker.root;
    return status;
  }

  #walkFrames(thread: Thread, threadAt: number, isFinal: boolean): WalkStatus {
    const sample = this.#sample;
    this.#interner.begin(this.#codeWatch.stamp);
    return this.#heapWalker?.walk(threadAt, thread.trail, sample, isFinal) ??
      this.#walker.walk(threadAt, sample, thread.stack, isFinal);
  }

  /**
   * While a program starts, each attempt may meet new functions: the last one is
   * believed as long as none has ever taken another's place.
   * @returns whether the code objects that a walk met are what they were taken for.
   */
  #areNamesTrue(proof: Proof, isFinal: boolean): boolean {
    const watch = this.#codeWatch;
    switch (proof) {
      case Proof.ok:
        return true;
      case Proof.unsure:
        return !watch.isUnsure || isFinal && !watch.hasChanged;
      case Proof.changed:
        watch.noteChange();
        return false;
    }
  }
}
