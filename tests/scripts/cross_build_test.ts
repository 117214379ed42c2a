/**
 * The native parts for every system, built by zig: what they export and what
 * they need, by our own readers and by binutils'.
 */

import assert from "node:assert/strict";
import { symbols } from "../../ffi/symbols.ts";
import {
  buildNative,
  LAUNCHER,
  type NativeTarget,
  nativeTargets,
  PATH_ENTRY,
} from "../../scripts/build_native.ts";
import { bytesSource } from "../../src/binary/byte_source.ts";
import { ElfMachine, parseElf } from "../../src/binary/elf.ts";
import { findFileSymbols } from "../../src/binary/elf_symbols.ts";
import {
  parsePe,
  peExports,
  peFile,
  peImports,
  PeMachine,
} from "../../src/binary/pe.ts";
import { inFolder } from "../support/folder.ts";
import { testNeeding, tool } from "../support/needs.ts";
import { run } from "../support/program.ts";

/** Functions that every system has, and those that only some have. */
const everywhere = Object.entries(symbols)
  .filter(([, symbol]) => !("optional" in symbol)).map(([name]) => name);
const anywhere = Object.keys(symbols);

/** All that the shim for Windows may need: what has been there since Windows 10, and no C library. */
const WINDOWS_LIBRARIES = ["KERNEL32.dll", "ADVAPI32.dll", "ntdll.dll"];

const GLIBC_FLOOR = [2, 17] as const;

/** What is checked of each system; macOS has `tests/binary/macho_test.ts`. */
const CHECKS: Readonly<Record<string, typeof checkLinux>> = {
  linux: checkLinux,
  windows: checkWindows,
};

for (const target of nativeTargets) {
  const check = CHECKS[target.system];
  if (check === undefined) continue;
  testNeeding(
    [tool("readelf"), tool("objdump")],
    `the native parts for ${target.triple} export and need what they should`,
    () =>
      inFolder(async (folder) => {
        await buildNative(target.triple, { cross: true, folder });
        await check(target, folder);
      }),
  );
}

async function checkLinux(
  { triple, library }: NativeTarget,
  folder: string,
): Promise<void> {
  const path = `${folder}/${library}`;
  const file = bytesSource(await Deno.readFile(path));
  const elf = parseElf(file)!;
  const machine = triple.startsWith("x86_64")
    ? ElfMachine.x86_64
    : ElfMachine.aarch64;
  assert.equal(elf.machine, machine);
  const ours = [...findFileSymbols(file, elf, anywhere).keys()].sort();
  const symbolLines = await printed(["readelf", "--dyn-syms", "-W", path]);
  const theirs = [
    ...symbolLines.matchAll(/GLOBAL DEFAULT +\d+ (austin_\w+)/g),
  ].map(([, name]) => name!).sort();
  assert.deepEqual(ours, theirs);
  checkExports(theirs);
  const needed = await printed(["readelf", "-dW", path]);
  assert.deepEqual(
    [...needed.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name),
    ["libc.so.6"],
  );
  const versions = await printed(["readelf", "-VW", path]);
  for (const [, major, minor] of versions.matchAll(/GLIBC_(\d+)\.(\d+)/g)) {
    const isOld = Number(major) === GLIBC_FLOOR[0] &&
      Number(minor) <= GLIBC_FLOOR[1];
    assert.ok(isOld, `${path} needs glibc ${major}.${minor}`);
  }
}

async function checkWindows(
  { triple, library }: NativeTarget,
  folder: string,
): Promise<void> {
  const path = `${folder}/${library}`;
  const image = peFile(bytesSource(await Deno.readFile(path)));
  const pe = parsePe(image)!;
  const machine = triple.startsWith("x86_64")
    ? PeMachine.x86_64
    : PeMachine.aarch64;
  assert.equal(pe.machine, machine);
  const exports = peExports(image, pe)!;
  const ours = Array.from(
    { length: exports.count },
    (_, i) => exports.name(i)!,
  );
  checkExports(ours);
  for (const name of ours) assert.ok(exports.find(name)! < pe.size);
  const imports = peImports(image, pe);
  for (const name of imports) assert.ok(WINDOWS_LIBRARIES.includes(name), name);
  const launcher = await Deno.readFile(`${folder}/${LAUNCHER}`);
  assert.equal(parsePe(bytesSource(launcher))?.machine, machine);
  const bytes = await Deno.readFile(`${folder}/${PATH_ENTRY}`);
  const entry = peFile(bytesSource(bytes));
  assert.deepEqual(
    peImports(entry, parsePe(entry)!).sort(),
    ["ADVAPI32.dll", "KERNEL32.dll", "USER32.dll"],
  );
  // Debian's binutils read x86_64 only.
  if (machine !== PeMachine.x86_64) return;
  const dump = await printed(["objdump", "-p", path]);
  const listed = /\[Ordinal\/Name Pointer\] Table[^]*/.exec(dump)?.[0] ?? "";
  assert.deepEqual(
    [...listed.matchAll(/\] (?:\+base\[ *\d+\] +[0-9a-f]+ )?(austin_\w+)/g)]
      .map(([, name]) => name),
    ours,
  );
  assert.deepEqual(
    [...dump.matchAll(/DLL Name: (\S+)/g)].map(([, name]) => name),
    imports,
  );
}

/** Nothing but what Deno is told of, and all that every system has. */
function checkExports(names: readonly string[]): void {
  for (const name of names) assert.ok(anywhere.includes(name), name);
  for (const name of everywhere) assert.ok(names.includes(name), name);
}

async function printed(command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command);
  assert.equal(code, 0, stderr);
  return stdout;
}
