/**
 * One file of machine code that a process has loaded: its unwind table, and
 * the names of its functions.
 *
 * Both are read when they are first asked for. The table is in the process's
 * memory; names are in the file, or in the one that its symbols were moved to,
 * which is found by the build id as gdb does.
 */

import { buildId } from "../binary/build_id.ts";
import type { ByteSource } from "../binary/byte_source.ts";
import {
  type FrameRules,
  type UnwindTable,
  unwindTable,
} from "../binary/eh_frame.ts";
import { parseElf, SectionType, SegmentType } from "../binary/elf.ts";
import { SymbolNames, type SymbolPlace } from "../binary/symbol_names.ts";
import type { MappedElf } from "../process/elf_image.ts";
import type { Module } from "../process/maps.ts";
import type { ModuleFile } from "../process/process.ts";

/** Opens files where the process sees them. */
export interface CodeFiles {
  /** @returns the file behind a module, or null. The caller closes it. */
  open(module: Module): ModuleFile | null;
  /** @returns a file with debug symbols, or null. @param path within the folder for such files. */
  openDebug(path: string): ModuleFile | null;
}

/** Bytes of the code that a program starts with: some 20 instructions that call its C library and never return. */
const START_SIZE = 96;

/** Machine code of one file. */
export class CodeImage {
  readonly #module: Module;
  readonly #mapped: MappedElf;
  readonly #memory: ByteSource;
  readonly #files: CodeFiles;
  #table: UnwindTable | null | undefined;
  #names: readonly SymbolNames[] | undefined;

  constructor(
    module: Module,
    mapped: MappedElf,
    memory: ByteSource,
    files: CodeFiles,
  ) {
    this.#module = module;
    this.#mapped = mapped;
    this.#memory = memory;
    this.#files = files;
  }

  get path(): string {
    return this.#module.path;
  }

  /** @returns the address that the linker gave. */
  linkedAddress(address: number): number {
    return address - this.#mapped.bias;
  }

  /** @returns the rules to unwind a frame at an address of the process; null when the image has none. */
  rulesAt(address: number): FrameRules | null {
    return (this.#table ??= this.#readTable())?.find(address) ?? null;
  }

  /** @returns whether a program of this file starts with that instruction, or one close behind it. */
  isStart(address: number): boolean {
    const { entry } = this.#mapped.elf;
    const distance = this.linkedAddress(address) - entry;
    return entry !== 0 && distance >= 0 && distance < START_SIZE;
  }

  /** @returns the function at an address of the process; null when nothing names it. */
  symbolAt(address: number): SymbolPlace | null {
    const linked = this.linkedAddress(address);
    this.#names ??= this.#readNames();
    for (const names of this.#names) {
      const place = names.find(linked);
      if (place !== null) return place;
    }
    return null;
  }

  #readTable(): UnwindTable | null {
    const { elf, bias } = this.#mapped;
    const segment = elf.segments.find(({ type }) =>
      type === SegmentType.unwindIndex
    );
    if (segment === undefined) return null;
    const { address, memorySize } = segment;
    return unwindTable(this.#memory, bias + address, memorySize);
  }

  /** The full table of the file or of its debug file, and the one that the loader uses. */
  #readNames(): SymbolNames[] {
    using file = this.#files.open(this.#module);
    if (file === null) return [];
    const { symbolTable, dynamicSymbols } = SectionType;
    const full = namesIn(file, symbolTable) ?? this.#debugNames(file);
    return [full, namesIn(file, dynamicSymbols)].filter((names) =>
      names !== null
    );
  }

  #debugNames(file: ByteSource): SymbolNames | null {
    const elf = parseElf(file);
    const id = elf && buildId(file, elf);
    if (id === null) return null;
    const path = `.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`;
    using debug = this.#files.openDebug(path);
    return debug && namesIn(debug, SectionType.symbolTable);
  }
}

function namesIn(source: ByteSource, kind: number): SymbolNames | null {
  const elf = parseElf(source);
  return elf && SymbolNames.read(source, elf, kind);
}
