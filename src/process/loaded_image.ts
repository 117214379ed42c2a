/**
 * An executable or library as a process has it loaded, whatever its format.
 *
 * Each format has a file: it reads the headers from the process, so that the
 * file itself is not needed, and turns the linker's addresses into those of
 * the process.
 */

import type { Abi } from "../binary/abi.ts";
import type { ByteSource } from "../binary/byte_source.ts";
import { elfImage } from "./elf_image.ts";
import { machoImage } from "./macho_image.ts";
import type { Module } from "./maps.ts";
import { peImage } from "./pe_image.ts";

/** A module that is an image. All addresses are those in the process. */
export interface LoadedImage {
  readonly module: Module;
  /** Bits of a pointer. */
  readonly bits: 32 | 64;
  /** How the compiler that made it lays structs out; null where we know of no CPython by those rules. */
  readonly abi: Abi | null;
  /** @returns what it exports, by its tables in memory; null when it has none. */
  exports(): Exports | null;
  /**
   * Looks for what its exports lack, mostly in its file: that has more symbols than are loaded.
   * @param file null when it cannot be had. @param section name of a section, without what the format puts before it.
   * @returns null when there is nothing to look at.
   */
  lookInFile(
    file: ByteSource | null,
    names: readonly string[],
    section: string,
  ): FileFindings | null;
  /** @returns where its variables are: `.data`, `.bss` and their like. */
  writableRanges(): AddressRange[];
  /** @returns where the variables are that start as zero, which the file has no bytes for: `.bss`. */
  zeroedRanges(): AddressRange[];
}

/** Finds the symbols that one loaded image exports. */
export interface Exports {
  /** @returns null when the image does not define it. */
  find(name: string): number | null;
}

/** What a file told about the image that was loaded from it. */
export interface FileFindings {
  readonly symbols: ReadonlyMap<string, number>;
  /** Where the section is; null when there is none of that name. */
  readonly section: number | null;
}

/** A range of addresses in a process. */
export interface AddressRange {
  readonly address: number;
  readonly size: number;
}

/** @param memory of the process, by address. @returns null when the module is no image that we know. */
export function loadedImage(
  memory: ByteSource,
  module: Module,
): LoadedImage | null {
  return elfImage(memory, module) ?? peImage(memory, module) ??
    machoImage(memory, module);
}
