// Hot path: no allocation.
/**
 * MOJO's integers of variable size.
 *
 * | byte  | bit 7        | bit 6                  | bits 5 to 0             |
 * | ----- | ------------ | ---------------------- | ----------------------- |
 * | first | more follows | the number is negative | lowest 6 of its amount  |
 * | other | more follows | one more of them       | the next of its amount  |
 *
 * 0 is `00`, -131 is `C3 02`.
 */

/** Bytes that a varint of up to 53 bits takes at most. */
export const MAX_VARINT_SIZE = 8;

/** Numbers up to here can be shifted. */
const MAX_INT32 = 0x7fffffff;

/** Appends an integer. @param value within ±(2^53 - 1). @returns the position behind it. */
export function appendVarint(
  bytes: Uint8Array,
  at: number,
  value: number,
): number {
  const sign = value < 0 ? 0x40 : 0;
  const amount = value < 0 ? -value : value;
  if (amount < 0x40) {
    bytes[at] = sign | amount;
    return at + 1;
  }
  if (amount > MAX_INT32) return appendLarge(bytes, at, sign, amount);
  bytes[at++] = 0x80 | sign | amount & 0x3f;
  return appendGroups(bytes, at, amount >> 6);
}

/** Appends what is too large for shifts: they work on 32 bits. */
function appendLarge(
  bytes: Uint8Array,
  at: number,
  sign: number,
  amount: number,
): number {
  bytes[at++] = 0x80 | sign | amount % 0x40;
  let rest = Math.floor(amount / 0x40);
  while (rest > MAX_INT32) {
    bytes[at++] = 0x80 | rest % 0x80;
    rest = Math.floor(rest / 0x80);
  }
  return appendGroups(bytes, at, rest);
}

/** Appends the bytes after the first one. @param rest from 1 to 2^31 - 1. */
function appendGroups(bytes: Uint8Array, at: number, rest: number): number {
  while (rest >= 0x80) {
    bytes[at++] = 0x80 | rest & 0x7f;
    rest >>= 7;
  }
  bytes[at] = rest;
  return at + 1;
}
