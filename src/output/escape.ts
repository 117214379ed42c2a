/**
 * Names from the target in a text format: the one place that decides how.
 *
 * `;` separates frames and a line feed separates samples, so neither may come
 * from a name, and no control character may reach a terminal. Each of them is
 * written as `\xNN`, its code point in hexadecimal. Everything else is left as
 * it is, backslashes, spaces and colons included. Lone surrogates become
 * U+FFFD when the text is encoded.
 */

// deno-lint-ignore no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f;]/g;

// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** @returns the name without anything that could break a line, a frame or a terminal. */
export function escapeName(name: string): string {
  return name.replace(UNSAFE, escaped);
}

/** @returns the name without anything that could break a line or a terminal, for formats in which `;` means nothing. */
export function escapeControls(name: string): string {
  return name.replace(CONTROL, escaped);
}

function escaped(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
