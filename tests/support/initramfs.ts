/**
 * The first files of a Linux that starts without a disk: a `newc` archive, which the kernel unpacks into memory.
 *
 * | bytes | field                                                            |
 * | ----- | ---------------------------------------------------------------- |
 * | 6     | `070701`                                                         |
 * | 8 × 13 | inode, mode, uid, gid, links, mtime, size, four device numbers, size of the name with its NUL, checksum 0: in hexadecimal digits |
 * | …     | name and NUL, then the contents, each filled up to 4 bytes       |
 *
 * Follows Documentation/driver-api/early-userspace/buffer-format.rst of Linux.
 */

const EXECUTABLE = 0o100755;
const LAST = "TRAILER!!!";

/** @param files contents by name; there are no folders but the root. @returns the archive; every file is executable. */
export function initramfs(
  files: ReadonlyMap<string, Uint8Array>,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let inode = 0;
  for (const [name, bytes] of [...files, [LAST, new Uint8Array()] as const]) {
    const head = header(name, { inode: ++inode, size: bytes.length });
    parts.push(filledUp(head), filledUp(bytes));
  }
  return joined(parts);
}

function header(
  name: string,
  { inode, size }: { readonly inode: number; readonly size: number },
): Uint8Array {
  const bytes = new TextEncoder().encode(`${name}\0`);
  const fields = [inode, EXECUTABLE, 0, 0, 1, 0, size];
  const rest = [0, 0, 0, 0, bytes.length, 0];
  const digits = [...fields, ...rest].map((field) =>
    field.toString(16).padStart(8, "0")
  );
  return joined([new TextEncoder().encode(`070701${digits.join("")}`), bytes]);
}

function filledUp(bytes: Uint8Array): Uint8Array {
  const filled = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  filled.set(bytes);
  return filled;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
