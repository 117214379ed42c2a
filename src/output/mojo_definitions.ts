/**
 * What a reader of a MOJO file has been told: frames and strings by key, for
 * each process.
 *
 * A frame's key is its id, so it can be written without a look-up. Strings
 * count up from 2: readers know 1 as `<unknown>`, and 0 as no string. Keys
 * mean the same in every process, but have to be defined in each.
 */

import type { Frame, FrameTable } from "../events/frame_table.ts";
import { appendVarint, MAX_VARINT_SIZE } from "./varint.ts";

const FRAME = 3;
const STRING = 11;

const FIRST_STRING_KEY = 2;

/** Bytes kept about what was defined, in all processes; past it everything is defined anew. Processes with all the frames that are known at a time take 100 kB each. */
const MAX_KNOWN_SIZE = 64 * 1024 * 1024;

/** What one entry of the table of processes takes, beside its bits. */
const PROCESS_SIZE = 256;

/** Bytes of a frame definition at most: the event and seven integers. */
const FRAME_SIZE = 1 + 7 * MAX_VARINT_SIZE;

/** Bytes of a string definition at most, beside the string. */
const STRING_SIZE = 1 + MAX_VARINT_SIZE + 1;

const encoder = new TextEncoder();

/** What is defined in one process. */
export class KnownKeys {
  readonly frames: KeySet = new KeySet();
  readonly strings: KeySet = new KeySet();

  /** Bytes that it takes. */
  get size(): number {
    return PROCESS_SIZE + this.frames.size + this.strings.size;
  }
}

/** Remembers what was defined, and makes the definitions that are missing. */
export class MojoDefinitions {
  readonly #frames: FrameTable;
  #processes = new Map<number, KnownKeys>();
  #stringKeys = new Map<string, number>();
  #knownSize = 0;
  /** Definitions that have not been written yet; only the first `size` bytes count. */
  bytes = new Uint8Array(4096);
  size = 0;

  constructor(frames: FrameTable) {
    this.#frames = frames;
  }

  /** Whether so much is known that it is better to begin anew. */
  get isFull(): boolean {
    return this.#knownSize > MAX_KNOWN_SIZE;
  }

  /** What is defined in a process; it grows by calls of `define`. */
  of(pid: number): KnownKeys {
    const known = this.#processes.get(pid);
    return known ?? this.#addProcess(pid);
  }

  /** Forgets everything: frame ids have lost their meaning. */
  clear(): void {
    this.#processes.clear();
    this.#stringKeys.clear();
    this.#knownSize = 0;
  }

  /** Appends the definition of a frame, and of its strings as needed, to `bytes`. */
  define(known: KnownKeys, id: number): void {
    const sizeBefore = known.size;
    const frame = this.#frames.get(id);
    const file = this.#stringKey(known, frame.file);
    const scope = this.#stringKey(known, frame.scope);
    this.#appendFrame(id, file, scope, frame);
    known.frames.add(id);
    this.#knownSize += known.size - sizeBefore;
  }

  #addProcess(pid: number): KnownKeys {
    const known = new KnownKeys();
    this.#processes.set(pid, known);
    this.#knownSize += known.size;
    return known;
  }

  /** @returns the key of a string, which is defined after the call. */
  #stringKey(known: KnownKeys, text: string): number {
    let key = this.#stringKeys.get(text);
    if (key === undefined) {
      key = FIRST_STRING_KEY + this.#stringKeys.size;
      this.#stringKeys.set(text, key);
    }
    if (!known.strings.has(key)) {
      known.strings.add(key);
      this.#appendString(key, text);
    }
    return key;
  }

  #appendString(key: number, text: string): void {
    const string = encodeString(text);
    this.#reserve(STRING_SIZE + string.length);
    const { bytes } = this;
    let at = this.size;
    bytes[at++] = STRING;
    at = appendVarint(bytes, at, key);
    bytes.set(string, at);
    this.size = at + string.length;
  }

  #appendFrame(key: number, file: number, scope: number, frame: Frame): void {
    this.#reserve(FRAME_SIZE);
    const { bytes } = this;
    let at = this.size;
    bytes[at++] = FRAME;
    at = appendVarint(bytes, at, key);
    at = appendVarint(bytes, at, file);
    at = appendVarint(bytes, at, scope);
    at = appendVarint(bytes, at, frame.line);
    at = appendVarint(bytes, at, frame.endLine);
    at = appendVarint(bytes, at, frame.column);
    this.size = appendVarint(bytes, at, frame.endColumn);
  }

  #reserve(size: number): void {
    if (this.size + size <= this.bytes.length) return;
    const { bytes } = this;
    this.bytes = new Uint8Array((this.size + size) * 2);
    this.bytes.set(bytes);
  }
}

/** A set of small integers, a bit each. */
class KeySet {
  #bits = new Uint8Array(64);

  /** Bytes that it takes. */
  get size(): number {
    return this.#bits.length;
  }

  has(key: number): boolean {
    const byte = this.#bits[key >> 3];
    return byte !== undefined && (byte >> (key & 7) & 1) === 1;
  }

  add(key: number): void {
    const index = key >> 3;
    if (index >= this.#bits.length) this.#grow(index + 1);
    this.#bits[index]! |= 1 << (key & 7);
  }

  #grow(size: number): void {
    const bits = this.#bits;
    this.#bits = new Uint8Array(size * 2);
    this.#bits.set(bits);
  }
}

/** @returns the text with the NUL that ends it. A NUL within it becomes U+FFFD, as a lone surrogate does. */
export function encodeString(text: string): Uint8Array {
  return encoder.encode(`${text.replaceAll("\0", "\ufffd")}\0`);
}
