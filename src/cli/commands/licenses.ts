/** `austin --licenses`: whose work is inside the file, and by which licences. */

import notices from "../../../share/licenses/NOTICES.txt" with { type: "text" };

/** @returns all notices; the first lines say what runs this. */
export function licensesText(): string {
  const { deno, v8 } = Deno.version;
  return `Inside this file: austin, Deno ${deno}, V8 ${v8}, and what follows.\n\n${notices}`;
}
