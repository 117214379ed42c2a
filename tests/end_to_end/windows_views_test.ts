/**
 * `austin.exe --web` and `--tui` on Windows, which is wine here. Its console
 * counts escape sequences as letters, so what stands where on the screen of
 * `--tui` cannot be tested, only what stands there.
 */

import assert from "node:assert/strict";
import { signalExitCode } from "../../src/errors.ts";
import type { FlameDocument } from "../../src/formats/flame_graph/document.ts";
import { until } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import { startTarget, type Target } from "../support/target.ts";
import { openTerminal } from "../support/tmux.ts";
import { documentFrom } from "../support/web.ts";
import {
  ONE,
  testOnWindows,
  windowsAustinCommand,
  windowsAustinInConsole,
  windowsPath,
} from "../support/windows.ts";

/** A function of the target. */
const FUNCTION = "callback";

testOnWindows(
  ONE,
  "--web serves the page until Ctrl-C",
  (python) =>
    inFolder(async (folder) => {
      await using target = await startTarget(python, "standing.py", [120]);
      const port = freePort();
      const file = `${folder}/stop`;
      const word = "stop";
      const words = ["--web", "--port", `${port}`, "-i", "5ms"];
      const ended = windowsAustinInConsole(
        python,
        [...words, "-p", pidOf(target)],
        { key: "ctrl-c", file: windowsPath(file), word },
      );
      try {
        const address = new URL(`http://127.0.0.1:${port}/`);
        const shown = await documentWith(FUNCTION, address);
        assert.match(shown.title, new RegExp(pidOf(target)));
        const page = await (await fetch(address)).text();
        assert.match(page, /^<!doctype html>/i);
      } finally {
        await Deno.writeTextFile(file, `${word}\n`.repeat(21));
      }
      const { code, stdout } = await ended;
      assert.equal(code, signalExitCode(2), stdout);
      assert.match(
        stdout,
        new RegExp(`^The flame graph is at .*:${port}/$`, "m"),
      );
    }),
);

testOnWindows(ONE, "--tui shows functions until q", async (python) => {
  await using target = await startTarget(python, "standing.py", [120]);
  await using terminal = await openTerminal({ columns: 120, rows: 40 });
  const words = ["--tui", "-i", "5ms", "-p", pidOf(target)];
  const line = (await windowsAustinCommand(words)).map(quote).join(" ");
  // What wine says of fonts.
  await terminal.type(`clear; ${line} 2>/dev/null; echo code $?\n`);
  await terminal.until((screen) => screen.includes(FUNCTION));
  await terminal.press("q");
  await terminal.until((screen) => screen.includes("code 0"));
});

function pidOf({ facts }: Target): string {
  return String(facts["pid"]);
}

/** @returns a port of this machine, and so of its Windows, that nobody listens at. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** @returns what the page shows, once a function is in it. */
async function documentWith(
  name: string,
  address: URL,
): Promise<FlameDocument> {
  let shown: FlameDocument | null = null;
  await until(async () => {
    shown = await documentFrom(address).catch(() => null);
    return shown !== null && JSON.stringify(shown).includes(`"${name}"`);
  });
  return shown!;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
