/**
 * Writes into the README what comes from the program: `deno task docs`.
 *
 * `tests/scripts/docs_test.ts` fails when the two differ.
 */

import { helpText } from "../src/cli/help.ts";
import { austinTable } from "../src/cli/options.ts";
import { root } from "./tree.ts";

const START = "<!-- options: the output of `austin --help` -->";
const END = "<!-- /options -->";

/** @returns the README with the present options in it. @throws Error when it has no place for them. */
export function withOptions(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) throw new Error("README has no options block");
  const block = `${START}\n\n\`\`\`\n${helpText(austinTable)}\`\`\`\n\n`;
  return readme.slice(0, start) + block + readme.slice(end);
}

if (import.meta.main) {
  const path = `${root}/README.md`;
  await Deno.writeTextFile(path, withOptions(await Deno.readTextFile(path)));
}
