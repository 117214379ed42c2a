// Hot path: `find` runs once for each stack.
/**
 * The chunks of one thread's data stack, where frames of 3.11 and later lie
 * one after the other.
 *
 * A chunk is copied whole, up to what is used of it, and that nearly at one
 * moment. Whether there are live frames in it is for the walker to tell.
 * 3.12 Python/pystate.c push_chunk, _PyThreadState_PopFrame
 */

import { MAX_CHUNKS } from "../limits.ts";
import type { Snapshot } from "../memory/snapshot.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";

/** Words before a chunk's fields. 3.11 Include/cpython/pystate.h _PyStackChunk: previous, size, top, data. */
const CHUNK_TOP = 2;
const CHUNK_DATA = 3;

/** The first chunk's first word is left free. 3.12 Python/pystate.c push_chunk */
const FIRST_CHUNK_DATA = 4;

/** No chunk of the data stack is larger: one holds 16 KiB or a single huge frame. 3.12 Python/pystate.c push_chunk */
const MAX_CHUNK_SIZE = 16 * 1024 * 1024;

/** A chunk has this size, or a multiple of it. 3.12 Python/pystate.c DATA_STACK_CHUNK_SIZE */
const CHUNK_UNIT = 16 * 1024;

/** Bytes behind the data stack's top that are read as well, for frames that are pushed meanwhile. */
const SLACK_SIZE = 512;

/** Chunks of a thread in the copy; the newest has index 0. */
export class DataStack {
  readonly #snapshot: Snapshot;
  readonly #offset: number;
  /** Bytes of a word. */
  readonly #word: number;
  /** Bytes before a chunk's data. */
  readonly #header: number;
  readonly #addresses = new Float64Array(MAX_CHUNKS);
  readonly #places = new Int32Array(MAX_CHUNKS);
  /** Bytes that were copied. */
  readonly #sizes = new Int32Array(MAX_CHUNKS);
  count = 0;

  constructor(snapshot: Snapshot, layout: Layout) {
    this.#snapshot = snapshot;
    this.#offset = layout.thread.dataStackChunk;
    this.#word = layout.pointerSize;
    this.#header = CHUNK_DATA * layout.pointerSize;
  }

  /**
   * Finds a thread's chunks and has them copied.
   * @param threadAt place of the thread state in the snapshot.
   * @returns whether they could be read and are there.
   */
  find(threadAt: number): boolean {
    this.count = 0;
    if (this.#offset === ABSENT) return false;
    const snapshot = this.#snapshot;
    let chunk = snapshot.pointer(threadAt + this.#offset);
    const top = snapshot.pointer(threadAt + this.#offset + this.#word);
    let used = top - chunk;
    while (chunk !== 0) {
      if (this.count === MAX_CHUNKS || !this.#add(chunk, used)) return false;
      chunk = snapshot.pointer(this.#places[this.count - 1]!);
      if (chunk === 0) break;
      const at = snapshot.locate(chunk, this.#header);
      if (at < 0) return false;
      const words = snapshot.pointer(at + CHUNK_TOP * this.#word);
      used = this.#header + words * this.#word;
    }
    return this.count > 0;
  }

  /** Address of the first frame of a chunk. */
  first(index: number): number {
    const isOldest = index === this.count - 1;
    return this.#addresses[index]! +
      (isOldest ? FIRST_CHUNK_DATA : CHUNK_DATA) * this.#word;
  }

  /** End of what was copied of a chunk, an address. */
  end(index: number): number {
    return this.#addresses[index]! + this.#sizes[index]!;
  }

  /** What to take from an address in a chunk to get its place in the snapshot. */
  shift(index: number): number {
    return this.#addresses[index]! - this.#places[index]!;
  }

  /** Whether an address lies in what was copied of a chunk. */
  holds(address: number): boolean {
    for (let i = 0; i < this.count; i++) {
      const offset = address - this.#addresses[i]!;
      if (offset >= 0 && offset < this.#sizes[i]!) return true;
    }
    return false;
  }

  /** Has the next copies hold more of the newest chunk. @returns whether there is more. */
  askForMore(): boolean {
    const size = this.#sizes[0]!;
    const more = Math.min(size + SLACK_SIZE, roundUp(size));
    return more > size && this.#snapshot.locate(this.#addresses[0]!, more) >= 0;
  }

  /** What follows a chunk may not be mapped; what follows the frames of an older one is not used. */
  #add(chunk: number, used: number): boolean {
    if (used < this.#header || used > MAX_CHUNK_SIZE) return false;
    const { count } = this;
    const wanted = count === 0
      ? Math.min(used + SLACK_SIZE, roundUp(used))
      : used;
    const at = this.#snapshot.locate(chunk, wanted);
    if (at < 0) return false;
    const { windowAddress, windowSize } = this.#snapshot;
    const copied = windowAddress + windowSize - chunk;
    this.#addresses[count] = chunk;
    this.#places[count] = at;
    this.#sizes[count] = count === 0
      ? Math.min(copied, roundUp(wanted))
      : wanted;
    this.count++;
    return true;
  }
}

function roundUp(size: number): number {
  return Math.ceil(size / CHUNK_UNIT) * CHUNK_UNIT;
}
