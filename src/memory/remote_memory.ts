/**
 * Another process's memory, as bytes at addresses.
 *
 * The one interface through which the target is read: `ProcessMemory` has a
 * live process behind it, tests put built structs or recorded images there.
 * It copies and reports; it does not interpret, cache or retry.
 *
 * A region table is a `Uint32Array` of four words for each region, which is
 * what the shim's `austin_read` takes (and an `iovec` on 64-bit machines):
 *
 * | word | meaning                     |
 * | ---- | --------------------------- |
 * | 0    | address, low 32 bits        |
 * | 1    | address, high 32 bits       |
 * | 2    | size in bytes               |
 * | 3    | 0                           |
 */

/** Why nothing could be read; the negative results of `austin_read` in `native/austin_shim.h`. */
export const ReadError = {
  /** The process has ended (or is a zombie). */
  gone: -1,
  /** The kernel refuses to let us read it. */
  denied: -2,
  /** The first address is not mapped. */
  badAddress: -3,
  /** Anything else. */
  failed: -4,
} as const;

/** Words of a region table for each region. */
export const REGION_WORDS = 4;

/** Reads regions of a process's memory. */
export interface RemoteMemory {
  /**
   * Copies regions one after the other into `local`, without gaps.
   * @param regions region table. @param count regions in it. @param local at least as large as all regions together.
   * @returns bytes copied, which end inside the first region that cannot be read; or a `ReadError` when there are none.
   */
  readRegions(regions: Uint32Array, count: number, local: Uint8Array): number;
}

/** Writes one entry of a region table. */
export function setRegion(
  regions: Uint32Array,
  index: number,
  address: number,
  size: number,
): void {
  const word = index * REGION_WORDS;
  regions[word] = address >>> 0;
  regions[word + 1] = (address / 4294967296) >>> 0;
  regions[word + 2] = size;
  regions[word + 3] = 0;
}

/** Address of an entry of a region table; for implementations of `RemoteMemory` in TypeScript. */
export function regionAddress(regions: Uint32Array, index: number): number {
  const word = index * REGION_WORDS;
  return regions[word + 1]! * 4294967296 + regions[word]!;
}

/** Size in bytes of an entry of a region table. */
export function regionSize(regions: Uint32Array, index: number): number {
  return regions[index * REGION_WORDS + 2]!;
}
