/**
 * A string of its own.
 *
 * What is cut from a string keeps the whole of it alive; a table of names must
 * not keep the lines that they came in.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** @returns an equal string that shares nothing with `text`. */
export function copyText(text: string): string {
  return decoder.decode(encoder.encode(text));
}
