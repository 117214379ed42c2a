/**
 * Writes what is said of the options elsewhere: `deno task docs`.
 *
 * The README's list, the manual page and the shells' completions all come from
 * the option table, and the notices from what is bundled. `tests/scripts/docs_test.ts` fails when they differ.
 */

import { dirname } from "node:path";
import { helpText } from "../src/cli/help.ts";
import { austinTable } from "../src/cli/options.ts";
import { VERSION } from "../src/cli/version.ts";
import { CHEAT_SHEET } from "./cheat_sheet.ts";
import { cheatSheet } from "./docs/cheat_sheet.ts";
import { bashCompletion } from "./docs/completions/bash.ts";
import { fishCompletion } from "./docs/completions/fish.ts";
import { powershellCompletion } from "./docs/completions/powershell.ts";
import { zshCompletion } from "./docs/completions/zsh.ts";
import { manualPage } from "./docs/manual.ts";
import { NOTICES, noticesOf, packagesOf } from "./notices.ts";
import { bundleProgram } from "./pack/bundle.ts";
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

/** @param readme as it is. @returns by path from the root, what each generated file has to hold. */
export function documents(readme: string): Record<string, string> {
  const completions = "share/completions";
  return {
    "README.md": withOptions(readme),
    [CHEAT_SHEET]: cheatSheet(austinTable, { readme, version: VERSION }),
    "share/man/austin.1": manualPage(austinTable, { readme, version: VERSION }),
    [`${completions}/austin.bash`]: bashCompletion(austinTable),
    [`${completions}/_austin`]: zshCompletion(austinTable),
    [`${completions}/austin.fish`]: fishCompletion(austinTable),
    [`${completions}/austin.ps1`]: powershellCompletion(austinTable),
  };
}

if (import.meta.main) {
  const readme = await Deno.readTextFile(`${root}/README.md`);
  for (const [path, text] of Object.entries(documents(readme))) {
    await Deno.mkdir(dirname(`${root}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  }
  const { inputs } = await bundleProgram(`${root}/main.ts`);
  const notices = await noticesOf(packagesOf(inputs));
  await Deno.writeTextFile(`${root}/${NOTICES}`, notices);
}
