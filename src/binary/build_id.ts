/**
 * The build id of an ELF file: bytes that the file shares with the one that
 * its symbols were moved to. gABI chapter 5, "Note Section"; NT_GNU_BUILD_ID
 * as ld's `--build-id` writes it.
 */

import { type ByteSource, viewOf } from "./byte_source.ts";
import { type ElfImage, SegmentType } from "./elf.ts";

const NT_GNU_BUILD_ID = 3;
const OWNER = 0x00554e47; // "GNU\0"

/** Bytes of notes that are looked through, and of an id; sha1 has 20. */
const MAX_NOTES_SIZE = 65_536;
const MAX_ID_SIZE = 64;

/** @returns hexadecimal digits; null when the file has none. */
export function buildId(source: ByteSource, image: ElfImage): string | null {
  for (const { type, offset, fileSize } of image.segments) {
    if (type !== SegmentType.note || fileSize > MAX_NOTES_SIZE) continue;
    const notes = viewOf(source, offset, fileSize);
    const id = notes === null ? null : findId(notes);
    if (id !== null) return id;
  }
  return null;
}

/** A note is three words (sizes of owner and content, kind), then both, each filled up to four bytes. */
function findId(notes: DataView): string | null {
  for (let at = 0; at + 12 <= notes.byteLength;) {
    const ownerSize = notes.getUint32(at, true);
    const size = notes.getUint32(at + 4, true);
    const kind = notes.getUint32(at + 8, true);
    const content = at + 12 + filled(ownerSize);
    if (content + size > notes.byteLength) return null;
    if (
      kind === NT_GNU_BUILD_ID && ownerSize === 4 && size <= MAX_ID_SIZE &&
      notes.getUint32(at + 12, true) === OWNER
    ) return hexadecimal(notes, content, size);
    at = content + filled(size);
  }
  return null;
}

function filled(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function hexadecimal(view: DataView, offset: number, size: number): string {
  return Array.from(
    { length: size },
    (_, i) => view.getUint8(offset + i).toString(16).padStart(2, "0"),
  ).join("");
}
