/**
 * A Mach-O image as a process has it loaded. Its header and its symbol table
 * are in memory, unless the file was stripped; then its file is asked, if it
 * is still the one that was loaded, which its UUID tells.
 */

import type { ByteSource } from "../binary/byte_source.ts";
import {
  findMachoSymbols,
  loadedBytes,
  type MachoImage,
  MachoProtection,
  type MachoSegment,
  machoSlices,
  parseMacho,
} from "../binary/macho.ts";
import type { FileFindings, LoadedImage } from "./loaded_image.ts";
import { addressOfOffset, type Module } from "./maps.ts";

/** @param memory of the process, by address. @returns null when the module is no Mach-O image. */
export function machoImage(
  memory: ByteSource,
  module: Module,
): LoadedImage | null {
  const start = addressOfOffset(module.mappings, 0);
  if (start === null) return null;
  const macho = parseMacho({
    read: (offset, size) => memory.read(start + offset, size),
  });
  const slide = macho && slideOf(macho, start);
  if (macho === null || slide === null) return null;
  const loaded = loadedBytes(memory, macho, slide);
  return {
    module,
    bits: 64,
    abi: "lp64",
    exports: () => ({
      find: (name) => {
        const address = findMachoSymbols(loaded, macho, [name]).get(name);
        return address === undefined ? null : slide + address;
      },
    }),
    lookInFile: (file, names, section) =>
      lookIn(sameImage(file, macho), macho, slide, names, section),
    writableRanges: () =>
      macho.segments.filter(isWritable).map(({ address, memorySize }) => ({
        address: slide + address,
        size: memorySize,
      })),
    zeroedRanges: () =>
      macho.sections.filter(({ isZeroed }) => isZeroed)
        .map(({ address, size }) => ({ address: slide + address, size })),
  };
}

/** The header is where the first segment of the file is. */
function slideOf({ segments }: MachoImage, start: number): number | null {
  const first = segments.find(({ offset, fileSize }) =>
    offset === 0 && fileSize > 0
  );
  return first === undefined ? null : start - first.address;
}

function isWritable({ protection }: MachoSegment): boolean {
  return (protection & MachoProtection.write) !== 0;
}

/** @returns the part of a file that the image was loaded from; null when the file is another one by now. */
function sameImage(
  file: ByteSource | null,
  { uuid }: MachoImage,
): ByteSource | null {
  if (file === null || uuid === "") return null;
  const slice = machoSlices(file)
    .find(({ image }) => parseMacho(image)?.uuid === uuid);
  return slice?.image ?? null;
}

function lookIn(
  file: ByteSource | null,
  loaded: MachoImage,
  slide: number,
  names: readonly string[],
  sectionName: string,
): FileFindings {
  const macho = file && parseMacho(file);
  const symbols = file === null || macho === null
    ? []
    : findMachoSymbols(file, macho, names);
  const section = loaded.sections.find(({ name }) => name === sectionName);
  return {
    symbols: new Map(
      Array.from(symbols, ([name, address]) => [name, slide + address]),
    ),
    section: section === undefined ? null : slide + section.address,
  };
}
