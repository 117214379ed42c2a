/**
 * `deno task native [TARGET…]`: builds the C shim, and what starts a packed
 * file, into `native/build/<target>/`.
 *
 * One row of {@linkcode nativeTargets} for each target that can be built. This
 * machine's own is built by `$CC`, or `cc`; others by zig (`zig.ts`), which is
 * fetched when it is needed. `--cross` has zig build this machine's as well,
 * for an older C library than its own.
 *
 * The task says nothing of its files to Deno's task cache on purpose: that
 * writes over outputs in place, and a process may have the library mapped.
 */

import { AustinError } from "../src/errors.ts";
import { replaceFile } from "./replace_file.ts";
import { runScript, runTool, say } from "./run_tool.ts";
import { lastChange, root } from "./tree.ts";
import { type Zig, zig } from "./zig.ts";

/** How the native parts are built for one of Deno's targets. */
export interface NativeTarget {
  /** Deno's name of the target. */
  readonly triple: string;
  /** zig's name of it. */
  readonly zig: string;
  /** The shim is made of `native/<system>.c`, `native/<system>_*.c` and `native/shared.c`. */
  readonly system: "linux" | "darwin" | "windows";
  /** File name of the shim; `libraryName()` in `ffi/library.ts` says the same. */
  readonly library: string;
}

/** Everything that can be built. */
export const nativeTargets: readonly NativeTarget[] = [
  {
    triple: "x86_64-unknown-linux-gnu",
    zig: "x86_64-linux-gnu.2.17",
    system: "linux",
    library: "libaustin.so",
  },
  {
    triple: "aarch64-unknown-linux-gnu",
    zig: "aarch64-linux-gnu.2.17",
    system: "linux",
    library: "libaustin.so",
  },
  {
    triple: "x86_64-apple-darwin",
    zig: "x86_64-macos.11.0",
    system: "darwin",
    library: "libaustin.dylib",
  },
  {
    triple: "aarch64-apple-darwin",
    zig: "aarch64-macos.11.0",
    system: "darwin",
    library: "libaustin.dylib",
  },
  {
    triple: "x86_64-pc-windows-msvc",
    zig: "x86_64-windows-gnu",
    system: "windows",
    library: "austin.dll",
  },
  {
    triple: "aarch64-pc-windows-msvc",
    zig: "aarch64-windows-gnu",
    system: "windows",
    library: "austin.dll",
  },
];

/** File name of the launcher, which is for Windows what the entry stub is for Linux. */
export const LAUNCHER = "launcher.exe";

/** File name of what the installer for Windows changes the PATH with. */
export const PATH_ENTRY = "path_entry.exe";

/** File name of the entry stub. */
export const ENTRY_STUB = "entry_stub.elf";

/** File name of the demangler. */
export const DEMANGLER = "libaustin_demangle.so";

const COMMON = ["-std=c11", "-Wall", "-Wextra", "-Werror"];

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

/** One file that is built. */
interface Product {
  readonly name: string;
  /** Options before the sources, with `-o` left out. */
  readonly options: readonly string[];
  /** From the root of the tree. */
  readonly sources: readonly string[];
  /** Options after them. */
  readonly linking: readonly string[];
  /** Whether the linker makes an import library beside it, which nobody needs. */
  readonly hasImportLibrary?: true;
  /** A library of the system that is put into it, and what is said when there is none: the program works without. */
  readonly archive?: { readonly name: string; readonly remark: string };
}

/** What is built for each system. */
const PRODUCTS: Readonly<
  Record<NativeTarget["system"], (target: NativeTarget) => Product[]>
> = {
  linux: ({ system, library }) => [
    {
      name: library,
      options: [...COMMON, "-O2", "-fPIC", "-fvisibility=hidden", "-shared"],
      sources: shimSources(system),
      linking: ["-Wl,-z,relro,-z,now,-z,noexecstack", "-s"],
    },
    {
      name: DEMANGLER,
      options: [...COMMON, "-O2", "-fPIC", "-fvisibility=hidden", "-shared"],
      sources: ["native/demangle.c"],
      linking: [
        "-Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections",
        "-Wl,--version-script,native/demangle.map",
        "-s",
      ],
      archive: {
        name: "libiberty.a",
        remark:
          "libiberty.a is missing, so `--native` will show C++ and Rust names " +
          "as they are in the file: install libiberty-dev, or binutils-devel",
      },
    },
    {
      name: ENTRY_STUB,
      options: [...STUB, "-Wl,-T,native/entry_stub.ld"],
      sources: ["native/entry_stub.c"],
      linking: [],
    },
  ],
  darwin: ({ system, library }) => [
    {
      name: library,
      options: [...COMMON, "-O2", "-fPIC", "-fvisibility=hidden", "-shared"],
      sources: shimSources(system),
      linking: [`-Wl,-install_name,@rpath/${library}`],
    },
  ],
  // Without a C library: it would be built first, which takes a minute.
  windows: ({ system, library }) => [
    {
      name: library,
      options: [...COMMON, "-O2", "-shared", "-nostdlib", "-s"],
      sources: shimSources(system),
      linking: ["-lkernel32", "-lntdll", "-ladvapi32"],
      hasImportLibrary: true,
    },
    {
      name: LAUNCHER,
      options: [...COMMON, "-O2", "-fno-builtin", "-nostdlib", "-s"],
      sources: cSources(/^launcher_windows(_.*)?\.c$/),
      linking: [
        ...["-lkernel32", "-ladvapi32", "-lbcrypt"],
        "-Wl,-e,mainCRTStartup",
      ],
    },
    {
      name: PATH_ENTRY,
      options: [...COMMON, "-O2", "-fno-builtin", "-nostdlib", "-s"],
      sources: ["native/path_entry_windows.c"],
      linking: [
        ...["-lkernel32", "-ladvapi32", "-luser32"],
        "-Wl,-e,mainCRTStartup",
      ],
    },
  ],
};

const COMPILER_HINT =
  "install a C compiler, for instance with `apt-get install gcc libc6-dev` " +
  "or `dnf install gcc`, or name one in $CC";

/** Folder of the native parts of a target. */
export function nativeFolder(triple: string): string {
  return `${root}/native/build/${triple}`;
}

/** How to build. */
export interface BuildOptions {
  /** Have zig build it, though it is this machine's target. */
  readonly cross?: boolean;
  /** Where to put what is built; default {@linkcode nativeFolder}. */
  readonly folder?: string;
}

/**
 * Builds what is missing, or older than its sources.
 *
 * @throws AustinError when the target is not known, without a compiler, and
 *   when that finds an error.
 */
export async function buildNative(
  triple: string = Deno.build.target,
  { cross = false, folder = nativeFolder(triple) }: BuildOptions = {},
): Promise<void> {
  const target = nativeTargets.find((row) => row.triple === triple);
  if (target === undefined) {
    throw new AustinError(
      `Cannot build the shim: no compiler is known for ${triple}`,
      "add a row to `nativeTargets` in scripts/build_native.ts",
    );
  }
  const isOwn = triple === Deno.build.target && !cross;
  for (const product of PRODUCTS[target.system](target)) {
    const output = `${folder}/${product.name}`;
    if (lastChange(output) >= sourcesChange()) continue;
    const compiler = isOwn ? ownCompiler() : crossCompiler(target, await zig());
    const whole = await withArchive(product, isOwn, target);
    if (whole !== null) await build(compiler, whole, output);
    // An empty file says so to those who look for it.
    else await Deno.writeFile(output, new Uint8Array());
  }
}

/** @returns the product with the library that it needs; null when that is not there, which is said. */
async function withArchive(
  product: Product,
  isOwn: boolean,
  { triple }: NativeTarget,
): Promise<Product | null> {
  if (product.archive === undefined) return product;
  const { name, remark } = product.archive;
  const path = isOwn
    ? await ownLibrary(name)
    : `/usr/lib/${triple.split("-")[0]}-linux-gnu/${name}`;
  if (lastChange(path) > 0) {
    return { ...product, linking: [path, ...product.linking] };
  }
  say(remark);
  return null;
}

/** @returns path of a library, or its name where the compiler finds none. */
async function ownLibrary(name: string): Promise<string> {
  const command = [...ownCompiler(), `-print-file-name=${name}`];
  const { stdout } = await runTool(command, { whenMissing: COMPILER_HINT });
  return stdout.trim();
}

function shimSources(system: string): string[] {
  return cSources(new RegExp(`^(${system}(_.*)?|shared)\\.c$`));
}

function cSources(own: RegExp): string[] {
  return Array.from(Deno.readDirSync(`${root}/native`), (entry) => entry.name)
    .filter((name) => own.test(name))
    .sort()
    .map((name) => `native/${name}`);
}

async function build(
  compiler: readonly string[],
  { options, sources, linking, hasImportLibrary }: Product,
  output: string,
): Promise<void> {
  await replaceFile(output, new Date(), async (temporary) => {
    const files = [...sources, ...linking, "-o", temporary];
    const command = [...compiler, ...options, ...files];
    const importLibrary = `${temporary}.lib`;
    if (hasImportLibrary) command.push(`-Wl,--out-implib,${importLibrary}`);
    const { success, stderr } = await runTool(command, {
      cwd: root,
      whenMissing: COMPILER_HINT,
    });
    if (hasImportLibrary) await Deno.remove(importLibrary).catch(() => {});
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

function ownCompiler(): readonly string[] {
  return (Deno.env.get("CC") || "cc").split(/\s+/).filter((word) => word);
}

/** With `-nostdlib` zig leaves the headers of Windows out as well. @returns how zig is called for a target. */
export function crossCompiler(
  target: NativeTarget,
  { program, library }: Zig,
): readonly string[] {
  const compiler = [program, "cc", "-target", target.zig];
  const headers = `${library}/libc/include/any-windows-any`;
  return target.system === "windows"
    ? [...compiler, "-isystem", headers]
    : compiler;
}

if (import.meta.main) {
  await runScript(async () => {
    const cross = Deno.args.includes("--cross");
    const targets = Deno.args.filter((arg) => arg !== "--cross");
    if (targets.length === 0) targets.push(Deno.build.target);
    for (const target of targets) await buildNative(target, { cross });
  });
}
