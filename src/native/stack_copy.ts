/** A copy of the part of a thread's machine stack that is in use. */

import { MAX_STACK_COPY } from "../limits.ts";
import { type RemoteMemory, setRegion } from "../memory/remote_memory.ts";
import type { Architecture } from "./architecture.ts";

const INITIAL_SIZE = 64 * 1024;

/** Bytes of a stack by their addresses. */
export class StackCopy {
  readonly #memory: RemoteMemory;
  readonly #highMask: number;
  readonly #region = new Uint32Array(4);
  #bytes = new Uint8Array(INITIAL_SIZE);
  #view = new DataView(this.#bytes.buffer);
  /** Address of the first byte. */
  start = 0;
  /** Address behind the last one. */
  end = 0;

  constructor(memory: RemoteMemory, { highMask }: Architecture) {
    this.#memory = memory;
    this.#highMask = highMask;
  }

  /** Copies from `start` up to `end`, or as much of it as is allowed. @returns whether something could be read. */
  read(start: number, end: number): boolean {
    const size = Math.min(end - start, MAX_STACK_COPY);
    this.start = start;
    this.end = start;
    if (size <= 0) return false;
    if (size > this.#bytes.length) {
      this.#bytes = new Uint8Array(size * 2);
      this.#view = new DataView(this.#bytes.buffer);
    }
    setRegion(this.#region, 0, start, size);
    const copied = this.#memory.readRegions(this.#region, 1, this.#bytes);
    if (copied > 0) this.end = start + copied;
    return copied > 0;
  }

  /** @returns the eight bytes at an address, as an address; null when they were not copied. */
  word(address: number): number | null {
    const at = address - this.start;
    if (!(at >= 0 && address + 8 <= this.end)) return null;
    const high = this.#view.getUint32(at + 4, true) & this.#highMask;
    return high * 4294967296 + this.#view.getUint32(at, true);
  }

  /** @returns a number that another stack most likely does not have. */
  hash(): number {
    let hash = 0;
    const size = (this.end - this.start) & ~3;
    for (let at = 0; at < size; at += 4) {
      hash = Math.imul(hash ^ this.#view.getUint32(at, true), 0x01000193);
      hash ^= hash >>> 15;
    }
    return hash;
  }
}
