import assert from "node:assert/strict";
import { join } from "node:path";
import { austinOptions } from "../../src/cli/options.ts";
import { ExitCode } from "../../src/errors.ts";
import { testNeeding, tool } from "../support/needs.ts";

const PAGE = join(import.meta.dirname!, "../../share/man/austin.1");

async function format(): Promise<{ text: string; warnings: string }> {
  const { stdout, stderr } = await new Deno.Command("groff", {
    args: ["-man", "-Tutf8", "-ww", "-rLL=200n", PAGE],
    env: { GROFF_NO_SGR: "1" },
  }).output();
  const decoder = new TextDecoder();
  // deno-lint-ignore no-control-regex -- bold is a letter, a backspace and the letter again
  const text = decoder.decode(stdout).replace(/.\x08/g, "");
  return { text, warnings: decoder.decode(stderr) };
}

testNeeding(
  [tool("groff")],
  "the manual page has every option and exit code, and no mistakes",
  async () => {
    const { text, warnings } = await format();
    assert.equal(warnings, "");
    for (const { long } of austinOptions) {
      assert.match(text, new RegExp(`^ +(-., )?--${long}\\b`, "m"));
    }
    for (const code of Object.values(ExitCode)) {
      assert.match(text, new RegExp(`^ +(\\d+, )*${code}\\b`, "m"));
    }
  },
);
