// Hot path: `take` runs once for each thread of each pass.
/**
 * Takes a thread's stack of machine code and its Python frames of the same
 * moment, and joins them.
 *
 * | the thread                           | how its stack is taken              |
 * | ------------------------------------ | ----------------------------------- |
 * | has slept since it was last taken    | it is the same still                |
 * | sleeps                               | copied as it is: nothing changes    |
 * | runs, or does not sleep long enough  | copied while the thread is halted   |
 *
 * That a thread slept all the while shows in its number of time slices, before
 * and after. Only stack and program counter of a sleeper are told, which do
 * for most code; where more is needed it is halted once, and its registers
 * hold as long as it sleeps at the same place with the same stack. It is not
 * where the kernel would make its call fail then.
 *
 * A halt lasts as long as it takes to read registers, stack and Python frames.
 * Unwinding is done from the copy when the thread runs on.
 */

import type { FrameTable } from "../events/frame_table.ts";
import type { Sample } from "../events/sample.ts";
import { MAX_FRAMES } from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { Snapshot, SnapshotStatus } from "../memory/snapshot.ts";
import type { KeptFiles } from "../process/kept_file.ts";
import { WalkStatus } from "../python/frame.ts";
import type { FrameInterner } from "../python/frame_interner.ts";
import { HaltedWalker } from "../python/halted_frames.ts";
import type { Layout } from "../python/layouts/layout.ts";
import type { Thread } from "../python/thread.ts";
import { type StackTaker, TakeStatus } from "../sampling/stack_taker.ts";
import type { AddressSpace } from "./address_space.ts";
import { architecture } from "./architecture.ts";
import {
  HaltError,
  REGISTER_WORDS,
  SIGNAL_WORD,
  type ThreadHalter,
} from "./halter.ts";
import { interleave } from "./interleave.ts";
import type { KernelFrames } from "./kernel_frames.ts";
import { MachineFrames } from "./machine_frames.ts";
import type { Demangle } from "./readable_name.ts";
import { Registers } from "./registers.ts";
import { StackCopy } from "./stack_copy.ts";
import { type SleepingPlace, ThreadFiles } from "./thread_files.ts";
import { UnwindEnd, Unwinder } from "./unwinder.ts";

/** What the stacks of one process are taken with. */
export interface NativeStacksOptions {
  readonly pid: number;
  readonly memory: RemoteMemory;
  readonly layout: Layout;
  readonly interner: FrameInterner;
  readonly frames: FrameTable;
  readonly space: AddressSpace;
  readonly halter: ThreadHalter;
  readonly files: KeptFiles;
  /** Null when nobody asked for the kernel's frames. */
  readonly kernel: KernelFrames | null;
  readonly demangle: Demangle;
  /** Our ids of the process's threads, by those that it knows itself. */
  readonly listThreads: () => ReadonlyMap<number, number>;
  /** Told once when a thread cannot be halted for lack of permission, or because another program traces it. */
  readonly onRefused: () => void;
  /** Bytes that the copy of one thread's Python frames may have. */
  readonly maxSnapshotSize: number;
}

/** A running thread halts within some 10 µs, one that waits for a CPU when it gets one; what cannot be interrupted is left alone after this. */
const HALT_TIMEOUT_US = 1_000_000;

/** Halts for one stack: some ten instructions of CPython leave its frames for a moment as no stack is. */
const MAX_HALTS = 3;

/** What a thread's copy of its Python frames begins with; there may be thousands of threads. */
const SNAPSHOT_SIZE = 32 * 1024;

/** A stack is not larger than that, so that its thread's own struct, which is behind it, bounds it. */
const MAX_STACK_SIZE = 1024 * 1024 * 1024;

/** Passes after which threads that were not met are forgotten. */
const SWEEP_PASSES = 256;

const NONE: readonly number[] = [];

/** What is kept of a thread. */
interface KnownThread {
  readonly thread: Thread;
  /** Our id of it. */
  readonly tid: number;
  readonly files: ThreadFiles;
  readonly snapshot: Snapshot;
  seenAt: number;
  /** Its stack when it was last taken asleep, and its number of time slices then; 0 when it was not. */
  timeSlices: number;
  epoch: number;
  frameIds: Int32Array;
  kernelCount: number;
  isInvalid: boolean;
  /** Registers when it was last halted, and the stack that they are good for. */
  readonly registers: Registers;
  registersAt: Omit<SleepingPlace, "systemCall"> | null;
  stackHash: number;
}

/** Stacks of one process. */
export class NativeStacks implements StackTaker {
  readonly #options: NativeStacksOptions;
  readonly #walker: HaltedWalker;
  readonly #unwinder: Unwinder;
  readonly #machineFrames: MachineFrames;
  readonly #stack: StackCopy;
  readonly #words = new Uint32Array(REGISTER_WORDS);
  readonly #registers = new Registers();
  readonly #known: (KnownThread | undefined)[] = [];
  #ids = new Int32Array(256);
  #roles = new Uint8Array(256);
  #kernelIds = NONE;
  #outerIds: ReadonlyMap<number, number> = new Map();
  #generation = -1;
  #pass = 0;
  #wasRefused = false;
  #stamp = 0;
  /** Whether the last stack's frames do not fit together, though all of them were there. */
  #isInBetween = false;

  constructor(options: NativeStacksOptions) {
    const { memory, layout, interner, space, frames, demangle } = options;
    this.#options = options;
    this.#walker = new HaltedWalker(interner, layout);
    this.#unwinder = new Unwinder(space, architecture);
    this.#machineFrames = new MachineFrames(space, frames, demangle);
    this.#stack = new StackCopy(memory, architecture);
  }

  /** Begins a pass over the process. */
  begin(nowUs: number): void {
    const { halter, space } = this.#options;
    halter.releaseLate();
    space.refresh(nowUs);
    this.#machineFrames.trim();
    this.#noticeChanges();
    if (++this.#pass % SWEEP_PASSES === 0) {
      this.#sweep(this.#pass - SWEEP_PASSES);
    }
  }

  /** Fills in a sample's frames. */
  take(thread: Thread, stamp: number, sample: Sample): TakeStatus {
    this.#stamp = stamp;
    const known = this.#knownThread(thread);
    if (known === null) return TakeStatus.gone;
    const timeSlices = known.files.timeSlices();
    if (timeSlices !== 0) {
      if (this.#isAsBefore(known, timeSlices)) {
        repeat(known, sample);
        return TakeStatus.taken;
      }
      const place = known.files.sleepingPlace();
      if (place !== null) {
        if (this.#takeAsleep(known, place, timeSlices, sample)) {
          return TakeStatus.taken;
        }
        if (isFragile(place)) return TakeStatus.refused;
      }
    }
    known.timeSlices = 0;
    for (let i = 0; i < MAX_HALTS; i++) {
      const status = this.#takeHalted(known, sample);
      if (status !== TakeStatus.taken || !this.#isInBetween) return status;
    }
    return TakeStatus.taken;
  }

  close(): void {
    this.#options.halter.releaseLate();
    this.#sweep(Infinity);
  }

  #noticeChanges(): void {
    const { generation } = this.#options.space;
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#unwinder.forget();
    this.#machineFrames.forget();
    // Names may have changed with the code.
    for (const known of this.#known) if (known) known.timeSlices = 0;
  }

  #isAsBefore(known: KnownThread, timeSlices: number): boolean {
    return known.timeSlices === timeSlices &&
      known.epoch === this.#options.frames.epoch;
  }

  /** Takes the stack of a thread that sleeps all the while. @returns whether it did, and all went well. */
  #takeAsleep(
    known: KnownThread,
    place: SleepingPlace,
    timeSlices: number,
    sample: Sample,
  ): boolean {
    const { stackPointer, programCounter } = place;
    const status = this.#copy(known, stackPointer);
    if (status === null) return false;
    this.#readKernelStack(known);
    if (known.files.timeSlices() !== timeSlices) return false;
    this.#registers.setAsleep(architecture, stackPointer, programCounter);
    let end = this.#unwinder.unwind(this.#registers, this.#stack);
    if (needsMore(end) && this.#areRegistersKnown(known, place)) {
      end = this.#unwinder.unwind(known.registers, this.#stack);
    }
    if (needsMore(end)) return false;
    this.#compose(sample, status, end);
    keep(known, sample, timeSlices, this.#options.frames.epoch);
    return true;
  }

  #areRegistersKnown(known: KnownThread, place: SleepingPlace): boolean {
    const { registersAt } = known;
    return registersAt?.stackPointer === place.stackPointer &&
      registersAt.programCounter === place.programCounter &&
      known.stackHash === this.#stack.hash();
  }

  #takeHalted(known: KnownThread, sample: Sample): TakeStatus {
    const { halter, pid } = this.#options;
    const words = this.#words;
    // What the kernel did for it cannot be told: a halt is another function of the kernel.
    this.#kernelIds = NONE;
    const result = halter.halt(pid, known.tid, HALT_TIMEOUT_US, words);
    if (result !== 0) return this.#refusal(result);
    let status: WalkStatus | null;
    try {
      this.#registers.setAll(architecture, words);
      const sp = this.#registers.get(architecture.stackPointer)!;
      status = this.#copy(known, sp);
    } finally {
      halter.release(pid, known.tid, words[SIGNAL_WORD]!);
    }
    if (status === null) return TakeStatus.gone;
    this.#rememberRegisters(known);
    const end = this.#unwinder.unwind(this.#registers, this.#stack);
    this.#compose(sample, status, end);
    return TakeStatus.taken;
  }

  #refusal(result: number): TakeStatus {
    if (result === HaltError.gone) return TakeStatus.gone;
    if (result !== HaltError.late && !this.#wasRefused) {
      this.#wasRefused = true;
      this.#options.onRefused();
    }
    return TakeStatus.refused;
  }

  #rememberRegisters(known: KnownThread): void {
    const { stackPointer, programCounter } = architecture;
    known.registers.copyFrom(this.#registers);
    known.registersAt = {
      stackPointer: this.#registers.get(stackPointer)!,
      programCounter: this.#registers.get(programCounter)!,
    };
    known.stackHash = this.#stack.hash();
  }

  /**
   * Walks the Python frames and copies the machine stack.
   * @returns how the walk went; null when the thread state is another thread's by now.
   */
  #copy(known: KnownThread, sp: number): WalkStatus | null {
    const { snapshot, thread } = known;
    if (snapshot.read() !== SnapshotStatus.ok) return null;
    if (!this.#isStill(snapshot, thread)) return null;
    const { space } = this.#options;
    let end = space.stackEnd(sp);
    // Stacks may lie side by side; a thread's own struct is at the end of its own.
    if (thread.pthread > sp && thread.pthread - sp < MAX_STACK_SIZE) {
      end = Math.min(end, thread.pthread);
    }
    this.#stack.read(sp - architecture.redZone, end);
    const range = { start: sp, end };
    return this.#walker.walk(snapshot, thread.address, range, this.#stamp);
  }

  #isStill(snapshot: Snapshot, thread: Thread): boolean {
    const { thread: fields } = this.#options.layout;
    const at = snapshot.locate(thread.address, fields.size);
    return at >= 0 &&
      snapshot.pointer(at + fields.threadId) === thread.pthread;
  }

  #readKernelStack(known: KnownThread): void {
    const { kernel } = this.#options;
    this.#kernelIds = kernel === null ? NONE : kernel.idsOf(known.files);
  }

  /** Makes one stack of the kernel's frames, those of machine code and Python's. */
  #compose(sample: Sample, status: WalkStatus, end: UnwindEnd): void {
    if (end !== UnwindEnd.root) this.#options.space.doubt();
    const python = this.#walker.frames;
    const kernelIds = this.#kernelIds;
    const { frameIds } = sample;
    const isWhole = status === WalkStatus.ok && end === UnwindEnd.root;
    let count = status === WalkStatus.ok
      ? interleave(this.#machineStack(end), python, frameIds)
      : -1;
    sample.isInvalid = count < 0 || !isWhole;
    this.#isInBetween = status === WalkStatus.torn || count < 0 && isWhole;
    if (count < 0) {
      // Python's frames are the truth, and the mark says that others are missing.
      count = python.count;
      frameIds.set(python.ids.subarray(0, count));
    }
    const isRoom = count + kernelIds.length <= MAX_FRAMES;
    sample.kernelCount = isRoom ? kernelIds.length : 0;
    if (sample.kernelCount > 0) {
      frameIds.copyWithin(kernelIds.length, 0, count);
      frameIds.set(kernelIds);
    }
    sample.frameCount = count + sample.kernelCount;
  }

  #machineStack(end: UnwindEnd) {
    const { count, pcs, isReturn, stackPointers } = this.#unwinder;
    if (count > this.#ids.length) {
      this.#ids = new Int32Array(count * 2);
      this.#roles = new Uint8Array(count * 2);
    }
    for (let i = 0; i < count; i++) {
      const { id, role } = this.#machineFrames.find(
        pcs[i]!,
        isReturn[i]! !== 0,
      );
      this.#ids[i] = id;
      this.#roles[i] = role;
    }
    const isWhole = end === UnwindEnd.root;
    return {
      count,
      ids: this.#ids,
      roles: this.#roles,
      stackPointers,
      isWhole,
    };
  }

  #knownThread(thread: Thread): KnownThread | null {
    let known = this.#known[thread.index];
    if (known?.thread !== thread) {
      known?.files.close();
      known = this.#learn(thread);
      this.#known[thread.index] = known;
    }
    if (known !== undefined) known.seenAt = this.#pass;
    return known ?? null;
  }

  #learn(thread: Thread): KnownThread | undefined {
    const { pid, memory, files, kernel, listThreads, maxSnapshotSize } =
      this.#options;
    if (!this.#outerIds.has(thread.tid)) this.#outerIds = listThreads();
    const tid = this.#outerIds.get(thread.tid);
    if (tid === undefined) return undefined;
    const folder = `/proc/${pid}/task/${tid}`;
    return {
      thread,
      tid,
      files: new ThreadFiles(files, folder, kernel !== null),
      snapshot: new Snapshot(memory, maxSnapshotSize, {
        size: SNAPSHOT_SIZE,
      }),
      seenAt: 0,
      timeSlices: 0,
      epoch: -1,
      frameIds: new Int32Array(64),
      kernelCount: 0,
      isInvalid: false,
      registers: new Registers(),
      registersAt: null,
      stackHash: 0,
    };
  }

  #sweep(before: number): void {
    this.#known.forEach((known, index) => {
      if (known === undefined || known.seenAt >= before) return;
      known.files.close();
      this.#known[index] = undefined;
    });
  }
}

/** @returns whether a halt could make a call fail. */
function isFragile({ systemCall }: SleepingPlace): boolean {
  return architecture.fragileCalls.includes(systemCall);
}

/** @returns whether the rest of a sleeper's registers could have led further. */
function needsMore(end: UnwindEnd): boolean {
  return end === UnwindEnd.noRegister || end === UnwindEnd.noStack;
}

function keep(
  known: KnownThread,
  sample: Sample,
  timeSlices: number,
  epoch: number,
): void {
  const { frameCount, frameIds } = sample;
  known.timeSlices = timeSlices;
  known.epoch = epoch;
  known.frameIds = frameIds.slice(0, frameCount);
  known.kernelCount = sample.kernelCount;
  known.isInvalid = sample.isInvalid;
}

function repeat(known: KnownThread, sample: Sample): void {
  sample.frameIds.set(known.frameIds);
  sample.frameCount = known.frameIds.length;
  sample.kernelCount = known.kernelCount;
  sample.isInvalid = known.isInvalid;
}
