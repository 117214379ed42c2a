/**
 * The shim behind the interfaces that the rest of the program knows: clock,
 * stop signal and process memory. It is opened on first use, so that help
 * texts and converters never load it.
 */

import type { LogTarget } from "../src/log.ts";
import type { RemoteMemory } from "../src/memory/remote_memory.ts";
import type { KeptFiles } from "../src/process/kept_file.ts";
import type { Clock, StopSignal } from "../src/sampling/pacer.ts";
import { type Library, openLibrary } from "./library.ts";

/** What only C can do, on this machine. */
export interface Shim extends Clock, StopSignal, KeptFiles, LogTarget {
  /** Memory of the process `pid`; every read names it anew, so nothing has to be closed. */
  memoryOf(pid: number): RemoteMemory;
  /** @returns bytes of a page of memory. */
  pageSize(): number;
  /** SIGINT and SIGTERM are recorded from now on. */
  recordStopSignals(): void;
  /** Precise wake-ups, which children would inherit: to be called after launching one. */
  sleepPrecisely(): void;
}

const encoder = new TextEncoder();

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
    pageSize: () => symbols.austin_page_size(),
    openFile: (path) => symbols.austin_open_file(encoder.encode(`${path}\0`)),
    readFile: (file, into) =>
      symbols.austin_read_file(
        file,
        into as Uint8Array<ArrayBuffer>,
        into.length,
      ),
    closeFile: (file) => symbols.austin_close_file(file),
    log: (severity, line) =>
      symbols.austin_log(severity, encoder.encode(`${line}\0`)),
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
