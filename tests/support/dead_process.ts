/**
 * A process that ended with a core file, as the code sees a living one: memory, mappings, files, and a halter that gives
 * the registers of its end. Lets stacks of another machine's processes be taken on this one.
 */

import { bytesSource } from "../../src/binary/byte_source.ts";
import { parseElf, SegmentType } from "../../src/binary/elf.ts";
import { FrameTable } from "../../src/events/frame_table.ts";
import { MAX_SNAPSHOT_SIZE } from "../../src/limits.ts";
import { memorySource } from "../../src/memory/memory_source.ts";
import { AddressSpace } from "../../src/native/address_space.ts";
import type { Architecture } from "../../src/native/architecture.ts";
import type { CodeFiles } from "../../src/native/code_image.ts";
import type { ThreadHalter } from "../../src/native/halter.ts";
import { NativeStacks } from "../../src/native/native_stacks.ts";
import { type Mapping, modulesOf, parseMaps } from "../../src/process/maps.ts";
import type { ModuleFile, Process } from "../../src/process/process.ts";
import { findRuntime } from "../../src/python/find_runtime.ts";
import { FakeFiles } from "./fake_files.ts";
import { FakeMemory } from "./fake_memory.ts";
import type { RecordedSample } from "./recording_sink.ts";
import { SampledPython } from "./sampled_python.ts";

/** What is known of the machine that it ran on. */
export interface DeadMachine {
  readonly architecture: Architecture;
  /** Columns by DWARF number, in the order in which `NT_PRSTATUS` has the registers. */
  readonly columns: readonly number[];
}

/** Notes of a core file, and where the registers are in theirs: Linux include/uapi/linux/elfcore.h `elf_prstatus.pr_reg`. */
const NT_PRSTATUS = 1;
const PID_OFFSET = 32;
const REGISTERS_OFFSET = 112;

/** A process that has ended. */
export class DeadProcess {
  readonly pid: number;
  readonly memory: FakeMemory;
  readonly mappings: readonly Mapping[];
  readonly #machine: DeadMachine;
  /** Words as a halter gives them. */
  readonly #registers: Uint32Array;

  /** @param core the file. @param maps what the process read in `/proc/self/maps`; its files have to be there still. */
  constructor(
    core: Uint8Array<ArrayBuffer>,
    maps: string,
    machine: DeadMachine,
  ) {
    this.#machine = machine;
    this.mappings = parseMaps(maps);
    this.memory = memoryOf(core, this.mappings);
    const status = new DataView(noteOf(core, NT_PRSTATUS).slice().buffer);
    this.pid = status.getUint32(PID_OFFSET, true);
    this.#registers = new Uint32Array(68);
    machine.columns.forEach((column, index) => {
      for (const half of [0, 1]) {
        const at = REGISTERS_OFFSET + index * 8 + half * 4;
        this.#registers[column * 2 + half] = status.getUint32(at, true);
      }
    });
  }

  /** Takes the stack of its only thread, as `austin -n` would. */
  stack(): RecordedSample {
    const { memory, pid } = this;
    const { layout, address } = findRuntime(this.#process(), memory);
    const listThreads = () => new Set([pid]);
    const frames = new FrameTable();
    const python = new SampledPython({
      ...{ pid, memory, layout, runtimeAddress: address, listThreads },
      openStackTaker: (interner) =>
        new NativeStacks({
          ...{ pid, memory, layout, interner, frames },
          architecture: this.#machine.architecture,
          space: new AddressSpace({
            memory,
            files: codeFiles,
            readMappings: () => this.mappings,
          }),
          halter: this.#halter(),
          files: new FakeFiles(),
          kernel: null,
          demangle: () => null,
          listThreads: () => new Map([[pid, pid]]),
          onRefused: () => {},
          maxSnapshotSize: MAX_SNAPSHOT_SIZE,
        }),
    }, { frames });
    const [sample] = python.samples();
    if (sample === undefined) throw new Error("There is no thread");
    return sample;
  }

  #process(): Process {
    return {
      pid: this.pid,
      modules: () => modulesOf(this.mappings),
      openModule: codeFiles.open,
      permissionHint: () => "",
    };
  }

  #halter(): ThreadHalter {
    return {
      halt: (_pid, _tid, _timeoutUs, registers) => {
        registers.set(this.#registers);
        return 0;
      },
      release: () => {},
      releaseLate: () => {},
    };
  }
}

const codeFiles: CodeFiles = {
  open: ({ path }) => openFile(path),
  openDebug: () => null,
};

function openFile(path: string): ModuleFile | null {
  try {
    const source = bytesSource(Deno.readFileSync(path));
    return { read: source.read.bind(source), [Symbol.dispose]: () => {} };
  } catch {
    return null;
  }
}

/** What was written to is in the core file, the rest in the files that were mapped. */
function memoryOf(
  core: Uint8Array<ArrayBuffer>,
  mappings: readonly Mapping[],
): FakeMemory {
  const memory = new FakeMemory();
  for (const { address, offset, fileSize } of segmentsOf(core, "load")) {
    if (fileSize === 0) continue;
    memory.map(address, core.slice(offset, offset + fileSize));
  }
  const source = memorySource(memory);
  for (const { start, end, offset, path, permissions } of mappings) {
    const isMissing = source.read(start, 1) === null;
    if (!isMissing || !path.startsWith("/") || permissions[0] !== "r") continue;
    memory.map(
      start,
      Deno.readFileSync(path).slice(offset, offset + end - start),
    );
  }
  return memory;
}

function segmentsOf(core: Uint8Array, kind: "load" | "note") {
  const elf = parseElf(bytesSource(core));
  if (elf === null) throw new Error("The core file is none");
  return elf.segments.filter(({ type }) => type === SegmentType[kind]);
}

/** A note is three words (sizes of name and content, type), then both, each up to a multiple of four bytes. */
function noteOf(core: Uint8Array, wanted: number): Uint8Array {
  for (const { offset, fileSize } of segmentsOf(core, "note")) {
    const view = new DataView(core.buffer, core.byteOffset + offset, fileSize);
    for (let at = 0; at + 12 <= fileSize;) {
      const nameSize = (view.getUint32(at, true) + 3) & ~3;
      const size = view.getUint32(at + 4, true);
      const type = view.getUint32(at + 8, true);
      const content = offset + at + 12 + nameSize;
      if (type === wanted) return core.subarray(content, content + size);
      at += 12 + nameSize + ((size + 3) & ~3);
    }
  }
  throw new Error(`The core file has no note ${wanted}`);
}
