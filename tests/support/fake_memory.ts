/**
 * A process's memory that a test builds: segments of bytes at addresses, which may change or vanish between reads.
 *
 * It reads as `process_vm_readv` does: regions one after the other up to the first byte that is not mapped.
 */

import {
  ReadError,
  regionAddress,
  regionSize,
  type RemoteMemory,
} from "../../src/memory/remote_memory.ts";

/** Mapped bytes. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Built memory, which counts how it is read. */
export class FakeMemory implements RemoteMemory {
  /** Sorted by address; they do not overlap. */
  readonly segments: Segment[] = [];
  /** Calls of `readRegions`. */
  reads = 0;
  /** Regions of each of them. */
  readonly regionCounts: number[] = [];
  /** Set to have every read fail so. */
  failure: number | null = null;
  /** Called before each read with its number, from 1: the place to change or unmap something. */
  onRead: (read: number) => void = () => {};

  /** Maps zeroes, or the given bytes. @returns the address. */
  map(address: number, bytes: number | Uint8Array<ArrayBuffer>): number {
    const mapped = typeof bytes === "number" ? new Uint8Array(bytes) : bytes;
    const index = this.segments.findIndex((other) => other.address > address);
    const at = index < 0 ? this.segments.length : index;
    this.segments.splice(at, 0, { address, bytes: mapped });
    return address;
  }

  /** Takes away the segment that an address lies in. */
  unmap(address: number): void {
    const index = this.segments.indexOf(this.#segmentAt(address));
    this.segments.splice(index, 1);
  }

  u8(address: number, value: number): void {
    this.#view(address, 1).setUint8(0, value);
  }

  u16(address: number, value: number): void {
    this.#view(address, 2).setUint16(0, value, true);
  }

  u32(address: number, value: number): void {
    this.#view(address, 4).setUint32(0, value, true);
  }

  /** A pointer or another 64-bit number; a negative one as its two's complement. */
  u64(address: number, value: number): void {
    this.#view(address, 8).setBigUint64(0, BigInt(value), true);
  }

  pointer(address: number): number {
    return Number(this.#view(address, 8).getBigUint64(0, true));
  }

  write(address: number, bytes: Uint8Array): void {
    const { buffer, byteOffset } = this.#view(address, bytes.length);
    new Uint8Array(buffer, byteOffset).set(bytes);
  }

  readRegions(regions: Uint32Array, count: number, local: Uint8Array): number {
    this.onRead(++this.reads);
    this.regionCounts.push(count);
    if (this.failure !== null) return this.failure;
    let copied = 0;
    for (let i = 0; i < count; i++) {
      const size = regionSize(regions, i);
      const part = this.#copy(regionAddress(regions, i), size, copied, local);
      copied += part;
      if (part < size) return copied > 0 ? copied : ReadError.badAddress;
    }
    return copied;
  }

  /** @returns bytes copied: segments that touch read as one. */
  #copy(
    address: number,
    size: number,
    at: number,
    local: Uint8Array,
  ): number {
    let copied = 0;
    while (copied < size) {
      const segment = this.#find(address + copied);
      if (segment === undefined) break;
      const from = address + copied - segment.address;
      const part = segment.bytes.subarray(from, from + size - copied);
      local.set(part, at + copied);
      copied += part.length;
    }
    return copied;
  }

  #find(address: number): Segment | undefined {
    let low = 0;
    let high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.segments[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    const segment = this.segments[low - 1];
    return segment && address < segment.address + segment.bytes.length
      ? segment
      : undefined;
  }

  #segmentAt(address: number): Segment {
    const segment = this.#find(address);
    if (segment === undefined) {
      throw new Error(`Nothing is mapped at 0x${address.toString(16)}`);
    }
    return segment;
  }

  #view(address: number, size: number): DataView<ArrayBuffer> {
    const segment = this.#segmentAt(address);
    return new DataView(segment.bytes.buffer, address - segment.address, size);
  }
}
