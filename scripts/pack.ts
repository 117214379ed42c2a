/**
 * `deno task pack`: makes `dist/austin`, one file, without a download.
 *
 * It is the executable of the deno that runs this script with one more ELF
 * segment:
 *
 * | file             | what                                                     |
 * | ---------------- | -------------------------------------------------------- |
 * | ELF header       | deno's, but the entry point is the entry stub            |
 * | program headers  | deno's and one more                                      |
 * | …                | deno's, untouched                                        |
 * | page after that  | the segment: entry stub, its parameters, loader, shim library, bundle; `pack/payload.ts` |
 *
 * The segment is mapped like any other part of an executable, so nothing is
 * unpacked at start. The entry stub (`native/entry_stub.c`) runs before deno
 * does. It gives the shim and the loader (`pack/loader.ts`) to deno as memory
 * files, and closes the environment, so that no variable can make deno do
 * something else. The loader evaluates the bundle (`pack/bundle.ts`).
 *
 * Never strip such a file: that removes the segment.
 */

import { AustinError } from "../src/errors.ts";
import { ENTRY_STUB, nativeFolder } from "./build_native.ts";
import { bundleLoader, bundleProgram } from "./pack/bundle.ts";
import { addSegment, readHost, readStub } from "./pack/elf_segment.ts";
import { buildPayload, ENTRY_OFFSET } from "./pack/payload.ts";
import { replaceFile } from "./replace_file.ts";
import { runScript, runTool } from "./run_tool.ts";
import { root } from "./tree.ts";

/** What is packed. */
export interface PackOptions {
  /** Path of the program's main module. */
  readonly entry: string;
  /** Path of the file to make. */
  readonly output: string;
  /** What the program prints, and nothing else, when started with that single argument. */
  readonly answers?: Readonly<Record<string, string>>;
}

/** What was proven to take a segment, and to start from one. */
const RUNTIME = "2.9.";

/** Arguments whose answer is always the same. */
const QUESTIONS = ["--version", "-V"];

/**
 * Makes one file of a program, the shim and the running deno.
 *
 * @throws AustinError when this deno cannot be packed, or a part is missing.
 */
export async function pack(options: PackOptions): Promise<void> {
  const since = new Date();
  checkRuntime();
  const native = nativeFolder(Deno.build.target);
  const bundle = await bundleProgram(options.entry);
  const parts = {
    stub: readStub(await readPart(`${native}/${ENTRY_STUB}`)),
    library: await readPart(`${native}/libaustin.so`),
    loader: await bundleLoader({
      answers: options.answers ?? {},
      startSize: bundle.start.length,
    }),
    bundle: concatenated([bundle.start, bundle.later]),
  };
  const elf = await Deno.readFile(Deno.execPath());
  const host = readHost(elf);
  const segment = buildPayload(parts, host);
  addSegment(elf, host, segment.length, host.address + ENTRY_OFFSET);
  await replaceFile(options.output, since, async (temporary) => {
    using file = await Deno.open(temporary, {
      write: true,
      createNew: true,
      mode: 0o755,
    });
    await writeAll(file, elf);
    await file.seek(host.offset, Deno.SeekMode.Start);
    await writeAll(file, segment);
    // Beyond what the umask leaves: everybody may run it, nobody may change it.
    await Deno.chmod(temporary, 0o755);
  });
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Asks a program what it prints for each of {@linkcode QUESTIONS}. */
async function askProgram(entry: string): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const question of QUESTIONS) {
    const command = [Deno.execPath(), "run", "-A", entry, question];
    const { success, stdout, stderr } = await runTool(command);
    if (success && stderr === "") answers[question] = stdout;
  }
  return answers;
}

function checkRuntime(): void {
  const version = Deno.version.deno;
  if (Deno.build.os === "linux" && version.startsWith(RUNTIME)) return;
  throw new AustinError(
    `Cannot pack: this is deno ${version} on ${Deno.build.os}, not ${RUNTIME}x on Linux`,
    "start `scripts/austin`, which fetches the right one, or try `deno task compile`",
  );
}

async function readPart(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    throw new AustinError(
      `Cannot pack: ${path} cannot be read`,
      "build it with `deno task native`",
      { cause },
    );
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += await file.write(bytes.subarray(done));
  }
}

if (import.meta.main) {
  await runScript(async () => {
    const entry = `${root}/main.ts`;
    const answers = await askProgram(entry);
    await pack({ entry, output: `${root}/dist/austin`, answers });
  });
}
