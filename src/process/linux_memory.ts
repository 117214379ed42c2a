/**
 * How much of a process is in memory, on Linux: the second number of
 * `/proc/PID/statm`, in pages. Linux Documentation/filesystems/proc.rst
 */

import type { KeptFiles } from "./kept_file.ts";
import type { ResidentMemory } from "./process.ts";

/** Bytes of `statm`: seven numbers of up to twenty digits. */
const STATM_SIZE = 160;

const SPACE = 0x20;

/** Resident memory of one process on Linux. */
export class LinuxResidentMemory implements ResidentMemory {
  readonly #files: KeptFiles;
  readonly #file: number;
  readonly #bytes = new Uint8Array(STATM_SIZE);
  readonly #pageSize: number;
  #lastBytes = 0;

  /** @param pageSize bytes. */
  constructor(files: KeptFiles, pid: number, pageSize: number) {
    this.#files = files;
    this.#pageSize = pageSize;
    this.#file = files.openFile(`/proc/${pid}/statm`);
  }

  /** @returns resident bytes; the last known ones when the process has ended. */
  read(): number {
    const size = this.#file < 0
      ? -1
      : this.#files.readFile(this.#file, this.#bytes);
    const pages = size > 0 ? secondNumber(this.#bytes, size) : -1;
    if (pages > 0) this.#lastBytes = pages * this.#pageSize;
    return this.#lastBytes;
  }

  close(): void {
    if (this.#file >= 0) this.#files.closeFile(this.#file);
  }
}

function secondNumber(bytes: Uint8Array, size: number): number {
  let at = 0;
  while (at < size && bytes[at] !== SPACE) at++;
  return numberAt(bytes, at + 1, size);
}

/** @returns the decimal number at a place, 0 when there is none. */
export function numberAt(
  bytes: Uint8Array,
  at: number,
  size: number,
): number {
  let value = 0;
  for (; at < size; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}
