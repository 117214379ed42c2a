/**
 * Bytes of a file that have arrived and have not been read: what decoders keep
 * from one piece to the next.
 */

const INITIAL_SIZE = 128 * 1024;

/** A window that slides over a file. */
export class ByteBuffer {
  /** Only the bytes from `start` to `end` count. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(INITIAL_SIZE);
  /** Position of the next byte to read; readers advance it. */
  start = 0;
  end = 0;
  /** Bytes of the file before `bytes[0]`. */
  #before = 0;

  /** Bytes of the file before `position`. */
  offsetOf(position: number): number {
    return this.#before + position;
  }

  /** Takes more bytes; positions lose their meaning. */
  append(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  #makeRoom(size: number): void {
    const { bytes, start, end } = this;
    const unread = end - start;
    if (unread + size > bytes.length) {
      this.bytes = new Uint8Array((unread + size) * 2);
    }
    this.bytes.set(bytes.subarray(start, end));
    this.#before += start;
    this.start = 0;
    this.end = unread;
  }
}
