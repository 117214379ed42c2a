// Hot path: runs once for each stack.
/** Compares two copies of the same memory. The shim does so in a twentieth of the time. */

/**
 * @param from place in both copies. @param size bytes to compare; both copies have them.
 * @returns bytes from there on that are the same, until the first that is not.
 */
export function sameBytes(
  a: Uint8Array,
  b: Uint8Array,
  from: number,
  size: number,
): number {
  let same = 0;
  while (same < size && a[from + same] === b[from + same]) same++;
  return same;
}

/** Whatever compares so. */
export type SameBytes = typeof sameBytes;
