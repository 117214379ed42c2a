/**
 * `deno task native`: builds the C shim, and where files can be packed the
 * entry stub, into `native/build/<target>/`.
 *
 * One row of {@linkcode nativeTargets} for each target that can be built. A
 * cross compiler is a row's own `compiler`; without one it is `$CC`, or `cc`,
 * and the target must be this machine's.
 *
 * The task says nothing of its files to Deno's task cache on purpose: that
 * writes over outputs in place, and a process may have the library mapped.
 */

import { AustinError } from "../src/errors.ts";
import { replaceFile } from "./replace_file.ts";
import { runScript, runTool } from "./run_tool.ts";
import { lastChange, root } from "./tree.ts";

/** How the native parts are built for one of Deno's targets. */
export interface NativeTarget {
  /** Deno's name of the target. */
  readonly triple: string;
  /** The shim is made of `native/<system>.c` and `native/<system>_*.c`. */
  readonly system: string;
  /** File name of the shim; `libraryName()` in `ffi/library.ts` says the same. */
  readonly library: string;
  /** Linker options of the shim. */
  readonly linking: readonly string[];
  /** Whether there is an entry stub, which `deno task pack` needs. */
  readonly entryStub: boolean;
  /** A cross compiler with the options that select the target. */
  readonly compiler?: readonly string[];
}

const ELF_LINKING = ["-shared", "-Wl,-z,relro,-z,now,-z,noexecstack", "-s"];

/** Everything that can be built. */
export const nativeTargets: readonly NativeTarget[] = [
  {
    triple: "x86_64-unknown-linux-gnu",
    system: "linux",
    library: "libaustin.so",
    linking: ELF_LINKING,
    entryStub: true,
  },
  {
    triple: "aarch64-unknown-linux-gnu",
    system: "linux",
    library: "libaustin.so",
    linking: ELF_LINKING,
    entryStub: true,
  },
];

/** File name of the entry stub. */
export const ENTRY_STUB = "entry_stub.elf";

const COMMON = ["-std=c11", "-Wall", "-Wextra", "-Werror"];
const SHIM = [...COMMON, "-O2", "-fPIC", "-fvisibility=hidden"];

/** Nothing may be called, nothing relocated and nothing before the first byte. */
const STUB = [
  ...COMMON,
  "-Os",
  "-fPIC",
  "-fvisibility=hidden",
  "-ffreestanding",
  "-fno-builtin",
  "-fno-stack-protector",
  "-fno-asynchronous-unwind-tables",
  "-nostdlib",
  "-static",
  "-Wl,--build-id=none",
];

const COMPILER_HINT =
  "install a C compiler, for instance with `apt-get install gcc libc6-dev` " +
  "or `dnf install gcc`, or name one in $CC";

/** Folder of the native parts of a target. */
export function nativeFolder(triple: string): string {
  return `${root}/native/build/${triple}`;
}

/**
 * Builds what is missing, or older than its sources.
 *
 * @throws AustinError when the target cannot be built here, without a compiler,
 *   and when that finds an error.
 */
export async function buildNative(triple = Deno.build.target): Promise<void> {
  const target = nativeTargets.find((row) => row.triple === triple);
  if (target === undefined || !isBuildable(target)) {
    throw new AustinError(
      `Cannot build the shim: no compiler is known for ${triple}`,
      "add a row to `nativeTargets` in scripts/build_native.ts",
    );
  }
  const folder = nativeFolder(triple);
  const sources = shimSources(target);
  await build(target, `${folder}/${target.library}`, [
    ...SHIM,
    ...sources,
    ...target.linking,
  ]);
  if (!target.entryStub) return;
  await build(target, `${folder}/${ENTRY_STUB}`, [
    ...STUB,
    "-Wl,-T,native/entry_stub.ld",
    "native/entry_stub.c",
  ]);
}

function isBuildable(target: NativeTarget): boolean {
  return target.compiler !== undefined || target.triple === Deno.build.target;
}

function shimSources(target: NativeTarget): string[] {
  const own = new RegExp(`^${target.system}(_.*)?\\.c$`);
  return Array.from(Deno.readDirSync(`${root}/native`), (entry) => entry.name)
    .filter((name) => own.test(name))
    .sort()
    .map((name) => `native/${name}`);
}

async function build(
  target: NativeTarget,
  output: string,
  args: readonly string[],
): Promise<void> {
  const since = new Date();
  if (lastChange(output) >= sourcesChange()) return;
  await replaceFile(output, since, async (temporary) => {
    const command = [...compilerOf(target), ...args, "-o", temporary];
    const { success, stderr } = await runTool(command, {
      cwd: root,
      whenMissing: COMPILER_HINT,
    });
    if (success) return;
    throw new AustinError(
      `Cannot compile: ${command.join(" ")}\n${stderr.trimEnd()}`,
      "headers that are not found come with the C library's development package (libc6-dev)",
    );
  });
}

/** When a file in `native/`, or this script with its options, last changed. */
function sourcesChange(): number {
  const folder = `${root}/native`;
  const files = Array.from(Deno.readDirSync(folder))
    .filter((entry) => entry.isFile)
    .map((entry) => lastChange(`${folder}/${entry.name}`));
  return Math.max(...files, lastChange(`${root}/scripts/build_native.ts`));
}

function compilerOf(target: NativeTarget): readonly string[] {
  if (target.compiler !== undefined) return target.compiler;
  return (Deno.env.get("CC") || "cc").split(/\s+/).filter((word) => word);
}

if (import.meta.main) {
  await runScript(() => buildNative(Deno.args[0]));
}
