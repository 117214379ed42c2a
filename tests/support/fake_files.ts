/** Files to be kept open that hold what a test says, for the modules that read `/proc` over and over. */

import type { KeptFiles } from "../../src/process/kept_file.ts";

/** Files by path. A file that is deleted can no longer be opened or read. */
export class FakeFiles implements KeptFiles {
  readonly contents = new Map<string, string>();
  /** Paths of the files that are open, by handle. */
  readonly open = new Map<number, string>();
  /** Paths in the order in which they were read. */
  readonly reads: string[] = [];
  #next = 3;

  openFile(path: string): number {
    if (!this.contents.has(path)) return -1;
    this.open.set(this.#next, path);
    return this.#next++;
  }

  readFile(file: number, into: Uint8Array): number {
    const path = this.open.get(file);
    if (path === undefined) throw new Error(`The file ${file} is not open`);
    this.reads.push(path);
    const content = this.contents.get(path);
    if (content === undefined) return -1;
    const bytes = new TextEncoder().encode(content).subarray(0, into.length);
    into.set(bytes);
    return bytes.length;
  }

  closeFile(file: number): void {
    if (!this.open.delete(file)) throw new Error(`The file ${file} is closed`);
  }
}
