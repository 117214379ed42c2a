/**
 * Programs on the Windows of `wine_root.ts`: the packed austin and CPython's
 * own builds, started from here with arguments, pipes and all.
 *
 * ```ts
 * await using target = await startTarget(await windowsPython("3.12"), "standing.py", [60]);
 * const { stdout } = await windowsAustin(["-w", String(target.facts.pid)]);
 * ```
 */

import { resolve } from "node:path";
import { MAVEN_RELEASES, mavenBuild } from "../../scripts/pythons/maven.ts";
import { Python } from "../../scripts/pythons/python.ts";
import { lastChange, root } from "../../scripts/tree.ts";
import {
  type AustinOptions,
  type RunningAustin,
  startProgram,
} from "./austin.ts";
import { type Need, rootUser, slowTier, testNeeding, tool } from "./needs.ts";
import { type Outcome, run } from "./program.ts";
import { TARGETS } from "./target.ts";
import { startWindows, windowsPath } from "./wine_root.ts";

export { windowsPath };

/** CPythons that there are for Windows. */
export type WindowsVersion = keyof typeof MAVEN_RELEASES;

export const WINDOWS_VERSIONS = Object.keys(MAVEN_RELEASES) as WindowsVersion[];

/** What entering another root takes. wine itself is fetched, and has to be had. */
export const windowsNeeds: readonly Need[] = [
  rootUser,
  tool("unshare"),
  tool("chroot"),
  tool("apt-get"),
  tool("mvn"),
  tool("unzip"),
];

/** For what does not depend on the version. */
export const ONE: readonly WindowsVersion[] = ["3.14"];

/** Defines a test for each version. @param always the versions that it is tested on without `--all`. */
export function testOnWindows(
  always: readonly WindowsVersion[],
  name: string,
  fn: (python: Python) => Promise<void>,
): void {
  for (const version of WINDOWS_VERSIONS) {
    const isAlways = always.includes(version);
    testNeeding(
      isAlways ? windowsNeeds : [slowTier, ...windowsNeeds],
      `${name} on Windows, CPython ${version}`,
      async () => fn(await windowsPython(version)),
    );
  }
}

const TARGET = "x86_64-pc-windows-msvc";

/** Path of the packed program on this machine. */
export const windowsProgram = `${root}/dist/${TARGET}/austin.exe`;

/** What it is made from. */
const SOURCES = ["main.ts", "deno.json", "src", "ffi", "scripts", "native"];

/** A first start takes long: the file is unpacked. */
const PACK_LIMIT_MS = 300_000;

/** What wine says of itself when its first process starts. */
const REMARK =
  /Wine cannot find the FreeType font library\.[^]*?http:\/\/www\.freetype\.org\n/g;

let packed: Promise<void> | undefined;

/** Packs austin for Windows, unless that is newer than what it is made from. */
export function packWindowsProgram(): Promise<void> {
  return packed ??= packIfOld();
}

async function packIfOld(): Promise<void> {
  const sources = SOURCES.filter((path) => path !== "native")
    .map((path) => lastChange(`${root}/${path}`));
  for await (const { name, isFile } of Deno.readDir(`${root}/native`)) {
    if (isFile) sources.push(lastChange(`${root}/native/${name}`));
  }
  if (lastChange(windowsProgram) >= Math.max(...sources)) return;
  const limit = AbortSignal.timeout(PACK_LIMIT_MS);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "pack", "--target", TARGET],
    cwd: root,
    stdin: "null",
    signal: limit,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** A CPython for Windows: paths of its targets are Windows'. */
class WindowsPython extends Python {
  override install(script: string): Promise<string> {
    return Promise.resolve(windowsPath(resolve(script)));
  }
}

/** @returns the build of a version, which `startTarget` starts as any other. */
export async function windowsPython(version: WindowsVersion): Promise<Python> {
  const folder = await mavenBuild(
    version,
    "windows-x86_64",
    `${root}/.cache/pythons`,
  );
  const { command } = await startWindows();
  return new WindowsPython({
    version,
    fullVersion: MAVEN_RELEASES[version].split("-")[0]!,
    source: "maven for Windows",
    command: [...command, windowsPath(`${folder}/python.exe`)],
    root: "",
  });
}

/** @returns how Windows itself names the interpreter. */
export function executableOf(python: Python): string {
  return python.command.at(-1)!;
}

/** @returns the words that start austin.exe from here. */
export async function windowsAustinCommand(
  args: readonly string[],
): Promise<string[]> {
  await packWindowsProgram();
  const { command } = await startWindows();
  return [...command, windowsPath(windowsProgram), ...args];
}

/** Starts austin.exe. */
export async function startWindowsAustin(
  args: readonly string[],
  options: AustinOptions = {},
): Promise<RunningAustin> {
  return startProgram(await windowsAustinCommand(args), options);
}

/** Runs austin.exe to its end. Lines end as on Linux, and wine's own remarks are left out. */
export async function windowsAustin(
  args: readonly string[],
  options: AustinOptions = {},
): Promise<Outcome> {
  await using running = await startWindowsAustin(args, options);
  return plain(await running.ended);
}

/** Keys that a console tells its processes of. */
export type ConsoleKey = "ctrl-c" | "late-ctrl-c" | "ctrl-break";

/** Which key is pressed, and when. */
export interface Press {
  readonly key: ConsoleKey;
  /** It is pressed when this file of Windows has that word in it many times. */
  readonly file: string;
  readonly word: string;
}

/** Runs austin.exe in a console of its own, and presses a key there. What it says is all in `stdout`. */
export async function windowsAustinInConsole(
  python: Python,
  args: readonly string[],
  { key, file, word }: Press,
): Promise<Outcome> {
  await packWindowsProgram();
  const driver = windowsPath(`${TARGETS}/console.py`);
  const words = ["-B", driver, windowsPath(windowsProgram), ...args];
  await using run = startProgram([...python.command, ...words], {
    env: { CONSOLE_KEY: key, CONSOLE_FILE: file, CONSOLE_WORD: word },
  });
  return plain(await run.ended);
}

/** Runs any Windows program to its end. @param words the program as Windows names it, and its arguments. */
export async function runOnWindows(words: readonly string[]): Promise<Outcome> {
  const { command } = await startWindows();
  return plain(await run([...command, ...words]));
}

function plain({ code, stdout, stderr }: Outcome): Outcome {
  const lines = (text: string) => text.replaceAll("\r\n", "\n");
  return {
    code,
    stdout: lines(stdout),
    stderr: lines(stderr).replaceAll(REMARK, ""),
  };
}
