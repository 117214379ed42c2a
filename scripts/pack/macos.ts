/**
 * Packs for macOS, where deno is signed and has to stay as it is:
 *
 * | part of the executable | what                                                |
 * | ---------------------- | --------------------------------------------------- |
 * | code                   | `native/launcher_posix*.c`, built by zig            |
 * | `__TEXT,__austin`      | deno, loader, shim library, bundle                  |
 * | signature              | ad hoc, by zig's linker; it covers all of that      |
 *
 * The launcher puts these files into the user's cache once, checks them by
 * their hashes, and becomes deno there.
 */

import { AustinError } from "../../src/errors.ts";
import { crossCompiler, nativeTargets } from "../build_native.ts";
import { replaceFile } from "../replace_file.ts";
import { runTool } from "../run_tool.ts";
import { root } from "../tree.ts";
import { zig } from "../zig.ts";
import {
  inFolders,
  type Launched,
  type LaunchedPackOptions,
  launchedProgram,
  sha256,
} from "./launched.ts";

/** How objects are written for a system. */
export type ObjectFormat = "macho" | "elf";

/** What builds a launcher. */
export interface LauncherBuild {
  /** Argument vector prefix of a C compiler. */
  readonly compiler: readonly string[];
  readonly format: ObjectFormat;
  /** Path of the executable. */
  readonly output: string;
}

/** Makes one file of a program, the shim and a deno for macOS. @throws AustinError when a part is missing. */
export async function packMacos(options: LaunchedPackOptions): Promise<void> {
  const since = new Date();
  const row = nativeTargets.find(({ triple }) => triple === options.target)!;
  const names = {
    runtime: "deno",
    library: row.library,
    separator: "/",
  } as const;
  const launched = await launchedProgram(options, names);
  const compiler = crossCompiler(row, await zig());
  await replaceFile(
    options.output,
    since,
    (output) => buildLauncher(launched, { compiler, format: "macho", output }),
  );
}

const SOURCES = ["launcher_posix.c", "launcher_posix_files.c", "sha256.c"]
  .map((name) => `${root}/native/${name}`);

const OPTIONS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O2", "-s"];

/** Builds a launcher with all that it launches in it. @throws AustinError when that fails. */
export async function buildLauncher(
  launched: Launched,
  { compiler, format, output }: LauncherBuild,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "austin-launcher-" });
  try {
    const files = inFolders(launched);
    await Promise.all(
      files.map(({ bytes }, i) => Deno.writeFile(`${folder}/part_${i}`, bytes)),
    );
    await Deno.writeTextFile(`${folder}/payload.c`, tables(launched));
    const parts = assembly(files.length, format);
    await Deno.writeTextFile(`${folder}/parts.S`, parts);
    const words = [`-I${root}/native`, ...SOURCES, "payload.c", "parts.S"];
    const command = [...compiler, ...OPTIONS, ...words, "-o", output];
    const { success, stderr } = await runTool(command, { cwd: folder });
    if (success) return;
    throw new AustinError(`Cannot pack: ${command.join(" ")}\n${stderr}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns `payload.c`, which `native/launcher_posix.h` describes. */
function tables(launched: Launched): string {
  const files = inFolders(launched);
  const rows = files.map(({ bytes, folder, name }, i) => {
    const digest = [...sha256([bytes])].join(", ");
    const texts = `${quoted(folder)}, ${quoted(name)}`;
    return `  {part_${i}, part_${i}_end, {${digest}}, ${texts}},`;
  });
  const parts = files.map((_, i) => `part_${i}[], part_${i}_end[]`);
  return [
    '#include "launcher_posix.h"',
    `extern const uint8_t ${parts.join(", ")};`,
    "const struct packed_file packed_files[FILE_COUNT] = {",
    ...rows,
    "};",
    list("runtime_arguments", launched.arguments),
    list("runtime_settings", launched.settings),
    list("hidden_variables", launched.hiddenVariables),
    list("answers", Object.entries(launched.answers).flat()),
    `const char *const hidden_prefix = ${quoted(launched.hiddenPrefix)};`,
    "",
  ].join("\n");
}

function list(name: string, texts: readonly string[]): string {
  const items = [...texts.map(quoted), "NULL"].join(", ");
  return `const char *const ${name}[] = {${items}};`;
}

/** @returns a string of C: everything that could mean something else is an octal number. */
function quoted(text: string): string {
  const bytes = [...new TextEncoder().encode(text)].map((byte) =>
    /[\w ./:=,-]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, "0")}`
  );
  return `"${bytes.join("")}"`;
}

/** @returns an assembler's source that has each file between two symbols. */
function assembly(count: number, format: ObjectFormat): string {
  const isMacho = format === "macho";
  const prefix = isMacho ? "_" : "";
  const lines = [
    isMacho ? ".section __TEXT,__austin" : '.section .rodata.austin,"a"',
  ];
  for (let i = 0; i < count; i++) {
    const [begin, end] = [`${prefix}part_${i}`, `${prefix}part_${i}_end`];
    lines.push(`.globl ${begin}`, `.globl ${end}`, ".balign 16");
    lines.push(`${begin}:`, `.incbin "part_${i}"`, `${end}:`, ".byte 0");
  }
  if (!isMacho) lines.push('.section .note.GNU-stack,"",@progbits');
  return lines.join("\n") + "\n";
}
