/**
 * The shim behind the interfaces that the rest of the program knows: clock,
 * stop signal and process memory. It is opened on first use, so that help
 * texts and converters never load it.
 */

import type { RemoteMemory } from "../src/memory/remote_memory.ts";
import type { Clock, StopSignal } from "../src/sampling/pacer.ts";
import { type Library, openLibrary } from "./library.ts";

/** What only C can do, on this machine. */
export interface Shim extends Clock, StopSignal {
  /** Memory of the process `pid`; every read names it anew, so nothing has to be closed. */
  memoryOf(pid: number): RemoteMemory;
  /** SIGINT and SIGTERM are recorded from now on. */
  recordStopSignals(): void;
  /** Precise wake-ups, which children would inherit: to be called after launching one. */
  sleepPrecisely(): void;
}

let shim: Shim | undefined;

/** The one shim of this program. @throws AustinError when it cannot be loaded. */
export function openShim(): Shim {
  return shim ??= shimOf(openLibrary());
}

function shimOf({ symbols }: Library): Shim {
  return {
    now: () => symbols.austin_now(),
    sleepUntil: (deadlineUs) => symbols.austin_sleep_until(deadlineUs),
    takeStopSignal: () => symbols.austin_take_stop_signal(),
    recordStopSignals: () => void symbols.austin_record_stop_signals(),
    sleepPrecisely: () => void symbols.austin_sleep_precisely(),
    memoryOf: (pid) => ({
      readRegions: (regions, count, local) =>
        symbols.austin_read(
          pid,
          regions as Uint32Array<ArrayBuffer>,
          count,
          local as Uint8Array<ArrayBuffer>,
        ),
    }),
  };
}
