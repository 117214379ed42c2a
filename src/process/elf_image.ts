/**
 * An ELF image as a process has it loaded: its headers, and its load bias,
 * the difference between addresses there and those that the linker gave.
 *
 * The headers are read from the process, through the mappings of the file, so
 * the file itself is not needed. The mapping that has the start of the file
 * decides on the bias; not the executable one, whose place says nothing when
 * segments are aligned to 2 MiB or split. A program may have mapped the same
 * file once more as data: of several starts the one with most segments in
 * their places is the image.
 */

import type { Abi } from "../binary/abi.ts";
import type { ByteSource } from "../binary/byte_source.ts";
import {
  type ElfImage,
  ElfMachine,
  parseElf,
  readSections,
  type Segment,
  SegmentFlag,
  SegmentType,
} from "../binary/elf.ts";
import { dynamicSymbols } from "../binary/elf_dynamic.ts";
import { findFileSymbols } from "../binary/elf_symbols.ts";
import { MAX_IMAGE_STARTS } from "../limits.ts";
import type {
  AddressRange,
  FileFindings,
  LoadedImage,
} from "./loaded_image.ts";
import { addressOfOffset, type Mapping, type Module } from "./maps.ts";

/** The headers of an ELF file that is loaded. */
export interface MappedElf {
  readonly elf: ElfImage;
  /** Add it to an address of the ELF file to get one in the process. */
  readonly bias: number;
}

/** @param memory of the process, by address. @returns null when the mappings are of no ELF file. */
export function mappedElf(
  memory: ByteSource,
  mappings: readonly Mapping[],
): MappedElf | null {
  const elf = parseElf(mappedFile(memory, mappings));
  const bias = elf && loadBias(elf, mappings);
  return elf === null || bias === null ? null : { elf, bias };
}

/** @param memory of the process, by address. @returns null when the module is no ELF image. */
export function elfImage(
  memory: ByteSource,
  module: Module,
): LoadedImage | null {
  const mapped = mappedElf(memory, module.mappings);
  if (mapped === null) return null;
  const { elf, bias } = mapped;
  return {
    module,
    bits: elf.format.bits,
    abi: abiOf(elf),
    exports: () => dynamicSymbols(memory, elf, bias),
    lookInFile: (file, names, section) =>
      lookInFile(file, bias, names, section),
    writableRanges: () => writableRanges(elf, bias),
    zeroedRanges: () => zeroedRanges(elf, bias),
  };
}

function abiOf({ format, machine }: ElfImage): Abi | null {
  if (format.bits === 64) return "lp64";
  return machine === ElfMachine.i386 ? "i386" : null;
}

/** A file's bytes, by offset in the file, as far as they are mapped. */
function mappedFile(
  memory: ByteSource,
  mappings: readonly Mapping[],
): ByteSource {
  return {
    read: (offset, size) => {
      const address = addressOfOffset(mappings, offset);
      return address === null ? null : memory.read(address, size);
    },
  };
}

/**
 * @param mappings all mappings of the image's file.
 * @returns the load bias; null when no segment is where the first one would put it.
 */
export function loadBias(
  elf: ElfImage,
  mappings: readonly Mapping[],
): number | null {
  const loads = loadedSegments(elf).slice(0, MAX_IMAGE_STARTS);
  const first = loads[0];
  if (first === undefined) return null;
  const starts = mappings.filter(({ offset }) => offset <= first.offset);
  let best: number | null = null;
  let bestCount = 0;
  for (const { start, offset } of starts.slice(0, MAX_IMAGE_STARTS)) {
    const bias = start - offset + first.offset - first.address;
    const count = loads.filter((s) => isInPlace(s, bias, mappings)).length;
    if (count > bestCount) [best, bestCount] = [bias, count];
  }
  return best;
}

/** @returns whether the segment's first byte of the file is where this bias puts it. */
function isInPlace(
  segment: Segment,
  bias: number,
  mappings: readonly Mapping[],
): boolean {
  const address = bias + segment.address;
  return mappings.some((m) =>
    address >= m.start && address < m.end &&
    address - m.start + m.offset === segment.offset
  );
}

function lookInFile(
  file: ByteSource | null,
  bias: number,
  names: readonly string[],
  sectionName: string,
): FileFindings | null {
  const elf = file && parseElf(file);
  if (file === null || elf === null) return null;
  const symbols = new Map<string, number>();
  for (const [name, address] of findFileSymbols(file, elf, names)) {
    symbols.set(name, bias + address);
  }
  const section = readSections(file, elf)
    .find(({ name }) => name === `.${sectionName}`);
  return {
    symbols,
    section: section === undefined ? null : bias + section.address,
  };
}

function writableRanges(elf: ElfImage, bias: number): AddressRange[] {
  return writableSegments(elf).map((segment) => ({
    address: bias + segment.address,
    size: segment.memorySize,
  }));
}

function zeroedRanges(elf: ElfImage, bias: number): AddressRange[] {
  return writableSegments(elf).map((segment) => ({
    address: bias + segment.address + segment.fileSize,
    size: segment.memorySize - segment.fileSize,
  }));
}

function writableSegments(elf: ElfImage): Segment[] {
  return loadedSegments(elf).filter(({ flags }) =>
    (flags & SegmentFlag.write) !== 0
  );
}

function loadedSegments(elf: ElfImage): Segment[] {
  return elf.segments.filter(({ type }) => type === SegmentType.load);
}
