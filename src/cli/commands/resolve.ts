/**
 * `austin --resolve --from FILE`: gives machine code its source lines
 * afterwards, on the machine that has the files, as `austinp-resolve` does.
 */

import { openDemangler } from "../../../ffi/demangler.ts";
import { openShim } from "../../../ffi/shim.ts";
import { bytesSource } from "../../binary/byte_source.ts";
import { ElfType, parseElf, SegmentType } from "../../binary/elf.ts";
import { UsageError } from "../../errors.ts";
import { FrameTable } from "../../events/frame_table.ts";
import { FrameIndex } from "../../formats/frame_index.ts";
import { ProfileError } from "../../formats/profile_error.ts";
import { DetectingDecoder } from "../../formats/read_profile.ts";
import {
  type LookUp,
  NativeCode,
  ResolvingIndex,
} from "../../formats/resolve.ts";
import { addr2line } from "../../native/addr2line.ts";
import { readableName } from "../../native/readable_name.ts";
import { openInput } from "../input.ts";
import { printable, say } from "../style.ts";

/** Headers of an ELF file are at its start. */
const HEADERS_SIZE = 64 * 1024;

const PAGE_SIZE = 4096;

/**
 * Reads a profile for what it says of machine code.
 * @param path a file, as it is read twice. @returns a table to read it once more with. @throws AustinError
 */
export async function resolvingIndex(
  path: string,
  frames: FrameTable,
): Promise<FrameIndex> {
  if (path === "-") {
    throw new UsageError(
      "austin: the --resolve option reads the profile twice",
      "give --from a file, not standard input",
    );
  }
  const code = await collect(path);
  const resolutions = await code.resolve(lookUp);
  if (resolutions === null) {
    say(
      "austin: Cannot tell source lines of machine code: there is no addr2line\n" +
        "hint: install binutils\n",
    );
    return new FrameIndex(frames);
  }
  const demangle = openDemangler(openShim());
  return new ResolvingIndex(
    frames,
    resolutions,
    (name) => readableName(name, demangle),
  );
}

/** What is damaged is told when it is read again. */
async function collect(path: string): Promise<NativeCode> {
  using input = openInput(path);
  const frames = new FrameTable();
  const decoder = new DetectingDecoder(new FrameIndex(frames));
  const code = new NativeCode();
  const take = (events: ReturnType<DetectingDecoder["decode"]>) => {
    for (const event of events) {
      if (event.kind === "sample") code.sample(event.sample, frames);
      else code.metadata(event.key, event.value);
    }
  };
  try {
    for await (const chunk of input.chunks()) take(decoder.decode(chunk));
    take(decoder.end());
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
  }
  return code;
}

const lookUp: LookUp = async (module, base, addresses) => {
  const bias = await biasOf(module, base);
  const linked = addresses.map((address) => address - bias);
  if (bias === base) {
    // The file is not here, or no program: the address in it is all that is known.
    const isThere = await Deno.stat(module).then(() => true, () => false);
    if (!isThere) {
      say(
        printable(`austin: Cannot find '${module}': it keeps its addresses\n`),
      );
      return linked.map((address) => ({ scope: null, line: null, address }));
    }
  }
  const places = await addr2line(module, linked);
  return places === null ? null : linked.map((address, i) => ({
    scope: places[i]?.scope ?? null,
    line: places[i]?.line ?? null,
    address,
  }));
};

/** @returns what the loader added to the linker's addresses. */
async function biasOf(module: string, base: number): Promise<number> {
  const bytes = await readStart(module).catch(() => new Uint8Array());
  const elf = parseElf(bytesSource(bytes));
  if (elf === null) return base;
  if (elf.type === ElfType.executable) return 0;
  const first = elf.segments.find(({ type }) => type === SegmentType.load);
  const address = first?.address ?? 0;
  return base - (address - address % PAGE_SIZE);
}

async function readStart(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(HEADERS_SIZE);
  const size = await file.read(bytes) ?? 0;
  return bytes.subarray(0, size);
}
