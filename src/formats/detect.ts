/** Tells profiles by how they begin; names of files say nothing. */

/** Formats of recorded samples. */
export type ProfileFormat = "mojo" | "collapsed";

/** Bytes from the beginning that are enough to tell. */
export const HEAD_SIZE = 16;

/**
 * Tells the format of a profile.
 *
 * @param head its first HEAD_SIZE bytes, or all when there are fewer.
 * @returns the format, or null when it is none of ours.
 */
export function detectFormat(head: Uint8Array): ProfileFormat | null {
  const text = new TextDecoder().decode(head);
  if (text.startsWith("MOJ")) return "mojo";
  return /^\s*(#|P\d+;T)/.test(text) ? "collapsed" : null;
}
