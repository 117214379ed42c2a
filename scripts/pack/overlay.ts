/**
 * What is behind the launcher in a packed file for Windows; `struct payload`
 * in `native/launcher_windows.h` is the same.
 *
 * | bytes   | content                                                   |
 * | ------- | --------------------------------------------------------- |
 * | 8       | `ASTPACK1`                                                |
 * | 5 × 16  | offset and size of: deno's arguments, variables for deno, prefixes of variables to be hidden from it, what is put before the names of these, questions and their answers |
 * | 4 × 144 | files: offset and size, SHA-256, folder and name in the cache (24 UTF-16 characters each) |
 * | …       | those parts and files, each at a multiple of 8            |
 *
 * Offsets count from the beginning. Texts are UTF-16 and end with a zero;
 * lists are texts, and an empty one.
 */

import { roundUp } from "./elf_segment.ts";
import { inFolders, type Launched, sha256 } from "./launched.ts";

const MAGIC = "ASTPACK1";
const PART_SIZE = 16;
const PART_COUNT = 5;
const HASH_SIZE = 32;
const NAME_LENGTH = 24;
const FILE_SIZE = PART_SIZE + HASH_SIZE + 2 * NAME_LENGTH * 2;
const FILE_COUNT = 4;
const HEAD_SIZE = MAGIC.length + PART_COUNT * PART_SIZE +
  FILE_COUNT * FILE_SIZE;

/** @returns the bytes to be put behind the launcher. */
export function buildOverlay(overlay: Launched): Uint8Array<ArrayBuffer> {
  const parts = [
    text(overlay.arguments.join(" ")),
    list(overlay.settings),
    list(overlay.hiddenVariables),
    text(overlay.hiddenPrefix),
    list(Object.entries(overlay.answers).flat()),
  ];
  const files = inFolders(overlay);
  const contents = [...parts, ...files.map(({ bytes }) => bytes)];
  let end = HEAD_SIZE;
  const offsets = contents.map(({ length }) => {
    const offset = roundUp(end, 8);
    end = offset + length;
    return offset;
  });
  const all = new Uint8Array(end);
  const view = new DataView(all.buffer);
  const putPart = (at: number, index: number) => {
    view.setBigUint64(at, BigInt(offsets[index]!), true);
    view.setBigUint64(at + 8, BigInt(contents[index]!.length), true);
    all.set(contents[index]!, offsets[index]!);
  };
  all.set(new TextEncoder().encode(MAGIC));
  parts.forEach((_, i) => putPart(MAGIC.length + i * PART_SIZE, i));
  files.forEach((file, i) => {
    const at = MAGIC.length + PART_COUNT * PART_SIZE + i * FILE_SIZE;
    putPart(at, PART_COUNT + i);
    all.set(sha256([file.bytes]), at + PART_SIZE);
    all.set(name(file.folder), at + PART_SIZE + HASH_SIZE);
    all.set(name(file.name), at + PART_SIZE + HASH_SIZE + NAME_LENGTH * 2);
  });
  return all;
}

function list(texts: readonly string[]): Uint8Array {
  return text(texts.map((text) => `${text}\0`).join(""));
}

function name(value: string): Uint8Array {
  if (value.length >= NAME_LENGTH) throw new Error(`${value} is too long`);
  return text(value);
}

/** @returns UTF-16 with a zero behind it. */
function text(value: string): Uint8Array {
  const bytes = new Uint8Array((value.length + 1) * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < value.length; i++) {
    view.setUint16(i * 2, value.charCodeAt(i), true);
  }
  return bytes;
}
