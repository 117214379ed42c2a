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
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { type Snapshot, SnapshotStatus } from "../memory/snapshot.ts";
import type { KeptFiles } from "../process/kept_file.ts";
import { WalkStatus } from "../python/frame.ts";
import type { FrameInterner } from "../python/frame_interner.ts";
import { HaltedWalker } from "../python/halted_frames.ts";
import type { Layout } from "../python/layouts/layout.ts";
import type { Thread } from "../python/thread.ts";
import { type StackTaker, TakeStatus } from "../sampling/stack_taker.ts";
import type { AddressSpace } from "./address_space.ts";
import type { Architecture } from "./architecture.ts";
import {
  HaltError,
  REGISTER_WORDS,
  SIGNAL_WORD,
  type ThreadHalter,
} from "./halter.ts";
import type { KernelFrames } from "./kernel_frames.ts";
import { type KnownThread, KnownThreads } from "./known_thread.ts";
import { MachineFrames } from "./machine_frames.ts";
import type { Demangle } from "./readable_name.ts";
import { Registers } from "./registers.ts";
import { StackCopy } from "./stack_copy.ts";
import { StackJoiner } from "./stack_joiner.ts";
import type { SleepingPlace } from "./thread_files.ts";
import { UnwindEnd, Unwinder } from "./unwinder.ts";

/** What the stacks of one process are taken with. */
export interface NativeStacksOptions {
  readonly pid: number;
  /** The machine that the process runs on. */
  readonly architecture: Architecture;
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

/** A stack is not larger than that, so that its thread's own struct, which is behind it, bounds it. */
const MAX_STACK_SIZE = 1024 * 1024 * 1024;

/** Passes after which threads that were not met are forgotten. */
const SWEEP_PASSES = 256;

const NONE: readonly number[] = [];

/** Stacks of one process. */
export class NativeStacks implements StackTaker {
  readonly #options: NativeStacksOptions;
  readonly #known: KnownThreads;
  readonly #walker: HaltedWalker;
  readonly #unwinder: Unwinder;
  readonly #machineFrames: MachineFrames;
  readonly #joiner: StackJoiner;
  readonly #stack: StackCopy;
  readonly #words = new Uint32Array(REGISTER_WORDS);
  readonly #registers = new Registers();
  #kernelIds = NONE;
  #generation = -1;
  #pass = 0;
  #wasRefused = false;
  #stamp = 0;
  /** Whether the last stack's frames do not fit together, though all of them were there. */
  #isInBetween = false;

  constructor(options: NativeStacksOptions) {
    const { architecture, memory, layout, interner, space, frames, demangle } =
      options;
    this.#options = options;
    this.#known = new KnownThreads({
      ...options,
      hasKernelStacks: options.kernel !== null,
    });
    this.#walker = new HaltedWalker(interner, layout);
    this.#unwinder = new Unwinder(space, architecture);
    this.#machineFrames = new MachineFrames(space, frames, demangle);
    this.#joiner = new StackJoiner(this.#unwinder, this.#machineFrames);
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
      this.#known.sweep(this.#pass - SWEEP_PASSES);
    }
  }

  /** Fills in a sample's frames. */
  take(thread: Thread, stamp: number, sample: Sample): TakeStatus {
    this.#stamp = stamp;
    const { architecture, frames } = this.#options;
    const known = this.#known.of(thread, this.#pass);
    if (known === null) return TakeStatus.gone;
    const timeSlices = known.files.timeSlices();
    if (timeSlices !== 0) {
      if (known.isAsBefore(timeSlices, frames.epoch)) {
        known.repeat(sample);
        return TakeStatus.taken;
      }
      const place = known.files.sleepingPlace();
      if (place !== null) {
        if (this.#takeAsleep(known, place, timeSlices, sample)) {
          return TakeStatus.taken;
        }
        if (architecture.fragileCalls.includes(place.systemCall)) {
          return TakeStatus.refused;
        }
      }
    }
    known.forgetStack();
    for (let i = 0; i < MAX_HALTS; i++) {
      const status = this.#takeHalted(known, sample);
      if (status !== TakeStatus.taken || !this.#isInBetween) return status;
    }
    return TakeStatus.taken;
  }

  close(): void {
    this.#options.halter.releaseLate();
    this.#known.sweep(Infinity);
  }

  #noticeChanges(): void {
    const { generation } = this.#options.space;
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#unwinder.forget();
    this.#machineFrames.forget();
    // Names may have changed with the code.
    this.#known.forgetStacks();
  }

  /** Takes the stack of a thread that sleeps all the while. @returns whether it did, and all went well. */
  #takeAsleep(
    known: KnownThread,
    place: SleepingPlace,
    timeSlices: number,
    sample: Sample,
  ): boolean {
    const { architecture, frames } = this.#options;
    const { stackPointer, programCounter } = place;
    const status = this.#copy(known, stackPointer);
    if (status === null) return false;
    this.#readKernelStack(known);
    if (known.files.timeSlices() !== timeSlices) return false;
    this.#registers.setAsleep(architecture, stackPointer, programCounter);
    let end = this.#unwinder.unwind(this.#registers, this.#stack);
    const hash = () => this.#stack.hash();
    if (needsMore(end) && known.areRegistersKnown(place, hash)) {
      end = this.#unwinder.unwind(known.registers, this.#stack);
    }
    if (needsMore(end)) return false;
    this.#join(sample, status, end);
    known.keep(sample, timeSlices, frames.epoch);
    return true;
  }

  #takeHalted(known: KnownThread, sample: Sample): TakeStatus {
    const { architecture, halter, pid } = this.#options;
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
    this.#join(sample, status, end);
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
    const { stackPointer, programCounter } = this.#options.architecture;
    const registers = this.#registers;
    known.rememberRegisters(registers, {
      stackPointer: registers.get(stackPointer)!,
      programCounter: registers.get(programCounter)!,
    }, this.#stack.hash());
  }

  /**
   * Walks the Python frames and copies the machine stack.
   * @returns how the walk went; null when the thread state is another thread's by now.
   */
  #copy(known: KnownThread, sp: number): WalkStatus | null {
    const { snapshot, thread } = known;
    if (snapshot.read() !== SnapshotStatus.ok) return null;
    if (!this.#isStill(snapshot, thread)) return null;
    const { architecture, space } = this.#options;
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

  #join(sample: Sample, status: WalkStatus, end: UnwindEnd): void {
    if (end !== UnwindEnd.root) this.#options.space.doubt();
    const isPythonWhole = status === WalkStatus.ok;
    const fits = this.#joiner.join({
      kernelIds: this.#kernelIds,
      python: this.#walker.frames,
      isPythonWhole,
      end,
    }, sample);
    this.#isInBetween = status === WalkStatus.torn ||
      isPythonWhole && !fits && end === UnwindEnd.root;
  }
}

/** @returns whether the rest of a sleeper's registers could have led further. */
function needsMore(end: UnwindEnd): boolean {
  return end === UnwindEnd.noRegister || end === UnwindEnd.noStack;
}
