/**
 * The source of a recorded file, where it is there to be read.
 *
 * A profile may come from anyone and name any file, so only what is a Python
 * source by its name is read, and nothing that is not a plain file.
 */

/** A source of this size is no longer one that people wrote. */
const MAX_SOURCE_SIZE = 8 * 1024 * 1024;

const PYTHON_SOURCE = /\.py[wx]?$/;

/** @returns its lines, or null when it cannot be read. */
export function readSource(path: string): string[] | null {
  if (!PYTHON_SOURCE.test(path)) return null;
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile || size > MAX_SOURCE_SIZE) return null;
    return Deno.readTextFileSync(path).split(/\r\n|\r|\n/);
  } catch {
    return null;
  }
}
