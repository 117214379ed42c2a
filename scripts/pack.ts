/**
 * `deno task pack`: makes `dist/austin`, one file, from the deno that runs this
 * script. `--target T` makes one for another system, in `dist/T/`, from that
 * system's deno, which is fetched.
 *
 * On Linux it is the executable of deno with one more ELF segment (on Windows
 * and macOS it is another thing: `pack/windows.ts`, `pack/macos.ts`):
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
import {
  buildNative,
  DEMANGLER,
  ENTRY_STUB,
  nativeFolder,
} from "./build_native.ts";
import { bundleLoader, bundleProgram } from "./pack/bundle.ts";
import { addSegment, readHost, readStub } from "./pack/elf_segment.ts";
import { checkNotices } from "./notices.ts";
import { foreignRuntime } from "./pack/foreign_runtime.ts";
import { buildPayload, ENTRY_OFFSET } from "./pack/payload.ts";
import { concatenated, type PackOptions, readPart } from "./pack/parts.ts";
import { packMacos } from "./pack/macos.ts";
import { packWindows } from "./pack/windows.ts";
import { replaceFile } from "./replace_file.ts";
import { runScript, runTool } from "./run_tool.ts";
import { parseTarget } from "./targets.ts";
import { root } from "./tree.ts";

/** What is packed, and for which of Deno's targets; default this machine's. */
export interface LinuxPackOptions extends PackOptions {
  readonly target?: string;
}

/** What was proven to take a segment, and to start from one. */
const RUNTIME = "2.9.";

/** Arguments whose answer is always the same. */
const QUESTIONS = ["--version", "-V"];

/**
 * Makes one file of a program, the shim and a deno for Linux: the running one,
 * unless `target` says otherwise.
 *
 * @throws AustinError when that deno cannot be packed, or a part is missing.
 */
export async function pack(
  { target = Deno.build.target, ...options }: LinuxPackOptions,
): Promise<void> {
  const since = new Date();
  checkRuntime();
  const native = nativeFolder(target);
  const bundle = await bundleProgram(options.entry);
  await checkNotices(bundle.inputs);
  // Empty where it could not be built; see `build_native.ts`.
  const demangler = await readPart(`${native}/${DEMANGLER}`);
  const parts = {
    stub: readStub(await readPart(`${native}/${ENTRY_STUB}`)),
    library: await readPart(`${native}/libaustin.so`),
    loader: await bundleLoader({
      answers: options.answers ?? {},
      startSize: bundle.start.length,
      laterSize: bundle.later.length,
      demanglerSize: demangler.length,
    }),
    bundle: concatenated([bundle.start, bundle.later, demangler]),
  };
  const elf = await readPart(
    target === Deno.build.target
      ? Deno.execPath()
      : await foreignRuntime(target),
  );
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

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += await file.write(bytes.subarray(done));
  }
}

async function packFor(args: readonly string[]): Promise<void> {
  const entry = `${root}/main.ts`;
  const target = parseTarget(args);
  await buildNative(target);
  const answers = await askProgram(entry);
  if (target === Deno.build.target) {
    await pack({ entry, output: `${root}/dist/austin`, answers });
  } else if (target.includes("linux")) {
    const output = `${root}/dist/${target}/austin`;
    await pack({ entry, output, answers, target });
  } else if (target.includes("windows")) {
    const output = `${root}/dist/${target}/austin.exe`;
    await packWindows({ entry, output, answers, target });
  } else {
    const output = `${root}/dist/${target}/austin`;
    await packMacos({ entry, output, answers, target });
  }
}

if (import.meta.main) await runScript(() => packFor(Deno.args));
