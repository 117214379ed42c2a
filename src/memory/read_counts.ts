/** Counts what is read of processes, for the log; only where that is wanted. */

import type { RemoteMemory } from "./remote_memory.ts";

/** Counters of reads. */
export class ReadCounts {
  /** Calls to the system. */
  reads = 0;
  /** Regions that were asked for. */
  regions = 0;
  /** Bytes that were copied. */
  bytes = 0;

  /** @returns the same memory, of which every read is counted. */
  of(memory: RemoteMemory): RemoteMemory {
    return {
      readRegions: (regions, count, local) => {
        const copied = memory.readRegions(regions, count, local);
        this.reads++;
        this.regions += count;
        if (copied > 0) this.bytes += copied;
        return copied;
      },
    };
  }

  /** Begins anew. */
  reset(): void {
    this.reads = this.regions = this.bytes = 0;
  }
}
