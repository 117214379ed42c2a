// Hot path: runs once for each stack.
/** Compares two copies of the same memory. The shim does so in a twentieth of the time. */

/**
 * @param aFrom place in `a`. @param bFrom place in `b`. @param size bytes to compare; both copies have them.
 * @returns bytes from there on that are the same, until the first that is not.
 */
export function sameBytes(
  a: Uint8Array,
  aFrom: number,
  b: Uint8Array,
  bFrom: number,
  size: number,
): number {
  let same = 0;
  while (same < size && a[aFrom + same] === b[bFrom + same]) same++;
  return same;
}

/** Whatever compares so. */
export type SameBytes = typeof sameBytes;
