/**
 * `deno task record-images [VERSION...]`: records what austin reads of each CPython, as images in `tests/images/`; those for
 * 32-bit x86 as well.
 *
 * `tests/targets/image.py` is started under each CPython and stopped once all of its threads stand still. Then its
 * interpreter is found and it is sampled; what is read for that, and where the threads say that they are, makes the
 * image. To be done again for a new CPython, or when more is read than before.
 */

import { openShim } from "../ffi/shim.ts";
import {
  regionAddress,
  regionSize,
  type RemoteMemory,
} from "../src/memory/remote_memory.ts";
import { linuxProcess } from "../src/process/linux_process.ts";
import type { Module } from "../src/process/maps.ts";
import { findRuntime, type Runtime } from "../src/python/find_runtime.ts";
import type { Segment } from "../tests/support/fake_memory.ts";
import {
  type ImageFacts,
  IMAGES,
  packImage,
  type ToldThread,
} from "../tests/support/image.ts";
import { SampledPython } from "../tests/support/sampled_python.ts";
import { startCommand, TARGETS } from "../tests/support/target.ts";
import { type Python, pythons, VERSIONS } from "./pythons.ts";
import { I386_SOURCES } from "./pythons/i386.ts";

/** Where the program is for the interpreter: frames name it, so no machine's folders may. */
const FOLDER = "/tmp/austin-image";

/** Images are files of the repository. */
const MAX_SIZE = 100 * 1024;

const PASSES = 3;

const PAGE_SIZE = 4096;

/** Keeps every byte that is read through it. */
class RecordingMemory implements RemoteMemory {
  readonly #memory: RemoteMemory;
  /** Pages by number: their bytes, and which of them were read. */
  readonly #pages = new Map<number, { bytes: Uint8Array; read: Uint8Array }>();

  constructor(memory: RemoteMemory) {
    this.#memory = memory;
  }

  readRegions(regions: Uint32Array, count: number, local: Uint8Array): number {
    const copied = this.#memory.readRegions(regions, count, local);
    let at = 0;
    for (let i = 0; i < count && at < copied; i++) {
      const size = Math.min(regionSize(regions, i), copied - at);
      const address = regionAddress(regions, i);
      for (let j = 0; j < size; j++) this.#keep(address + j, local[at + j]!);
      at += size;
    }
    return copied;
  }

  #keep(address: number, byte: number): void {
    const number = Math.floor(address / PAGE_SIZE);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = {
        bytes: new Uint8Array(PAGE_SIZE),
        read: new Uint8Array(PAGE_SIZE),
      };
      this.#pages.set(number, page);
    }
    page.bytes[address % PAGE_SIZE] = byte;
    page.read[address % PAGE_SIZE] = 1;
  }

  /** @returns what was read, in order and joined. */
  segments(): Segment[] {
    const segments: Segment[] = [];
    let bytes: number[] = [];
    let start = 0;
    const numbers = [...this.#pages.keys()].sort((a, b) => a - b);
    for (const number of numbers) {
      const page = this.#pages.get(number)!;
      page.read.forEach((isRead, i) => {
        if (!isRead) return;
        const address = number * PAGE_SIZE + i;
        if (address !== start + bytes.length) {
          push(segments, start, bytes);
          start = address;
          bytes = [];
        }
        bytes.push(page.bytes[i]!);
      });
    }
    push(segments, start, bytes);
    return segments;
  }
}

function push(segments: Segment[], address: number, bytes: number[]): void {
  if (bytes.length > 0) {
    segments.push({ address, bytes: new Uint8Array(bytes) });
  }
}

async function record(python: Python): Promise<Uint8Array> {
  const script = `${FOLDER}/image.py`;
  await Deno.mkdir(python.outside(FOLDER), { recursive: true });
  await Deno.copyFile(`${TARGETS}/image.py`, python.outside(script));
  const command = [...python.command, "-I", "-S", "-B", script];
  await using target = await startCommand(command, script);
  Deno.kill(target.pid, "SIGSTOP");
  return recordStopped(python, target.pid, target.facts.threads);
}

function recordStopped(
  python: Python,
  pid: number,
  threads: ToldThread[],
): Uint8Array {
  const memory = new RecordingMemory(openShim().memoryOf(pid));
  const process = linuxProcess(pid);
  const found = findRuntime(process, memory);
  sample(found, memory, threads);
  const modules = process.modules();
  if (typeof modules === "string") throw new Error(`${pid} is ${modules}`);
  const module = modules.find(({ path }) => path === found.path)!;
  const facts: ImageFacts = {
    version: python.fullVersion,
    runtimeAddress: found.address,
    module: withoutFolders(module),
    threads,
  };
  return packImage(facts, memory.segments());
}

/** Reads what a few passes need: the first reads apart what the others read as one. What they find is for the tests to judge. */
function sample(
  { layout, address: runtimeAddress }: Runtime,
  memory: RemoteMemory,
  threads: readonly ToldThread[],
): void {
  const tids = new Set(threads.map(({ tid }) => tid));
  const listThreads = () => tids;
  const process = { memory, layout, runtimeAddress, listThreads };
  const sampled = new SampledPython(process);
  for (let pass = 0; pass < PASSES; pass++) {
    const { length } = sampled.pass().samples;
    if (length !== threads.length) {
      throw new Error(`${length} of ${threads.length} threads found`);
    }
  }
}

/** The module under a name that is the same on every machine. */
function withoutFolders(module: Module): Module {
  const name = module.path.replace(/.*\//, "");
  const path = name.startsWith("lib") ? `/usr/lib/${name}` : `/usr/bin/${name}`;
  const mappings = module.mappings.map((mapping) => ({ ...mapping, path }));
  return { ...module, path, mappings };
}

async function recordAll(versions: readonly string[]): Promise<void> {
  await Deno.mkdir(IMAGES, { recursive: true });
  const wanted = VERSIONS.filter((version) =>
    versions.length === 0 || versions.includes(version)
  );
  for (const python of await pythons(wanted)) {
    await recordAs(python.version, python);
  }
  for (const python of await pythons(wanted, { table: I386_SOURCES })) {
    await recordAs(`${python.version}-i386`, python);
  }
}

async function recordAs(name: string, python: Python): Promise<void> {
  const packed = await record(python);
  if (packed.length > MAX_SIZE) {
    throw new Error(`The image of ${name} has ${packed.length} bytes`);
  }
  await Deno.writeFile(`${IMAGES}/${name}.image`, packed);
  report(`${name}: ${python.fullVersion}, ${packed.length} bytes`);
}

function report(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const unknown = Deno.args.filter((arg) =>
    !VERSIONS.some((version) => version === arg)
  );
  if (unknown.length > 0) throw new Error(`No such version: ${unknown}`);
  await recordAll(Deno.args);
}
