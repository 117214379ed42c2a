/**
 * What differs between the machines: DWARF numbers of registers that unwinding
 * has to know, and what else is in an address.
 * System V ABI AMD64, 3.6.2 "DWARF Register Number Mapping"; DWARF for the Arm
 * 64-bit Architecture, 4.1.
 */

/** A machine. */
export interface Architecture {
  readonly stackPointer: number;
  /** Column of the program counter itself. */
  readonly programCounter: number;
  /** Bytes below the stack pointer that a function may use. */
  readonly redZone: number;
  /** Bits of an address's upper word that count; the others may be a signature. */
  readonly highMask: number;
  /**
   * Numbers of system calls that may fail with EINTR when their thread is
   * halted, instead of going on: epoll_wait, epoll_pwait, epoll_pwait2, semop,
   * semtimedop, rt_sigtimedwait, io_getevents, accept, accept4, connect,
   * recvfrom, recvmsg. signal(7) "Interruption of system calls by stop signals"
   */
  readonly fragileCalls: readonly number[];
}

/** Columns of every machine's registers. */
export const REGISTER_COUNT = 33;

export const X86_64: Architecture = {
  stackPointer: 7,
  programCounter: 16,
  redZone: 128,
  highMask: 0x01ff_ffff,
  fragileCalls: [232, 281, 441, 65, 220, 128, 208, 43, 288, 42, 45, 47],
};

export const AARCH64: Architecture = {
  stackPointer: 31,
  programCounter: 32,
  redZone: 0,
  highMask: 0xffff,
  fragileCalls: [22, 441, 193, 192, 137, 4, 202, 242, 203, 207, 212],
};

/** The machine that we run on. */
export const ownArchitecture: Architecture = Deno.build.arch === "aarch64"
  ? AARCH64
  : X86_64;
