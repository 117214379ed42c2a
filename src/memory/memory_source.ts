/**
 * A process's memory as a `ByteSource`, for parsers: positions are addresses.
 */

import { type ByteSource, isRange } from "../binary/byte_source.ts";
import { MAX_SCAN_SIZE } from "../limits.ts";
import type { RemoteMemory } from "./remote_memory.ts";
import { StructReader } from "./struct_reader.ts";

/** @returns the bytes at addresses of a process; each read takes the place of the one before, and gives MAX_SCAN_SIZE bytes at most. */
export function memorySource(memory: RemoteMemory): ByteSource {
  const reader = new StructReader(memory);
  return {
    read: (address, size) =>
      isRange(address, size) && size <= MAX_SCAN_SIZE &&
        reader.loadAll(address, size)
        ? reader.bytes()
        : null,
  };
}
