/**
 * The shim behind the interfaces that the rest of the program knows: clock,
 * stop signal and process memory. It is opened on first use, so that help
 * texts and converters never load it.
 */

import type { LogTarget } from "../src/log.ts";
import type { RemoteMemory } from "../src/memory/remote_memory.ts";
import type { ThreadHalter } from "../src/native/halter.ts";
import type { SameBytes } from "../src/memory/same_bytes.ts";
import type { KeptFiles } from "../src/process/kept_file.ts";
import type { ProcessTables } from "../src/process/process_tables.ts";
import type { Clock, StopSignal } from "../src/sampling/pacer.ts";
import { type Library, openLibrary } from "./library.ts";

/** What only C can do, on this machine; some of it only on some systems. */
export interface Shim
  extends Clock, StopSignal, KeptFiles, ProcessTables, LogTarget {
  /** Memory of the process `pid`, which is opened by the first read. Nothing has to be closed. */
  memoryOf(pid: number): RemoteMemory;
  /** Compares copies of memory. */
  readonly sameBytes: SameBytes;
  /** @returns bytes of a page of memory. */
  pageSize(): number;
  /** @returns false when standard output is a pipe whose reader has gone, where that can be told. */
  outputIsRead(): boolean;
  /** SIGINT and SIGTERM are recorded from now on. */
  recordStopSignals(): void;
  /** Launches a command, which inherits no signal mask of ours. */
  launch<Child>(spawn: () => Child): Child;
  /** Halts threads; null where that cannot be done. */
  readonly halter: ThreadHalter | null;
  /** @returns path of a file with these bytes from which a library can be loaded; null when it cannot be made. */
  memoryFile(bytes: Uint8Array): string | null;
  /** Precise wake-ups, which children would inherit: to be called after launching one. */
  sleepPrecisely(): void;
}

const encoder = new TextEncoder();

let shim: Shim | undefined;

/** The one shim of this program. @throws AustinError when it cannot be loaded. */
export function openShim(): Shim {
  return shim ??= shimOf(openLibrary());
}

/** `AUSTIN_GONE`: the process has ended. */
const GONE = -1;

/** `AUSTIN_FAILED`: asked for on a system that does without it. */
const FAILED = -4;

type Symbols = Library["symbols"];

function shimOf({ symbols }: Library): Shim {
  const processes = new OpenProcesses(symbols);
  return {
    now: () => symbols.austin_now(),
    sleepUntil: (deadlineUs) => symbols.austin_sleep_until(deadlineUs),
    takeStopSignal: () => symbols.austin_take_stop_signal(),
    recordStopSignals: () => void symbols.austin_record_stop_signals(),
    launch: (spawn) => {
      symbols.austin_begin_launch?.();
      try {
        return spawn();
      } finally {
        symbols.austin_end_launch?.();
      }
    },
    sleepPrecisely: () => void symbols.austin_sleep_precisely(),
    outputIsRead: () => symbols.austin_output_is_read?.() !== 0,
    pageSize: () => symbols.austin_page_size?.() ?? FAILED,
    openFile: (path) =>
      symbols.austin_open_file?.(encoder.encode(`${path}\0`)) ?? FAILED,
    readFile: (file, into) =>
      symbols.austin_read_file?.(file, own(into), into.length) ?? FAILED,
    closeFile: (file) => symbols.austin_close_file?.(file),
    log: (severity, line) =>
      symbols.austin_log(severity, encoder.encode(`${line}\0`)),
    listModules: (pid, into) =>
      processes.use(
        pid,
        (process) =>
          symbols.austin_list_modules?.(process, own(into), into.length) ??
            FAILED,
      ),
    residentMemory: (pid) =>
      processes.use(
        pid,
        (process) => symbols.austin_resident_memory?.(process) ?? FAILED,
      ),
    listProcesses: (into) =>
      symbols.austin_list_processes?.(own(into), into.length) ?? FAILED,
    listThreads: (pid, into) =>
      processes.use(
        pid,
        (process) =>
          symbols.austin_list_threads?.(process, own(into), into.length) ??
            FAILED,
      ),
    listChildren: (pid, into) =>
      symbols.austin_list_children?.(pid, own(into), into.length) ?? FAILED,
    codeFlags: (pid) => symbols.austin_code_flags?.(pid) ?? FAILED,
    halter: halterOf(symbols),
    memoryFile: (bytes) => {
      const file = symbols.austin_memory_file?.(
        bytes as Uint8Array<ArrayBuffer>,
        bytes.length,
      ) ?? -1;
      return file < 0 ? null : `/proc/self/fd/${file}`;
    },
    sameBytes: (a, aFrom, b, bFrom, size) =>
      symbols.austin_same_bytes(own(a), aFrom, own(b), bFrom, size),
    memoryOf: (pid) => ({
      readRegions: (regions, count, local) => {
        const process = processes.open(pid);
        if (process < 0) return process;
        const copied = symbols.austin_read(
          process,
          regions as Uint32Array<ArrayBuffer>,
          count,
          own(local),
        );
        if (copied === GONE) processes.close(pid);
        return copied;
      },
    }),
  };
}

/** Only buffers of our own are handed to C. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

/** Processes that are open, by pid, until they turn out to have ended. */
class OpenProcesses {
  readonly #symbols: Symbols;
  readonly #open = new Map<number, number>();

  constructor(symbols: Symbols) {
    this.#symbols = symbols;
  }

  /** @returns what C calls the process, or a `ReadError`. */
  open(pid: number): number {
    const known = this.#open.get(pid);
    if (known !== undefined) return known;
    const process = this.#symbols.austin_open_process(pid);
    if (process >= 0) this.#open.set(pid, process);
    return process;
  }

  /** @returns what `ask` says of the process, or a `ReadError`. */
  use(pid: number, ask: (process: number) => number): number {
    const process = this.open(pid);
    if (process < 0) return process;
    const answer = ask(process);
    if (answer === GONE) this.close(pid);
    return answer;
  }

  close(pid: number): void {
    const process = this.#open.get(pid);
    if (process === undefined) return;
    this.#open.delete(pid);
    this.#symbols.austin_close_process(process);
  }
}

function halterOf(symbols: Library["symbols"]): ThreadHalter | null {
  const { austin_halt, austin_release, austin_release_late } = symbols;
  if (!austin_halt || !austin_release || !austin_release_late) return null;
  return {
    halt: (pid, tid, timeoutUs, registers) =>
      austin_halt(pid, tid, timeoutUs, registers as Uint32Array<ArrayBuffer>),
    release: (pid, tid, signum) => austin_release(pid, tid, signum),
    releaseLate: () => austin_release_late(),
  };
}
