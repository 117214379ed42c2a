/**
 * What systems without a `/proc` tell about processes, as bytes: the shim asks
 * for it, and `module_table.ts`, `windows_snapshot.ts` and
 * `darwin_threads.ts` read it.
 */

/** Asks the system. All results below 0 are a `ReadError`. */
export interface ProcessTables {
  /** Lists the images of a process, its executable first. @returns bytes written. */
  listModules(pid: number, into: Uint8Array): number;
  /** @returns bytes of the process that are in memory. */
  residentMemory(pid: number): number;
  /** Lists all processes and threads, if there is room. @returns bytes that it takes. */
  listProcesses(into: Uint8Array): number;
  /** macOS: lists the threads of a process. @returns bytes written. */
  listThreads(pid: number, into: Uint8Array): number;
  /** macOS: lists the ids of a process's children. @returns bytes written. */
  listChildren(pid: number, into: Uint8Array): number;
  /** macOS: the flags of a process's code signature. */
  codeFlags(pid: number): number;
}
