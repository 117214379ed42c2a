/**
 * Where in a loaded image CPython's `_PyRuntime` may be.
 *
 * Three ways, from the cheapest and surest to the last resort: the symbols
 * that the image exports, read from the process; the symbols and sections of
 * its file; and a scan of the image's variables for what looks like the
 * struct. What they give are places to look at; `runtime_check.ts` decides.
 */

import { pointerIn, type PointerSize } from "../binary/abi.ts";
import { type ByteSource, viewOf } from "../binary/byte_source.ts";
import { MAX_RUNTIME_PLACES, MAX_SCAN_SIZE } from "../limits.ts";
import type { AddressRange, LoadedImage } from "../process/loaded_image.ts";
import { COOKIE } from "./debug_offsets.ts";
import { layoutFor } from "./layouts/mod.ts";
import { type Version, versionOfBanner, versionOfHex } from "./version.ts";

/** What an image shows of a CPython in it. */
export interface RuntimePlace {
  /** Address of `_PyRuntime`; null when there is none (before 3.7) or it is not known. */
  readonly address: number | null;
  /** What `Py_Version` or the text of `Py_GetVersion` says, if it was come across. */
  readonly version: Version | null;
}

const Name = {
  /** 3.8 Include/internal/pycore_pystate.h; exported from 3.7 to 3.15 at least. */
  runtime: "_PyRuntime",
  /** 3.11 Include/pylifecycle.h, an `unsigned long`. */
  version: "Py_Version",
  /** 2.7 Include/pythonrun.h, 3.8 Include/pylifecycle.h: every CPython has it. */
  getVersion: "Py_GetVersion",
} as const;

/** The section that `_PyRuntime` has for itself from 3.10 on. 3.10 Python/pylifecycle.c _PyRuntime */
const RUNTIME_SECTION = "PyRuntime";

const latin1 = new TextDecoder("latin1");

/** @returns what the image exports: one place at most. */
export function exportedPlaces(
  memory: ByteSource,
  image: LoadedImage,
): RuntimePlace[] {
  const symbols = image.exports();
  if (symbols === null) return [];
  const address = symbols.find(Name.runtime);
  if (address === null && symbols.find(Name.getVersion) === null) return [];
  const version = symbols.find(Name.version);
  return [{ address, version: hexVersion(memory, version) }];
}

/** @param file of the image, or null. @returns what it tells: one place at most. */
export function placesInFile(
  memory: ByteSource,
  image: LoadedImage,
  file: ByteSource | null,
): RuntimePlace[] {
  const names = Object.values(Name);
  const found = image.lookInFile(file, names, RUNTIME_SECTION);
  if (found === null) return [];
  const { symbols, section } = found;
  const address = symbols.get(Name.runtime) ?? section;
  if (address === null && !symbols.has(Name.getVersion)) return [];
  const version = symbols.get(Name.version) ?? null;
  return [{ address, version: hexVersion(memory, version) }];
}

function hexVersion(
  memory: ByteSource,
  address: number | null,
): Version | null {
  if (address === null) return null;
  const hex = viewOf(memory, address, 4)?.getUint32(0, true);
  return hex === undefined ? null : versionOfHex(hex);
}

/** Looks through an image's variables. @returns all places that could be one. */
export function scannedPlaces(
  memory: ByteSource,
  image: LoadedImage,
): RuntimePlace[] {
  const version = bannerVersion(memory, image);
  const { abi } = image;
  const layout = version && abi && layoutFor(version, abi);
  const places: RuntimePlace[] = [];
  for (const range of image.writableRanges()) {
    const bytes = readRange(memory, range);
    for (const offset of cookieOffsets(bytes)) {
      places.push({ address: range.address + offset, version });
    }
    if (!layout) continue;
    for (const offset of headOffsets(bytes, layout.pointerSize)) {
      const address = range.address + offset - layout.runtime.interpretersHead;
      places.push({ address, version });
    }
  }
  if (version !== null) places.push({ address: null, version });
  return places;
}

/** @returns the version in the static buffer of `Py_GetVersion`, which is filled while Python starts; or null. */
export function bannerVersion(
  memory: ByteSource,
  image: LoadedImage,
): Version | null {
  for (const range of image.zeroedRanges()) {
    const version = versionOfBanner(latin1.decode(readRange(memory, range)));
    if (version !== null) return version;
  }
  return null;
}

function readRange(memory: ByteSource, range: AddressRange): Uint8Array {
  const size = Math.min(range.size, MAX_SCAN_SIZE);
  return memory.read(range.address, size) ?? new Uint8Array();
}

/** @returns where a `_Py_DebugOffsets` may begin. */
function cookieOffsets(bytes: Uint8Array): number[] {
  const text = latin1.decode(bytes);
  const offsets = [];
  let at = text.indexOf(COOKIE);
  for (
    ;
    at >= 0 && offsets.length < MAX_RUNTIME_PLACES;
    at = text.indexOf(COOKIE, at + 1)
  ) {
    if (at % 8 === 0) offsets.push(at);
  }
  return offsets;
}

/**
 * Where the `interpreters` of a `_PyRuntimeState` may be: a pointer to the
 * newest interpreter, one to the main interpreter, and how many there were.
 * 3.8 Include/internal/pycore_pystate.h pyinterpreters; the same up to 3.12.
 */
function headOffsets(bytes: Uint8Array, size: PointerSize): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const offsets = [];
  for (let at = 0; at + 2 * size + 8 <= bytes.length; at += size) {
    if (offsets.length === MAX_RUNTIME_PLACES) break;
    if (!isCount(view, at + 2 * size)) continue;
    if (mayBeStruct(view, at, size) && mayBeStruct(view, at + size, size)) {
      offsets.push(at);
    }
  }
  return offsets;
}

/** @returns whether there could be a struct in user space where a pointer leads. */
function mayBeStruct(
  view: DataView,
  offset: number,
  size: PointerSize,
): boolean {
  const address = pointerIn(view, offset, size);
  return address % size === 0 && address >= 0x1_0000 && address < 2 ** 48;
}

function isCount(view: DataView, offset: number): boolean {
  const low = view.getUint32(offset, true);
  return low > 0 && low < 0x1_0000 && view.getUint32(offset + 4, true) === 0;
}
