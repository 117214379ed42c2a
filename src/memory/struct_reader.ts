/**
 * Reads fields of one remote struct at a time, for everything that is read
 * once: interpreters on attach, code objects, strings, ELF headers.
 *
 * The sampling loop does not use it; see `snapshot.ts`.
 */

import type { PointerSize } from "../binary/abi.ts";
import { type RemoteMemory, setRegion } from "./remote_memory.ts";

/** A window of remote bytes with accessors by offset. Addresses are numbers below 2^53. */
export class StructReader {
  readonly #memory: RemoteMemory;
  readonly #pointerSize: PointerSize;
  readonly #region = new Uint32Array(4);
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  /** @param pointerSize bytes of a pointer in that memory. */
  constructor(memory: RemoteMemory, pointerSize: PointerSize = 8) {
    this.#memory = memory;
    this.#pointerSize = pointerSize;
  }

  /**
   * Makes `[address, address + size)` the window.
   * @returns bytes that could be read from its start, or a `ReadError`; fields past them read as 0.
   */
  load(address: number, size: number): number {
    if (size > this.#bytes.length) {
      this.#bytes = new Uint8Array(size);
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#size = size;
    setRegion(this.#region, 0, address, size);
    const copied = this.#memory.readRegions(this.#region, 1, this.#bytes);
    this.#bytes.fill(0, Math.max(copied, 0), size);
    return copied;
  }

  /** Like `load`, for callers who need all of it. @returns whether every byte was read. */
  loadAll(address: number, size: number): boolean {
    return this.load(address, size) === size;
  }

  /** Reads one pointer at an address of its own. @returns 0 when it cannot be read. */
  pointerAt(address: number): number {
    return this.loadAll(address, this.#pointerSize) ? this.pointer(0) : 0;
  }

  /** The window's bytes; valid until the next load. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, true);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  i32(offset: number): number {
    return this.#view.getInt32(offset, true);
  }

  /** A 64-bit unsigned value; above 2^53 it loses its low bits. */
  u64(offset: number): number {
    return this.#view.getUint32(offset + 4, true) * 4294967296 +
      this.#view.getUint32(offset, true);
  }

  /** A 64-bit signed value; beyond ±2^53 it loses its low bits. */
  i64(offset: number): number {
    return this.#view.getInt32(offset + 4, true) * 4294967296 +
      this.#view.getUint32(offset, true);
  }

  /** A pointer, or a number as wide as one: `size_t`, `uintptr_t`. */
  pointer(offset: number): number {
    return this.#pointerSize === 4 ? this.u32(offset) : this.u64(offset);
  }

  /** A `Py_ssize_t`. */
  signedSize(offset: number): number {
    return this.#pointerSize === 4 ? this.i32(offset) : this.i64(offset);
  }
}
