/**
 * Halting a single thread of a process: the interface of what only the shim
 * can do, see `austin_halt` in `native/austin_shim.h`.
 *
 * Registers come as words, `struct austin_registers`:
 *
 * | words  | what                                                        |
 * | ------ | ----------------------------------------------------------- |
 * | 0–65   | 33 registers by their DWARF numbers, two words each         |
 * | 66     | the signal that the thread was about to get, or 0           |
 * | 67     | 0                                                           |
 */

/** Words of `struct austin_registers`. */
export const REGISTER_WORDS = 68;
export const SIGNAL_WORD = 66;

/** Why a thread was not halted; the results of `austin_halt`. */
export const HaltError = {
  /** It has ended. */
  gone: -1,
  /** The kernel refuses, or another program traces it. */
  denied: -2,
  failed: -4,
  /** It did not halt in time, as in the middle of reading a disk. */
  late: -5,
} as const;

/** Halts threads. */
export interface ThreadHalter {
  /**
   * Halts a thread; nothing but reading memory may come before its `release`.
   * @param registers gets REGISTER_WORDS words. @returns 0, or a `HaltError`.
   */
  halt(
    pid: number,
    tid: number,
    timeoutUs: number,
    registers: Uint32Array,
  ): number;
  /** Lets it run on. @param signum the signal that it was about to get, or 0. */
  release(pid: number, tid: number, signum: number): void;
  /** Lets those run on that were late and have halted since. */
  releaseLate(): void;
}
