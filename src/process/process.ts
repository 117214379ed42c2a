/**
 * What the operating system tells about processes.
 *
 * `System` is one operating system: `linux_system.ts` and its like implement
 * it, `cli/system.ts` picks one, and nothing else asks which one it is. Tests
 * hand in others. The process's memory is read elsewhere, see `memory/`.
 */

import type { ByteSource } from "../binary/byte_source.ts";
import type { Module } from "./maps.ts";

/** The operating system that we run on, as far as it knows processes. */
export interface System {
  /** What finding Pythons needs. The process may have ended, or never have been. */
  process(pid: number): Process;
  /** @returns ids of the processes that it started and that have not ended; none when it has ended itself. */
  childrenOf(pid: number): readonly number[];
  /** @returns the processes that it may only stand for: where a program cannot become another, launchers start it as their child. */
  standsFor(pid: number): readonly number[];
  /** @returns the system's ids of a process's threads, by the ids that the process itself knows. None when it has ended. */
  threadIds(pid: number): ReadonlyMap<number, number>;
  /** @returns the names that threads have outside Python, by the ids that the process itself knows. */
  threadNames(pid: number): ReadonlyMap<number, string>;
  /** Tells idle threads. The caller closes it. */
  threadStates(pid: number): ThreadStates;
  /** Tells how much of a process is in memory. The caller closes it. */
  residentMemory(pid: number): ResidentMemory;
  /** @returns microseconds that a process has had on CPUs; null when it has ended or that is not told. */
  cpuTimeUs(pid: number): number | null;
  /** Time, in microseconds, for which a stop signal of the terminal may reach us after a process that it has ended. */
  readonly signalLagUs: number;
  /** @returns the words that started a process; none when it has ended or they are not told. */
  commandLine(pid: number): readonly string[];
}

/** Why the operating system does not tell. */
export type Refusal =
  /** There is no such process, or it has ended and waits for its parent to notice. */
  | "gone"
  /** It is somebody else's, or protected. */
  | "denied"
  | "failed";

/** A process on this machine. */
export interface Process {
  readonly pid: number;
  /** Files that it has mapped, its executable first; none for kernel threads. */
  modules(): Module[] | Refusal;
  /** @returns the file behind a module, still as it was when it was mapped; or null. The caller closes it. */
  openModule(module: Module): ModuleFile | null;
  /** @returns what a user can do who may not read it. */
  permissionHint(): string;
}

/** An open file of a module. */
export interface ModuleFile extends ByteSource, Disposable {}

/** Tells which threads of a process are off the CPU. */
export interface ThreadStates {
  /** Begins a pass over the process. */
  begin(): void;
  /** @param tid as the process itself knows it. */
  isIdle(tid: number): boolean;
  close(): void;
}

/** Tells how much of a process is in memory. */
export interface ResidentMemory {
  /** @returns bytes; the last known ones when the process has ended. */
  read(): number;
  close(): void;
}
