/**
 * A CPython that can be started: how, where it came from, and how our files are named in it (an interpreter may live in a
 * root tree of its own, entered by `chroot`). Knows nothing of where interpreters are had from; see `source.ts`.
 */

import { basename, dirname, join, resolve } from "node:path";
import { run } from "./run.ts";

/** Every CPython minor that austin reads, oldest first. */
export const VERSIONS = [
  "3.8",
  "3.9",
  "3.10",
  "3.11",
  "3.12",
  "3.13",
  "3.14",
  "3.15",
] as const;

/** A CPython minor version, such as `"3.12"`. */
export type Version = (typeof VERSIONS)[number];

/** What a {@linkcode Python} is made of. */
export interface PythonFields {
  /** The minor version: `"3.12"`. */
  readonly version: Version;
  /** As `--version` tells it: `"3.12.1"`. */
  readonly fullVersion: string;
  /** The name of the source it came from: `"pyenv"`. */
  readonly source: string;
  /** Argument vector prefix that becomes the interpreter (by exec only, so the process id stays the same). */
  readonly command: readonly string[];
  /** The root directory it sees as `/`, or `""` when it sees the machine's own. */
  readonly root: string;
}

/** A CPython that can be started. */
export class Python implements PythonFields {
  readonly version: Version;
  readonly fullVersion: string;
  readonly source: string;
  readonly command: readonly string[];
  readonly root: string;

  /** Takes the fields as they are: {@linkcode probe} is what checks them. */
  constructor(fields: PythonFields) {
    this.version = fields.version;
    this.fullVersion = fields.fullVersion;
    this.source = fields.source;
    this.command = fields.command;
    this.root = fields.root;
  }

  /**
   * Makes a script and the modules beside it visible to the interpreter.
   *
   * @param script path of a Python file on this machine.
   * @returns the absolute path under which the interpreter finds it; it is the same for the same contents.
   */
  async install(script: string): Promise<string> {
    if (this.root === "") return resolve(script);
    const modules = await readModules(dirname(script));
    const inside = `/tmp/${(await digest(modules)).slice(0, 12)}`;
    await writeModules(this.outside(inside), modules);
    return `${inside}/${basename(script)}`;
  }

  /** Names on this machine the file that the interpreter calls `inside` (an absolute path). */
  outside(inside: string): string {
    return this.root === "" ? inside : join(this.root, inside);
  }
}

/**
 * Asks an interpreter for its version, which also shows that it starts.
 *
 * @throws {Error} when it does not start or is of another minor version.
 */
export async function probe(
  python: Omit<PythonFields, "fullVersion">,
): Promise<Python> {
  const answer = await run([...python.command, "--version"]);
  const fullVersion = answer.match(/^Python (\S+)/)?.[1] ?? "";
  if (!fullVersion.startsWith(`${python.version}.`)) {
    throw new Error(
      `Cannot use "${
        python.command.join(" ")
      }": it is ${answer.trim()}, not ${python.version}`,
    );
  }
  return new Python({ ...python, fullVersion });
}

type Modules = Map<string, Uint8Array<ArrayBuffer>>;

async function readModules(folder: string): Promise<Modules> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".py")) names.push(entry.name);
  }
  const files = names.sort().map(async (name) =>
    [name, await Deno.readFile(join(folder, name))] as const
  );
  return new Map(await Promise.all(files));
}

async function digest(modules: Modules): Promise<string> {
  const parts = [...modules].flatMap((
    [name, bytes],
  ) => [`${name}:${bytes.length}:`, bytes]);
  const hash = await crypto.subtle.digest(
    "SHA-256",
    await new Blob(parts).arrayBuffer(),
  );
  return new Uint8Array(hash).toHex();
}

/** Renames each file into place, so that a Python which starts meanwhile never reads half of one. */
async function writeModules(folder: string, modules: Modules): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, bytes] of modules) {
    const partial = join(folder, `.${name}.${crypto.randomUUID()}`);
    await Deno.writeFile(partial, bytes);
    await Deno.rename(partial, join(folder, name));
  }
}
