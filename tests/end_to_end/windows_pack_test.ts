/** What the launcher of the packed austin.exe does before deno runs. */

import assert from "node:assert/strict";
import { parsePe } from "../../src/binary/pe.ts";
import { bytesSource } from "../../src/binary/byte_source.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { slowTier, testNeeding } from "../support/needs.ts";
import type { Outcome } from "../support/program.ts";
import {
  executableOf,
  packWindowsProgram,
  runOnWindows,
  windowsNeeds,
  windowsPath,
  windowsProgram,
  windowsPython,
} from "../support/windows.ts";

const FAILURE = 70;

/** Sets variables and starts a program: wine itself would overwrite %LOCALAPPDATA%. */
const STARTER = `import json, os, subprocess, sys
os.environ.update(json.loads(sys.argv[1]))
sys.exit(subprocess.call(sys.argv[2:]))`;

/** Runs a program with its cache in a folder. */
async function runWithCache(
  folder: string,
  words: readonly string[],
  variables: Record<string, string> = {},
): Promise<Outcome> {
  await packWindowsProgram();
  const python = executableOf(await windowsPython("3.14"));
  const env = { LOCALAPPDATA: windowsPath(folder), ...variables };
  // Anything but ASCII would not reach Windows as it is.
  const json = JSON.stringify(env).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return await runOnWindows([python, "-c", STARTER, json, ...words]);
}

testNeeding(
  windowsNeeds,
  "austin.exe unpacks itself once, hides variables from deno and gives them to the command",
  () =>
    inFolder(async (folder) => {
      const python = await windowsPython("3.14");
      const env = {
        DENO_V8_FLAGS: "--no-such-flag",
        Node_Options: "--no-such-option",
        DENO_DIR: "mine",
        MINE: "ünï",
      };
      const shown = "['DENO_V8_FLAGS','NODE_OPTIONS','DENO_DIR','MINE']";
      const script =
        `import os; print(ascii([os.environ.get(n) for n in ${shown}]))`;
      const args = ["-o", windowsPath(`${folder}/samples`), "-t", "5s"];
      const run = () =>
        runWithCache(folder, [
          windowsPath(windowsProgram),
          ...args,
          ...[executableOf(python), "-c", script],
        ], env);
      const first = await run();
      assert.match(
        first.stdout,
        /^\['--no-such-flag', '--no-such-option', 'mine', '\\xfcn\\xef'\]$/m,
        first.stdout + first.stderr,
      );
      const cache = `${folder}/austin`;
      const before = filesBelow(cache);
      assert.deepEqual(before.map(({ name }) => name).sort(), [
        "austin.dll",
        "austin.js",
        "deno.exe",
        "loader.js",
      ]);
      await run();
      assert.deepEqual(filesBelow(cache), before);
      await checkRepair(cache, run);
    }),
);

/** What is small is looked at on every start. */
async function checkRepair(
  cache: string,
  run: () => Promise<{ stdout: string }>,
): Promise<void> {
  const bundle = filesBelow(cache).find(({ name }) => name === "austin.js")!;
  const text = await Deno.readTextFile(bundle.path);
  await Deno.writeTextFile(bundle.path, " ".repeat(text.length));
  assert.match((await run()).stdout, /--no-such-flag/);
  assert.equal(await Deno.readTextFile(bundle.path), text);
}

testNeeding(
  windowsNeeds,
  "austin.exe answers --version without unpacking anything",
  () =>
    inFolder(async (folder) => {
      const words = [windowsPath(windowsProgram), "--version"];
      const { code, stdout } = await runWithCache(folder, words);
      assert.equal(code, 0);
      assert.match(stdout, /^austin \d+\.\d+\.\d+\n$/);
      assert.deepEqual(namesIn(folder), []);
    }),
);

testNeeding(
  [slowTier, ...windowsNeeds],
  "austin.exe tells that it is damaged, cut off, or may not write",
  () =>
    inFolder(async (folder) => {
      await packWindowsProgram();
      const bytes = await Deno.readFile(windowsProgram);
      const sections = parsePe(bytesSource(bytes))!.sections;
      const end = Math.max(...sections.map((s) => s.fileOffset + s.fileSize));
      const damaged = bytes.slice();
      damaged[end + 50_000_000]! ^= 1;
      await check(folder, damaged, /This program is damaged.*\nhint: get it/);
      const cut = bytes.slice(0, end + 1_000_000);
      await check(folder, cut, /This program is not whole.*\nhint: get it/);
      const bare = bytes.slice(0, end);
      await check(folder, bare, /There is nothing in this program/);
      await Deno.remove(`${folder}/austin`, { recursive: true });
      await Deno.writeTextFile(`${folder}/austin`, "in the way");
      await check(
        folder,
        bytes,
        /Cannot write to the cache.*\nhint: austin has/,
      );
    }),
);

async function check(
  folder: string,
  bytes: Uint8Array,
  message: RegExp,
): Promise<void> {
  const path = `${folder}/changed.exe`;
  await Deno.writeFile(path, bytes);
  const words = [windowsPath(path), "-x1"];
  const { code, stderr } = await runWithCache(folder, words);
  assert.equal(code, FAILURE, stderr);
  assert.match(stderr, message);
}

interface CachedFile {
  readonly path: string;
  readonly name: string;
  readonly changed: number | undefined;
}

function filesBelow(folder: string): CachedFile[] {
  return namesIn(folder).flatMap((inner) =>
    namesIn(`${folder}/${inner}`).map((name) => {
      const path = `${folder}/${inner}/${name}`;
      return { path, name, changed: Deno.statSync(path).mtime?.getTime() };
    })
  );
}
