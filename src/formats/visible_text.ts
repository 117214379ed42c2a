/**
 * Names for people's eyes: a name from a target or a file may hold characters
 * that cannot be seen, or that change the order in which others are read.
 */

/** Controls, marks and overrides of direction, line and paragraph separators, byte order marks. Unicode 15, 23.2 and TR #9 */
const INVISIBLE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** @returns the text with an escape for each character that would not be seen, `\x1b` or `\u202e`. */
export function visibleText(text: string): string {
  return text.toWellFormed().replace(INVISIBLE, (character) => {
    const code = character.charCodeAt(0);
    const digits = code.toString(16);
    return code < 256
      ? `\\x${digits.padStart(2, "0")}`
      : `\\u${digits.padStart(4, "0")}`;
  });
}
