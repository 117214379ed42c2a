/** The packed austin.exe on Windows: the files that it writes and reads, and what they may be called. */

import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { austin } from "../support/austin.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { slowTier, testNeeding } from "../support/needs.ts";
import { readPlain } from "../support/profile.ts";
import { TARGETS } from "../support/target.ts";
import {
  executableOf,
  ONE,
  testOnWindows,
  windowsAustin,
  windowsNeeds,
  windowsPath,
} from "../support/windows.ts";

const GOLDEN = `${import.meta.dirname}/../golden`;

/** A program with a function whose name is not ASCII; it shows its arguments. */
const PROGRAM = `import sys, time
def träume(seconds):
    time.sleep(seconds)
print(ascii(sys.argv[1:]))
träume(0.5)
`;

/** Where quoting goes wrong, if it does. */
const WORDS = ["ärg ☃", "", 'a"b c', "c\\", 'd\\\\"', "*.py"];

testOnWindows(
  ONE,
  "files, arguments and functions may be called anything",
  (python) =>
    inFolder(async (folder) => {
      const place = `${folder}/ünï ☃`;
      await Deno.mkdir(place);
      const script = `${place}/wörk ☃.py`;
      const file = `${place}/samples ☃.mojo`;
      await Deno.writeTextFile(script, PROGRAM);
      const { code, stdout, stderr } = await windowsAustin([
        ...["-b", "-i", "5ms", "-o", windowsPath(file)],
        ...[executableOf(python), "-B", windowsPath(script), ...WORDS],
      ]);
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trimEnd(), asciiList(WORDS));
      const { samples } = readPlain(await Deno.readFile(file));
      const frames = samples.flatMap(({ frames }) => frames);
      assert.ok(
        frames.some(({ file, scope }) =>
          file === windowsPath(script) && scope === "träume"
        ),
      );
      const text = `${place}/text ☃`;
      const converted = await windowsAustin([
        ...["--from", windowsPath(file), "-o", windowsPath(text)],
      ]);
      assert.deepEqual(converted, { code: 0, stdout: "", stderr: "" });
      assert.equal(
        parseCollapsed(await Deno.readTextFile(text)).samples.length,
        samples.length,
      );
      const names = ["samples ☃.mojo", "text ☃", "wörk ☃.py"];
      assert.deepEqual(namesIn(place).sort(), names);
    }),
);

/** @returns a list of texts as Python's `ascii` shows it. */
function asciiList(words: readonly string[]): string {
  const shown = words.map((word) => {
    const text = word.replaceAll("\\", "\\\\").replaceAll(
      /[^ -~]/g,
      (letter) => {
        const digits = letter.charCodeAt(0).toString(16);
        return digits.length > 2
          ? `\\u${digits.padStart(4, "0")}`
          : `\\x${digits}`;
      },
    );
    return `'${text}'`;
  });
  return `[${shown.join(", ")}]`;
}

/** Names whose ends tell the format; the program for Linux makes the same of the same profile. */
const CONVERTED = [
  ...["a.austin", "a.mojo", "a.speedscope.json", "a.pb.gz"],
  ...["a.html", "a.svg", "a.json"],
];

/** The one that is tested without `--all`. */
const ALWAYS = "a.pb.gz";

for (const name of CONVERTED) {
  const needs = name === ALWAYS ? [] : [slowTier];
  testNeeding(
    [...needs, ...windowsNeeds],
    `--from makes ${name} on Windows as on Linux`,
    () =>
      inFolder(async (folder) => {
        const from = `${GOLDEN}/austin_3_7_full.mojo`;
        const [here, there] = [`${folder}/linux_${name}`, `${folder}/${name}`];
        const linux = await austin(["--from", from, "-o", here]);
        const windows = await windowsAustin([
          ...["--from", windowsPath(from), "-o", windowsPath(there)],
        ]);
        assert.deepEqual(windows, linux);
        const bytes = await plainBytes(there);
        assert.ok(bytes.length > 100);
        assert.deepEqual(bytes, await plainBytes(here));
      }),
  );
}

/** @returns what is in a file. The head of one that is compressed names the system. */
async function plainBytes(path: string): Promise<Uint8Array> {
  const bytes = await Deno.readFile(path);
  return path.endsWith(".gz") ? new Uint8Array(gunzipSync(bytes)) : bytes;
}

testOnWindows(
  [],
  "a run is written in formats that are made at its end",
  (python) =>
    inFolder(async (folder) => {
      const file = `${folder}/a.speedscope.json`;
      const script = windowsPath(`${TARGETS}/garbage.py`);
      const { code, stderr } = await windowsAustin([
        ...["-i", "5ms", "-o", windowsPath(file)],
        ...[executableOf(python), "-B", script, "0.5"],
      ]);
      assert.equal(code, 0, stderr);
      const { shared } = JSON.parse(await Deno.readTextFile(file));
      // deno-lint-ignore no-explicit-any
      assert.ok(shared.frames.some(({ file }: any) => file === script));
    }),
);
