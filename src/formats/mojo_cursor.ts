// Hot path: once for each byte of a profile.
/**
 * Reads what MOJO events are made of; `output/mojo.ts` specifies them.
 *
 * Bytes arrive in pieces that end anywhere. A read that needs more of them
 * throws INCOMPLETE; the reader goes back to the last `commit` and begins the
 * event again when they are there.
 */

import { ByteBuffer } from "./byte_buffer.ts";
import { MAX_STRING_SIZE } from "./limits.ts";
import { ProfileError, type ProfilePosition } from "./profile_error.ts";

/** Thrown when an event is not complete yet. It is no failure, so it carries nothing. */
export const INCOMPLETE: Error = new Error("More bytes are needed");

/** Bytes that a varint takes at most: 64 bits. */
const MAX_VARINT_SIZE = 10;

/** Up to this size a loop is faster than a decoder. */
const SHORT_TEXT_SIZE = 24;

/** A position in a MOJO file. */
export class MojoCursor implements ProfilePosition {
  readonly #buffer = new ByteBuffer();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #at = 0;

  /** Bytes of the file before the last `commit`. */
  get offset(): number {
    return this.#buffer.offsetOf(this.#buffer.start);
  }

  /** Whether everything that arrived has been read. */
  get isAtEnd(): boolean {
    return this.#at >= this.#buffer.end;
  }

  /** Takes more bytes. To be called between events. */
  append(chunk: Uint8Array): void {
    this.#buffer.append(chunk);
    this.#at = this.#buffer.start;
  }

  /** What was read up to here is not needed again. */
  commit(): void {
    this.#buffer.start = this.#at;
  }

  /** Goes back to the last `commit`. */
  rollback(): void {
    this.#at = this.#buffer.start;
  }

  /** @throws INCOMPLETE */
  byte(): number {
    const { bytes, end } = this.#buffer;
    if (this.#at >= end) throw INCOMPLETE;
    return bytes[this.#at++]!;
  }

  /** Passes over the next byte if it is there and the given one. @returns whether it is. */
  skip(byte: number): boolean {
    const { bytes, end } = this.#buffer;
    if (this.#at >= end || bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  /** @returns the byte after the next `distance` ones, which stay to be read. @throws INCOMPLETE */
  peek(distance: number): number {
    const { bytes, end } = this.#buffer;
    if (this.#at + distance >= end) throw INCOMPLETE;
    return bytes[this.#at + distance]!;
  }

  /** @returns the number; the nearest one that can be had when it is above 2^53. @throws INCOMPLETE, ProfileError */
  varint(): number {
    const first = this.byte();
    let amount = first & 0x3f;
    if (first >= 0x80) amount += this.#groups();
    return (first & 0x40) === 0 || amount === 0 ? amount : -amount;
  }

  /** Reads the bytes of a varint after its first one. */
  #groups(): number {
    const { bytes, end } = this.#buffer;
    let amount = 0;
    let unit = 0x40;
    for (let size = 2; size <= MAX_VARINT_SIZE; size++) {
      if (this.#at >= end) throw INCOMPLETE;
      const byte = bytes[this.#at++]!;
      amount += (byte & 0x7f) * unit;
      if (byte < 0x80) return amount;
      unit *= 0x80;
    }
    throw this.#error(`a number of more than ${MAX_VARINT_SIZE} bytes`);
  }

  /** @throws INCOMPLETE, ProfileError */
  string(): string {
    const { bytes, end } = this.#buffer;
    const start = this.#at;
    const nul = bytes.indexOf(0, start);
    const size = nul < 0 || nul >= end ? end - start : nul - start;
    if (size > MAX_STRING_SIZE) {
      throw this.#error(`a string of more than ${MAX_STRING_SIZE} bytes`);
    }
    if (start + size >= end) throw INCOMPLETE;
    this.#at = start + size + 1;
    return this.#text(start, start + size);
  }

  #text(start: number, end: number): string {
    const { bytes } = this.#buffer;
    if (end - start <= SHORT_TEXT_SIZE) {
      const text = asciiText(bytes, start, end);
      if (text !== null) return text;
    }
    return this.#decoder.decode(bytes.subarray(start, end));
  }

  #error(state: string): ProfileError {
    return new ProfileError(state, this);
  }
}

/** @returns the text, or null when it is not ASCII. */
function asciiText(
  bytes: Uint8Array,
  start: number,
  end: number,
): string | null {
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}
