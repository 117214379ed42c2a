// Hot path: where code objects come and go, for each frame of each stack.
/**
 * Tells a code object from another one at the same address.
 *
 * A fingerprint is a copy of what does not change while the code object lives:
 * its type, names and line table, its first line, and from 3.12 on a version
 * that no other has. Before that names are compared as they are written, for
 * the next code object's names may lie where the last one's were. Many
 * fingerprints are compared with one system call.
 * 3.12 Include/cpython/code.h PyCodeObject.co_version
 */

import {
  REGION_WORDS,
  type RemoteMemory,
  setRegion,
} from "../memory/remote_memory.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";
import type { Text } from "./string.ts";

/** Bytes of a name that are compared; longer ones differ in their addresses or their beginnings. */
const MAX_TEXT_SIZE = 256;

/** A code object's header, and two names. */
const MAX_REGIONS_EACH = 3;

/** Fingerprints that are compared with one system call, which takes 1024 regions. */
const BATCH = 256;

/** What a code object has to look like to be still the one that was read. */
export interface Fingerprint {
  /** Address and size of each region, one after the other. */
  readonly regions: readonly number[];
  /** Bytes of all regions. */
  readonly bytes: Uint8Array;
}

/** Something that has a fingerprint. */
export interface Fingerprinted {
  readonly fingerprint: Fingerprint;
}

/** Takes and compares fingerprints of one process's code objects. */
export class Fingerprints {
  readonly #memory: RemoteMemory;
  readonly #layout: Layout;
  /** Which bytes of a code object count. */
  readonly #counts: Uint8Array;
  readonly #table = new Uint32Array(BATCH * MAX_REGIONS_EACH * REGION_WORDS);
  #bytes = new Uint8Array(16 * 1024);

  constructor(memory: RemoteMemory, layout: Layout) {
    this.#memory = memory;
    this.#layout = layout;
    this.#counts = bytesThatCount(layout);
  }

  /**
   * @param memory to read it from. @param address of a code object. @param texts where the characters of its names are.
   * @returns the fingerprint; null when it cannot be read any more.
   */
  take(
    memory: RemoteMemory,
    address: number,
    texts: readonly Text[],
  ): Fingerprint | null {
    const regions = [address, this.#counts.length];
    if (this.#layout.code.version === ABSENT) {
      for (const { first, size } of texts) {
        regions.push(first, Math.min(size, MAX_TEXT_SIZE));
      }
    }
    const size = regions.reduce((sum, n, i) => i % 2 === 1 ? sum + n : sum, 0);
    const fingerprint = { regions, bytes: new Uint8Array(size) };
    const count = this.#list([{ fingerprint }], 0, 1);
    const copied = memory.readRegions(this.#table, count, fingerprint.bytes);
    return copied === size ? fingerprint : null;
  }

  /** @returns those of which something else is there by now. */
  changed<T extends Fingerprinted>(all: readonly T[]): readonly T[] {
    const changed: T[] = [];
    for (let from = 0; from < all.length; from += BATCH) {
      const to = Math.min(from + BATCH, all.length);
      this.#findChanged(all, from, to, changed);
    }
    return changed;
  }

  #findChanged<T extends Fingerprinted>(
    all: readonly T[],
    from: number,
    to: number,
    changed: T[],
  ): void {
    if (!this.#copy(all, from, to)) {
      if (to - from === 1) changed.push(all[from]!);
      else {
        for (let i = from; i < to; i++) {
          this.#findChanged(all, i, i + 1, changed);
        }
      }
      return;
    }
    let at = 0;
    for (let i = from; i < to; i++) {
      const then = all[i]!.fingerprint.bytes;
      if (!isSame(then, this.#bytes, at, this.#counts)) changed.push(all[i]!);
      at += then.length;
    }
  }

  /** Copies what some fingerprints were taken of. @returns whether all of it could be read. */
  #copy(all: readonly Fingerprinted[], from: number, to: number): boolean {
    let size = 0;
    for (let i = from; i < to; i++) size += all[i]!.fingerprint.bytes.length;
    if (size > this.#bytes.length) this.#bytes = new Uint8Array(2 * size);
    const count = this.#list(all, from, to);
    return this.#memory.readRegions(this.#table, count, this.#bytes) === size;
  }

  /** Writes the regions of some fingerprints into the table. @returns how many they are. */
  #list(all: readonly Fingerprinted[], from: number, to: number): number {
    let count = 0;
    for (let i = from; i < to; i++) {
      const { regions } = all[i]!.fingerprint;
      for (let j = 0; j < regions.length; j += 2) {
        setRegion(this.#table, count++, regions[j]!, regions[j + 1]!);
      }
    }
    return count;
  }
}

/** @returns for each byte of a code object's header, 1 when it stays the same while the object lives. */
function bytesThatCount({ pointerSize, code, object }: Layout): Uint8Array {
  const fields: (readonly [offset: number, size: number])[] = [
    [object.type, pointerSize],
    [code.filename, pointerSize],
    [code.qualifiedName, pointerSize],
    [code.lineTable, pointerSize],
    [code.firstLine, 4],
  ];
  if (code.version !== ABSENT) fields.push([code.version, 4]);
  const counts = new Uint8Array(code.size);
  for (const [offset, size] of fields) counts.fill(1, offset, offset + size);
  return counts;
}

function isSame(
  then: Uint8Array,
  now: Uint8Array,
  at: number,
  counts: Uint8Array,
): boolean {
  const { length } = counts;
  for (let i = 0; i < length; i++) {
    if (counts[i] === 1 && then[i] !== now[at + i]) return false;
  }
  for (let i = length; i < then.length; i++) {
    if (then[i] !== now[at + i]) return false;
  }
  return true;
}
