/**
 * A PE image as a process has it loaded. All that is looked for is in memory:
 * headers, exports and sections.
 */

import type { ByteSource } from "../binary/byte_source.ts";
import {
  parsePe,
  peExports,
  type PeImage,
  type PeSection,
  PeSectionFlag,
} from "../binary/pe.ts";
import type { AddressRange, LoadedImage } from "./loaded_image.ts";
import { addressOfOffset, type Module } from "./maps.ts";

/** Bytes of a section's name: longer ones are cut by the linker. */
const SECTION_NAME_SIZE = 8;

/** @param memory of the process, by address. @returns null when the module is no PE image. */
export function peImage(
  memory: ByteSource,
  module: Module,
): LoadedImage | null {
  const start = addressOfOffset(module.mappings, 0);
  if (start === null) return null;
  const image: ByteSource = {
    read: (offset, size) => memory.read(start + offset, size),
  };
  const pe = parsePe(image);
  if (pe === null) return null;
  return {
    module,
    bits: pe.bits,
    abi: pe.bits === 64 ? "llp64" : null,
    exports: () => {
      const exports = peExports(image, pe);
      const find = (name: string) => addressOf(start, exports?.find(name));
      return exports === null ? null : { find };
    },
    lookInFile: (_file, _names, section) => ({
      symbols: new Map(),
      section: addressOf(start, sectionOf(pe, section)?.offset),
    }),
    writableRanges: () => writableSections(pe).map((s) => rangeOf(start, s)),
    zeroedRanges: () => writableSections(pe).map((s) => zeroedPart(start, s)),
  };
}

function addressOf(start: number, offset?: number | null): number | null {
  return offset === undefined || offset === null ? null : start + offset;
}

function sectionOf(pe: PeImage, name: string): PeSection | undefined {
  const wanted = name.slice(0, SECTION_NAME_SIZE);
  return pe.sections.find((section) => section.name === wanted);
}

function writableSections({ sections, size: end }: PeImage): PeSection[] {
  return sections.filter(({ flags, offset, size }) =>
    (flags & PeSectionFlag.write) !== 0 && offset + size <= end
  );
}

function rangeOf(start: number, { offset, size }: PeSection): AddressRange {
  return { address: start + offset, size };
}

function zeroedPart(
  start: number,
  { offset, size, fileSize }: PeSection,
): AddressRange {
  const known = Math.min(fileSize, size);
  return { address: start + offset + known, size: size - known };
}
