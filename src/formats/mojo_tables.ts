// Hot path: `frame` is called for each frame of a profile.
/**
 * What the keys of a MOJO file stand for, in each process.
 */

import type { FrameIndex } from "./frame_index.ts";
import { MAX_DEFINITIONS } from "./limits.ts";
import type { MojoCursor } from "./mojo_cursor.ts";
import { ProfileError } from "./profile_error.ts";

/** String key that has no definition. */
const UNKNOWN_KEY = 1;
const UNKNOWN = "<unknown>";

/** Keys of one process. */
interface ProcessKeys {
  readonly strings: Map<number, string>;
  readonly frames: Map<number, number>;
}

/** Definitions, and what refers to them. All reads may throw INCOMPLETE and ProfileError. */
export class MojoTables {
  readonly #index: FrameIndex;
  readonly #processes = new Map<number, ProcessKeys>();
  /** Strings that are the same in many processes are kept once. */
  readonly #strings = new Map<string, string>();
  #keys: ProcessKeys = newKeys();
  #pid = NaN;
  #definitions = 0;

  constructor(index: FrameIndex) {
    this.#index = index;
  }

  /** The keys to come are those of this process. */
  enter(pid: number): void {
    if (pid === this.#pid) return;
    this.#pid = pid;
    let keys = this.#processes.get(pid);
    if (keys === undefined) {
      keys = newKeys();
      this.#processes.set(pid, keys);
    }
    this.#keys = keys;
  }

  /** Reads a key and a string. */
  defineString(cursor: MojoCursor): void {
    const { strings } = this.#keys;
    const key = cursor.varint();
    const text = cursor.string();
    if (!strings.has(key)) this.#count(cursor);
    strings.set(key, this.#once(text));
  }

  /** Reads a key and a frame. @param hasColumns whether more than the line follows. */
  defineFrame(cursor: MojoCursor, hasColumns: boolean): void {
    const { frames } = this.#keys;
    const key = cursor.varint();
    const file = this.#string(cursor);
    const scope = this.#string(cursor);
    const line = cursor.varint();
    const endLine = hasColumns ? cursor.varint() : 0;
    const column = hasColumns ? cursor.varint() : 0;
    const endColumn = hasColumns ? cursor.varint() : 0;
    if (!frames.has(key)) this.#count(cursor);
    const frame = { file, scope, line, endLine, column, endColumn };
    frames.set(key, this.#idOf(frame, cursor));
  }

  /** Reads the key of a frame. @returns its id. */
  frame(cursor: MojoCursor): number {
    const key = cursor.varint();
    const id = this.#keys.frames.get(key);
    if (id === undefined) {
      throw new ProfileError(`frame ${key}, which is not defined,`, cursor);
    }
    return id;
  }

  /** As `FrameIndex.kernelLeaves`. */
  kernelLeaves(roots: readonly number[]): number {
    return this.#index.kernelLeaves(roots);
  }

  /** Reads a kernel frame. @returns its id. */
  kernelFrame(cursor: MojoCursor): number {
    const scope = cursor.string();
    const nowhere = { line: 0, endLine: 0, column: 0, endColumn: 0 };
    return this.#idOf({ file: "kernel", scope, ...nowhere }, cursor);
  }

  /** @param ids of frames from the root. @returns those up to the last one that is Python's. */
  withoutNativeLeaves(ids: readonly number[]): readonly number[] {
    let count = ids.length;
    while (count > 0 && this.#isNative(ids[count - 1]!)) count--;
    return ids.slice(0, count);
  }

  #isNative(id: number): boolean {
    const { file } = this.#index.frames.get(id);
    return !file.endsWith(".py") && !/^<.*>$/s.test(file);
  }

  #string(cursor: MojoCursor): string {
    const key = cursor.varint();
    const text = this.#keys.strings.get(key);
    if (text !== undefined) return text;
    if (key === UNKNOWN_KEY) return UNKNOWN;
    throw new ProfileError(`string ${key}, which is not defined,`, cursor);
  }

  #once(text: string): string {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    this.#strings.set(text, text);
    return text;
  }

  #idOf(frame: Parameters<FrameIndex["idOf"]>[0], cursor: MojoCursor): number {
    const id = this.#index.idOf(frame);
    if (id < 0) throw new ProfileError("too many frames", cursor);
    return id;
  }

  #count(cursor: MojoCursor): void {
    this.#definitions++;
    if (this.#definitions > MAX_DEFINITIONS) {
      throw new ProfileError("too many definitions", cursor);
    }
  }
}

function newKeys(): ProcessKeys {
  return { strings: new Map(), frames: new Map() };
}
