/**
 * Finds the interpreters of a process and what each snapshot reads of them.
 *
 * A process has one interpreter, or a few that it makes and ends now and then,
 * so their list is read apart from the sampling loop. Of each, the loop needs
 * the few fields of `interpreterWindow`.
 * 3.12 Include/internal/pycore_interp.h PyInterpreterState
 */

import { MAX_INTERPRETERS } from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { StructReader } from "../memory/struct_reader.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";

/** Bytes of a struct that are read together: `[start, start + size)`. */
export interface Window {
  readonly start: number;
  readonly size: number;
}

/** @returns the part of an interpreter state that holds what each snapshot needs of it. */
export function interpreterWindow(layout: Layout): Window {
  const { id, threadsHead, codeObjectGeneration } = layout.interpreter;
  const fields = [id, threadsHead];
  if (codeObjectGeneration !== ABSENT) fields.push(codeObjectGeneration);
  const start = Math.min(...fields);
  return { start, size: Math.max(...fields) + 8 - start };
}

/** @returns what reads an interpreter's count of freed code objects as it is now; null where there is none. */
export function generationReader(
  memory: RemoteMemory,
  layout: Layout,
): ((interpreter: number) => number) | null {
  const { codeObjectGeneration } = layout.interpreter;
  if (codeObjectGeneration === ABSENT) return null;
  const reader = new StructReader(memory);
  return (interpreter) => {
    reader.load(interpreter + codeObjectGeneration, 4);
    return reader.u32(0);
  };
}

/** Reads the list of interpreters of one process. */
export class InterpreterList {
  readonly #layout: Layout;
  readonly #reader: StructReader;
  readonly #head: number;

  /** @param runtimeAddress of `_PyRuntime`. */
  constructor(memory: RemoteMemory, layout: Layout, runtimeAddress: number) {
    this.#layout = layout;
    this.#reader = new StructReader(memory, layout.pointerSize);
    this.#head = runtimeAddress + layout.runtime.interpretersHead;
  }

  /** @returns addresses of the interpreters, newest first; none when they cannot be read. */
  read(): number[] {
    const { next } = this.#layout.interpreter;
    const addresses = new Set<number>();
    let address = this.#reader.pointerAt(this.#head);
    while (address !== 0 && addresses.size < MAX_INTERPRETERS) {
      if (addresses.has(address)) break;
      addresses.add(address);
      address = this.#reader.pointerAt(address + next);
    }
    return [...addresses];
  }
}
