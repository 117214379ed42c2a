/**
 * What Linux tells of a single thread without disturbing it.
 *
 * | file        | what is read of it                                          |
 * | ----------- | ----------------------------------------------------------- |
 * | `schedstat` | how often it was given a CPU: the third number               |
 * | `syscall`   | `running`, or where it sleeps: the last two of its numbers are its stack pointer and its program counter, the first is the system call |
 * | `stack`     | functions of the kernel that it is in, one a line, the innermost first |
 *
 * Linux Documentation/filesystems/proc.rst, scheduler/sched-stats.rst
 */

import { MAX_KERNEL_STACK_SIZE } from "../limits.ts";
import type { KeptFiles } from "../process/kept_file.ts";
import { numberAt } from "../process/linux_memory.ts";

/** Where a thread sleeps. */
export interface SleepingPlace {
  /** Number of the system call; -1 when it is in none. */
  readonly systemCall: number;
  readonly stackPointer: number;
  readonly programCounter: number;
}

const SPACE = 0x20;
const SMALL_SIZE = 256;

const latin1 = new TextDecoder("latin1");

/** Files of one thread, kept open. */
export class ThreadFiles {
  readonly #files: KeptFiles;
  readonly #schedstat: number;
  readonly #syscall: number;
  readonly #stack: number;
  readonly #bytes: Uint8Array;

  /** @param folder `/proc/PID/task/TID`. @param hasKernelStack whether `kernelStack` will be asked for. */
  constructor(files: KeptFiles, folder: string, hasKernelStack: boolean) {
    this.#files = files;
    this.#schedstat = files.openFile(`${folder}/schedstat`);
    this.#syscall = files.openFile(`${folder}/syscall`);
    this.#stack = hasKernelStack ? files.openFile(`${folder}/stack`) : -1;
    this.#bytes = new Uint8Array(
      hasKernelStack ? MAX_KERNEL_STACK_SIZE : SMALL_SIZE,
    );
  }

  /** @returns how often the thread was given a CPU: while that does not change, a thread that sleeps sleeps on. 0 when it cannot be told. */
  timeSlices(): number {
    const size = this.#read(this.#schedstat);
    const bytes = this.#bytes;
    let at = 0;
    for (let spaces = 0; spaces < 2; at++) {
      if (at >= size) return 0;
      if (bytes[at] === SPACE) spaces++;
    }
    return numberAt(bytes, at, size);
  }

  /** @returns null when the thread runs, or it cannot be told. */
  sleepingPlace(): SleepingPlace | null {
    const words = this.#text(this.#syscall).trim().split(" ").map(Number);
    const [systemCall = NaN] = words;
    const [stackPointer = 0, programCounter = 0] = words.slice(-2);
    return words.length >= 3 && stackPointer > 0 && programCounter > 0
      ? { systemCall, stackPointer, programCounter }
      : null;
  }

  /** @returns names of the kernel's functions, the innermost first; null when we may not know. */
  kernelStack(): string[] | null {
    const size = this.#read(this.#stack);
    if (size < 0) return null;
    return latin1.decode(this.#bytes.subarray(0, size)).split("\n")
      .map((line) => LINE.exec(line)?.[1])
      .filter((name) => name !== undefined);
  }

  close(): void {
    for (const file of [this.#schedstat, this.#syscall, this.#stack]) {
      if (file >= 0) this.#files.closeFile(file);
    }
  }

  #text(file: number): string {
    const size = this.#read(file);
    return latin1.decode(this.#bytes.subarray(0, Math.max(size, 0)));
  }

  #read(file: number): number {
    return file < 0 ? -1 : this.#files.readFile(file, this.#bytes);
  }
}

/** `[<0>] hrtimer_nanosleep+0xa7/0x180`, and the kernel module's name if it is in one. */
const LINE = /^\[<[0-9a-f]+>\] ([^+\s]+)/;
