/**
 * A process's memory with some parts of it read in advance.
 *
 * Whoever follows pointers through small objects makes one system call for
 * each; those that it is going to need can be fetched with one. What was not
 * fetched is read as usual.
 */

import {
  REGION_WORDS,
  regionAddress,
  regionSize,
  type RemoteMemory,
  setRegion,
} from "./remote_memory.ts";

/** Parts that are fetched at a time. */
const MAX_PARTS = 8;

/** Bytes of a part. Objects end anywhere and what follows them may not be mapped, so a part ends with its page at the latest. */
const PART_SIZE = 512;

/** The smallest page of all systems. */
const PAGE_SIZE = 4096;

/** Reads through a few parts that were fetched together. */
export class PrefetchedMemory implements RemoteMemory {
  readonly #memory: RemoteMemory;
  readonly #parts = new Uint32Array(MAX_PARTS * REGION_WORDS);
  readonly #bytes = new Uint8Array(MAX_PARTS * PART_SIZE);
  /** Parts that are there whole. */
  #count = 0;

  constructor(memory: RemoteMemory) {
    this.#memory = memory;
  }

  /** Forgets what was fetched. */
  forget(): void {
    this.#count = 0;
  }

  /** Fetches what lies at some addresses, instead of what was fetched before. */
  fetch(addresses: readonly number[]): void {
    const count = Math.min(addresses.length, MAX_PARTS);
    for (let i = 0; i < count; i++) {
      const address = addresses[i]!;
      const size = Math.min(PART_SIZE, PAGE_SIZE - address % PAGE_SIZE);
      setRegion(this.#parts, i, address, size);
    }
    let left = this.#memory.readRegions(this.#parts, count, this.#bytes);
    this.#count = 0;
    while (this.#count < count) {
      left -= regionSize(this.#parts, this.#count);
      if (left < 0) break;
      this.#count++;
    }
  }

  readRegions(regions: Uint32Array, count: number, local: Uint8Array): number {
    let copied = 0;
    for (let i = 0; i < count; i++) {
      const address = regionAddress(regions, i);
      const size = regionSize(regions, i);
      const at = this.#find(address, size);
      if (at < 0) return this.#memory.readRegions(regions, count, local);
      local.set(this.#bytes.subarray(at, at + size), copied);
      copied += size;
    }
    return copied;
  }

  /** @returns place of the bytes among those fetched, or -1. */
  #find(address: number, size: number): number {
    let at = 0;
    for (let i = 0; i < this.#count; i++) {
      const offset = address - regionAddress(this.#parts, i);
      const partSize = regionSize(this.#parts, i);
      if (offset >= 0 && offset + size <= partSize) return at + offset;
      at += partSize;
    }
    return -1;
  }
}
