/**
 * A folder as one file for download.
 *
 * A tar archive is, for each file, a header of 512 bytes and the contents,
 * filled up to a multiple of that; two empty blocks end it. POSIX.1-1988 ustar
 *
 * | offset | size | field                          |
 * | ------ | ---- | ------------------------------ |
 * | 0      | 100  | name                           |
 * | 100    | 8    | mode, octal                    |
 * | 108    | 16   | owner and group, octal         |
 * | 124    | 12   | size, octal                    |
 * | 136    | 12   | time of change, octal          |
 * | 148    | 8    | sum of the header's bytes, with spaces here |
 * | 156    | 1    | `0`: a file                    |
 * | 257    | 8    | `ustar`, NUL, `00`             |
 */

const BLOCK = 512;
const MAX_NAME = 100;

const encoder = new TextEncoder();

/** @param files with names of up to 100 bytes. @throws Error when one is longer */
export function tarOf(
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
): Uint8Array<ArrayBuffer> {
  const size = files.reduce(
    (sum, [, { length }]) => sum + BLOCK + roundUp(length),
    2 * BLOCK,
  );
  const archive = new Uint8Array(size);
  let at = 0;
  for (const [name, bytes] of files) {
    writeHeader(archive.subarray(at, at + BLOCK), name, bytes.length);
    archive.set(bytes, at + BLOCK);
    at += BLOCK + roundUp(bytes.length);
  }
  return archive;
}

function writeHeader(header: Uint8Array, name: string, size: number): void {
  const put = (offset: number, text: string) =>
    header.set(encoder.encode(text), offset);
  const bytes = encoder.encode(name);
  if (bytes.length > MAX_NAME) throw new Error(`Name too long: ${name}`);
  header.set(bytes);
  put(100, "0000644\0");
  put(108, "0000000\0".repeat(2));
  put(124, `${size.toString(8).padStart(11, "0")}\0`);
  put(136, `${"0".repeat(11)}\0`);
  put(148, " ".repeat(8));
  put(156, "0");
  put(257, "ustar\0" + "00");
  const sum = header.reduce((sum, byte) => sum + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
}

function roundUp(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
