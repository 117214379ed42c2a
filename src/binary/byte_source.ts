/**
 * Bytes that can be asked for by position: a file, a loaded image, a buffer.
 *
 * Parsers get their bytes through this and so never see where they come from.
 * The positions that they ask for are untrusted themselves.
 */

/** Reads a range of bytes, or nothing. */
export interface ByteSource {
  /**
   * @param offset any number, also negative, fractional or beyond the end.
   * @returns exactly `size` bytes, valid until the next read; or null when not all of them can be had.
   */
  read(offset: number, size: number): Uint8Array | null;
}

/** Bytes that are all in memory already. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    read: (offset, size) =>
      isRange(offset, size) && offset + size <= bytes.length
        ? bytes.subarray(offset, offset + size)
        : null,
  };
}

/** @returns whether `size` bytes at `offset` are something that one can ask for. */
export function isRange(offset: number, size: number): boolean {
  return Number.isSafeInteger(offset) && offset >= 0 &&
    Number.isSafeInteger(size) && size >= 0;
}

/** @returns the bytes with accessors, or null as `read` does. */
export function viewOf(
  source: ByteSource,
  offset: number,
  size: number,
): DataView | null {
  const bytes = source.read(offset, size);
  return bytes === null || bytes.length < size
    ? null
    : new DataView(bytes.buffer, bytes.byteOffset, size);
}
