/**
 * A process with a CPython in it, as far as finding it goes: an image with
 * symbols, `_PyRuntime`, one interpreter and one thread state.
 */

import { layoutFor } from "../../src/python/layouts/mod.ts";
import type { Module } from "../../src/process/maps.ts";
import type { Process, Refusal } from "../../src/process/process.ts";
import { buildElf, ELF_CONTENTS } from "./elf_builder.ts";
import { FakeMemory } from "./fake_memory.ts";

/** Where the image is. */
export const IMAGE = 0x7f00_0000_0000;

/** Where `_PyRuntime` is in the process. */
export const RUNTIME: number = IMAGE + ELF_CONTENTS;

const VERSION = ELF_CONTENTS + 0x1000;
const BANNER = ELF_CONTENTS + 0x1100;
const IMAGE_SIZE = ELF_CONTENTS + 0x2000;

const INTERPRETER = 0x5000_0000;
const THREAD = 0x6000_0000;

/** What the CPython shows of itself. */
export interface FakePythonOptions {
  readonly minor: number;
  /** Names that its image exports; default those of 3.8. */
  readonly exports?: readonly ("_PyRuntime" | "Py_Version" | "Py_GetVersion")[];
  /** What `Py_Version` holds. */
  readonly hex?: number;
  /** What the buffer of `Py_GetVersion` holds. */
  readonly banner?: string;
  readonly path?: string;
}

/** A process that exists only in a test. */
export class FakeProcess implements Process {
  readonly pid = 42;
  readonly memory = new FakeMemory();
  /** What `modules()` gives. */
  found: Module[] | Refusal = [];

  modules(): Module[] | Refusal {
    return this.found;
  }

  openModule(): null {
    return null;
  }

  permissionHint(): string {
    return "ask nicely";
  }

  /** Puts an image into the memory. */
  load(path: string, address: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.memory.map(address, bytes);
    const mapping = {
      start: address,
      end: address + bytes.length,
      permissions: "rwxp",
      offset: 0,
      device: "fe:00",
      inode: address,
      path,
      deleted: false,
    };
    const module = {
      path,
      inode: address,
      deleted: false,
      mappings: [mapping],
    };
    if (typeof this.found === "string") this.found = [];
    this.found.push(module);
  }
}

/** Makes a process with a CPython before 3.13 that has not started its interpreter. */
export function fakePython({
  minor,
  exports = ["_PyRuntime", "Py_GetVersion"],
  hex = 0,
  banner = "",
  path = "/usr/bin/program",
}: FakePythonOptions): FakeProcess {
  const addresses = {
    _PyRuntime: ELF_CONTENTS,
    Py_Version: VERSION,
    Py_GetVersion: 0x10,
  };
  const symbols = Object.fromEntries(
    exports.map((name) => [name, addresses[name]]),
  );
  const process = new FakeProcess();
  const bytes = buildElf({ symbols, size: IMAGE_SIZE, fileSize: ELF_CONTENTS });
  process.load(path, IMAGE, bytes);
  const { memory } = process;
  memory.u32(IMAGE + VERSION, hex);
  memory.write(IMAGE + BANNER, new TextEncoder().encode(banner));
  const layout = layoutFor({ major: 3, minor });
  memory.map(INTERPRETER, 0x1000);
  memory.map(THREAD, 0x1000);
  if (layout === null) return process;
  memory.u64(INTERPRETER + layout.interpreter.threadsHead, THREAD);
  memory.u64(THREAD + layout.thread.interpreter, INTERPRETER);
  return process;
}

/** Has the CPython of a process start its interpreter. */
export function startInterpreter(process: FakeProcess, minor: number): void {
  const layout = layoutFor({ major: 3, minor });
  if (layout === null) throw new Error(`There is no table for 3.${minor}`);
  const head = RUNTIME + layout.runtime.interpretersHead;
  process.memory.u64(head, INTERPRETER);
  process.memory.u64(head + 8, INTERPRETER);
  process.memory.u64(head + 16, 1);
}

/** What `Py_GetVersion` gives. */
export function bannerOf(version: string): string {
  return `${version} (default, Dec  1 2023, 12:00:00) \n[GCC 12.2.0]`;
}
