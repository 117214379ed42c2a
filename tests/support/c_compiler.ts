/** Small C programs and libraries that tests build, in a folder that goes when the test ends. */

import { run } from "./program.ts";
import { type Need, tool } from "./needs.ts";

/** A C compiler and binutils. */
export const cCompiler: Need = {
  what: "cc and readelf",
  met: tool("cc").met && tool("readelf").met,
};

/** What compiling with the given options needs. */
export function needsOf(args: readonly string[]): Need[] {
  const met = Deno.build.arch === "x86_64";
  return args.includes("-m32")
    ? [cCompiler, { what: "x86_64 for -m32", met }]
    : [cCompiler];
}

/** A folder for one test, removed when disposed of. */
export class Workshop implements AsyncDisposable {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Compiles C source. @returns the path of what was linked. */
  async compile(
    name: string,
    source: string,
    args: readonly string[] = [],
  ): Promise<string> {
    const sourcePath = this.path(`${name}.c`);
    const output = this.path(name);
    await Deno.writeTextFile(sourcePath, source);
    await this.run(["cc", sourcePath, "-o", output, ...args]);
    return output;
  }

  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Runs a program that must succeed. @returns what it printed. */
  async run(command: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(command);
    if (code !== 0) throw new Error(`${command.join(" ")}: ${code}\n${stderr}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Makes an empty folder that everybody may read. */
export async function workshop(): Promise<Workshop> {
  const folder = await Deno.makeTempDir({ prefix: "austin-workshop-" });
  await Deno.chmod(folder, 0o755);
  return new Workshop(folder);
}

/** A library with a few symbols, which needs no C library. */
export const LIBRARY_SOURCE = `
int answer = 42;
int zeroes[1024];
__thread int mine = 7;
__attribute__((section(".special"))) long special = 5;
extern int elsewhere(void) __attribute__((weak));
static int hidden(void) { return elsewhere ? elsewhere() : mine; }
int ask(void) { return hidden() + answer + zeroes[3] + (int)special; }
int (*asker)(void) = ask;
`;

/** Linker options for a shared library without a C library. */
export const LIBRARY_ARGS: readonly string[] = [
  "-shared",
  "-fPIC",
  "-nostdlib",
];
