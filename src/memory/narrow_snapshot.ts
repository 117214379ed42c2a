// Hot path: of processes with 32 bits.
/**
 * The copy of a process whose pointers have 4 bytes.
 *
 * A class of its own instead of a question at each pointer: a run that has only
 * 64-bit processes never makes one, so all that reads a `Snapshot` there stays
 * as fast as if there were no other kind.
 */

import type { PointerSize } from "../binary/abi.ts";
import type { RemoteMemory } from "./remote_memory.ts";
import { Snapshot, type SnapshotOptions } from "./snapshot.ts";

class NarrowSnapshot extends Snapshot {
  override pointer(at: number): number {
    return this.u32(at);
  }

  override high(_at: number): number {
    return 0;
  }
}

/** @param pointerSize bytes of a pointer in that memory. @param maxSize bytes that the copy may have. */
export function openSnapshot(
  pointerSize: PointerSize,
  memory: RemoteMemory,
  maxSize: number,
  options: SnapshotOptions = {},
): Snapshot {
  return pointerSize === 8
    ? new Snapshot(memory, maxSize, options)
    : new NarrowSnapshot(memory, maxSize, options);
}
