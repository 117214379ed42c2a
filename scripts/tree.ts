/**
 * Where things lie in this source tree, for the scripts that build from it.
 */

/** Absolute path of the source tree, without a slash at its end. */
export const root: string = import.meta.dirname!.replace(/[\\/]scripts$/, "");

/**
 * When a file, or anything below a folder, last changed.
 *
 * @param path a file or folder. @returns milliseconds; 0 when it does not exist.
 */
export function lastChange(path: string): number {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
  let newest = info.mtime?.getTime() ?? 0;
  if (info.isDirectory) {
    for (const entry of Deno.readDirSync(path)) {
      newest = Math.max(newest, lastChange(`${path}/${entry.name}`));
    }
  }
  return newest;
}
