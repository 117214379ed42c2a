/**
 * What the operating system tells about a process.
 *
 * The interface that finding Pythons needs; `linux_process.ts` is the one
 * implementation so far, tests hand in others. The process's memory is read
 * elsewhere, see `memory/`.
 */

import type { ByteSource } from "../binary/byte_source.ts";
import type { Module } from "./maps.ts";

/** Why the operating system does not tell. */
export type Refusal =
  /** There is no such process, or it has ended and waits for its parent to notice. */
  | "gone"
  /** It is somebody else's, or protected. */
  | "denied"
  | "failed";

/** What decides on who may read another process's memory. */
export interface Protection {
  /** We run as root. */
  readonly superuser: boolean;
  /** Yama's `ptrace_scope`; null where there is no Yama. */
  readonly ptraceScope: number | null;
}

/** A process on this machine. */
export interface Process {
  readonly pid: number;
  /** Files that it has mapped, its executable first; none for kernel threads. */
  modules(): Module[] | Refusal;
  /** @returns the file behind a module, still as it was when it was mapped; or null. The caller closes it. */
  openModule(module: Module): ModuleFile | null;
  /** What may be the reason of a `denied`. */
  protection(): Protection;
}

/** An open file of a module. */
export interface ModuleFile extends ByteSource, Disposable {}
