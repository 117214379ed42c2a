// Hot path: `find` runs several times for each stack; `rebuild` only when the plan changes.
/**
 * Which regions the next snapshot reads: those that the last ones needed.
 *
 * Regions are sorted by address and do not overlap. Each remembers when it was
 * last needed and how much of it, so that it shrinks and leaves by itself.
 * Neighbours are read as one where no page between them is read for nothing,
 * because the kernel charges by region (0.37 µs) and page (0.31 µs), hardly by
 * byte (0.06 µs for 4 KiB).
 */

import { REGION_WORDS, setRegion } from "./remote_memory.ts";

/** Bytes of a page of memory, or a fraction of it where pages are larger. What lies between two regions on one page, or on two that follow each other, can be read too. */
const PAGE_SIZE = 4096;

/** Snapshots for which a region stays in the plan without being needed. */
const KEEP_PASSES = 64;

const INITIAL_CAPACITY = 256;

/** A sorted set of regions with the place of each in a snapshot's bytes. */
export class RegionPlan {
  /** Regions in the plan. */
  count = 0;
  /** Start of each region. */
  address = new Float64Array(INITIAL_CAPACITY);
  /** Bytes of each region that the snapshot reads. */
  size = new Int32Array(INITIAL_CAPACITY);
  /** Where each region begins in the snapshot's bytes. */
  local = new Int32Array(INITIAL_CAPACITY);
  /** Region table for `RemoteMemory.readRegions`, neighbours joined. */
  table = new Uint32Array(INITIAL_CAPACITY * REGION_WORDS);
  tableCount = 0;
  /** Bytes of all joined regions. */
  totalSize = 0;
  #needed = new Int32Array(INITIAL_CAPACITY);
  #usedAt = new Int32Array(INITIAL_CAPACITY);

  /** @returns index of the last region that starts at or before the address, or -1. */
  find(address: number): number {
    const starts = this.address;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Notes that the first `size` bytes of a region were needed in this pass. */
  touch(index: number, size: number, pass: number): void {
    this.#usedAt[index] = pass;
    if (size > this.#needed[index]!) this.#needed[index] = size;
  }

  /** Puts a region in, or widens the one that it touches. Call `rebuild` before the next read. */
  add(address: number, size: number, pass: number): void {
    const before = this.find(address);
    if (before >= 0 && address < this.#wantedEnd(before)) {
      this.touch(before, address - this.address[before]! + size, pass);
      return;
    }
    this.#insert(before + 1);
    this.address[before + 1] = address;
    this.size[before + 1] = 0;
    this.#needed[before + 1] = size;
    this.#usedAt[before + 1] = pass;
  }

  /** Takes a region out. Call `rebuild` before the next read. */
  drop(index: number): void {
    this.#usedAt[index] = -KEEP_PASSES - 1;
  }

  /** Takes all regions out. */
  clear(): void {
    this.count = 0;
    this.tableCount = 0;
    this.totalSize = 0;
  }

  /**
   * Lays the plan out anew.
   * @param mayShrink whether regions become as small as they were needed since this was last so.
   * @param maxSize bytes that the snapshot may have; regions above it are left out.
   * @returns whether an address has another place than before.
   */
  rebuild(pass: number, mayShrink: boolean, maxSize: number): boolean {
    const { tableCount, totalSize } = this;
    this.#dropAndJoin(pass, mayShrink);
    const isMoved = this.#layOut(maxSize);
    return isMoved || tableCount !== this.tableCount ||
      totalSize !== this.totalSize;
  }

  /** End of what the next snapshot will read of a region. */
  #wantedEnd(index: number): number {
    const size = Math.max(this.size[index]!, this.#needed[index]!);
    return this.address[index]! + size;
  }

  /** Drops what was not needed of late; joins regions that overlap. */
  #dropAndJoin(pass: number, mayShrink: boolean): void {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      const usedAt = this.#usedAt[i]!;
      if (usedAt < pass - KEEP_PASSES) continue;
      const needed = this.#needed[i]!;
      let size = mayShrink ? needed : Math.max(needed, this.size[i]!);
      size = (size + 7) & ~7;
      if (size === 0) continue;
      const address = this.address[i]!;
      if (kept > 0) {
        const last = kept - 1;
        const from = address - this.address[last]!;
        if (from < this.size[last]!) {
          this.size[last] = Math.max(this.size[last]!, from + size);
          this.#usedAt[last] = Math.max(this.#usedAt[last]!, usedAt);
          continue;
        }
      }
      this.address[kept] = address;
      this.size[kept] = size;
      this.#needed[kept] = mayShrink ? 0 : needed;
      this.#usedAt[kept] = usedAt;
      kept++;
    }
    this.count = kept;
  }

  /** Gives each region its place and writes the region table. @returns whether one of the joined regions begins or ends elsewhere than before. */
  #layOut(maxSize: number): boolean {
    const { table } = this;
    const before = table.slice(0, this.tableCount * REGION_WORDS);
    let total = 0;
    let tableCount = 0;
    let start = 0;
    let end = -Infinity;
    let i = 0;
    for (; i < this.count; i++) {
      const address = this.address[i]!;
      const size = this.size[i]!;
      const joins = pageOf(address) - pageOf(end - 1) <= 1;
      const grown = joins ? address + size - end : size;
      if (total + grown > maxSize) break;
      if (!joins) {
        start = address;
        tableCount++;
      }
      total += grown;
      end = address + size;
      this.local[i] = total - size;
      setRegion(table, tableCount - 1, start, end - start);
    }
    this.count = i;
    this.tableCount = tableCount;
    this.totalSize = total;
    return before.some((word, index) => word !== table[index]);
  }

  #insert(index: number): void {
    if (this.count === this.address.length) this.#grow();
    const { count } = this;
    this.address.copyWithin(index + 1, index, count);
    this.size.copyWithin(index + 1, index, count);
    this.local.copyWithin(index + 1, index, count);
    this.#needed.copyWithin(index + 1, index, count);
    this.#usedAt.copyWithin(index + 1, index, count);
    this.count++;
  }

  #grow(): void {
    const capacity = this.count * 2;
    const grown = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.address = grown(this.address, new Float64Array(capacity));
    this.size = grown(this.size, new Int32Array(capacity));
    this.local = grown(this.local, new Int32Array(capacity));
    this.#needed = grown(this.#needed, new Int32Array(capacity));
    this.#usedAt = grown(this.#usedAt, new Int32Array(capacity));
    this.table = new Uint32Array(capacity * REGION_WORDS);
  }
}

/** @returns number of the page that holds an address. */
function pageOf(address: number): number {
  return Math.floor(address / PAGE_SIZE);
}
