/**
 * What a process has mapped, as far as unwinding has to know: which code is
 * where, and where stacks end.
 *
 * It is read anew when something is met that it does not know, and now and
 * then, because code may come and go at the same address.
 */

import type { ByteSource } from "../binary/byte_source.ts";
import type { FrameRules } from "../binary/eh_frame.ts";
import { memorySource } from "../memory/memory_source.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { mappedElf } from "../process/elf_image.ts";
import { type Mapping, type Module, modulesOf } from "../process/maps.ts";
import { type CodeFiles, CodeImage } from "./code_image.ts";

/** Where the mappings come from, and files. */
export interface AddressSpaceOptions {
  readonly memory: RemoteMemory;
  readonly files: CodeFiles;
  /** @returns all mappings in order of their addresses; null when they cannot be had. */
  readonly readMappings: () => readonly Mapping[] | null;
  /** Told all mappings whenever code may have come or gone. */
  readonly onRead?: (mappings: readonly Mapping[]) => void;
}

/** Time between two looks at the mappings, and between two that something missing asks for. */
const PERIOD_US = 1_000_000;
const MISS_PERIOD_US = 50_000;

/** Code that the kernel maps into every process. */
const KERNEL_CODE = "[vdso]";

/** What is mapped where. */
export class AddressSpace {
  readonly #options: AddressSpaceOptions;
  readonly #memory: ByteSource;
  #mappings: readonly Mapping[] = [];
  #fingerprint = "";
  /** By the mapping's start; null where there is no ELF image. */
  #images = new Map<number, CodeImage | null>();
  #modules: readonly Module[] = [];
  #readUs = -Infinity;
  /** When the mappings are to be read because a stack could not be unwound. */
  #doubtedUs = Infinity;
  #nowUs = 0;
  /** Changes whenever code may have come or gone. */
  generation = 0;

  constructor(options: AddressSpaceOptions) {
    this.#options = options;
    this.#memory = memorySource(options.memory);
  }

  /** Files with code, and others that are mapped. */
  get modules(): readonly Module[] {
    return this.#modules;
  }

  /** Reads the mappings anew if it is time to. Call it before a pass. */
  refresh(nowUs: number): void {
    this.#nowUs = nowUs;
    const isDue = nowUs - this.#readUs >= PERIOD_US;
    if (isDue || nowUs >= this.#doubtedUs) this.#readMappings();
  }

  /** A stack could not be unwound: what is mapped may have changed. Has it read anew soon. */
  doubt(): void {
    this.#doubtedUs = Math.min(this.#doubtedUs, this.#readUs + MISS_PERIOD_US);
  }

  /** @returns the rules to unwind a frame; null where nothing is known. */
  rulesAt(address: number): FrameRules | null {
    return this.imageAt(address)?.rulesAt(address) ?? null;
  }

  /** @returns whether a program starts there: what an older C library's start file has there says nothing of its frame. */
  isStart(address: number): boolean {
    return this.imageAt(address)?.isStart(address) ?? false;
  }

  /** @returns the code at an address; null when it is not a file's. */
  imageAt(address: number): CodeImage | null {
    const mapping = this.#mappingAt(address);
    if (mapping === null || mapping.permissions[2] !== "x") return null;
    let image = this.#images.get(mapping.start);
    if (image === undefined) {
      image = this.#openImage(mapping);
      this.#images.set(mapping.start, image);
    }
    return image;
  }

  /** @returns where the stack ends that an address is in; the address itself when that is not mapped. */
  stackEnd(address: number): number {
    const mapping = this.#mappingAt(address);
    return mapping !== null && mapping.permissions[1] === "w"
      ? mapping.end
      : address;
  }

  #find(address: number): Mapping | null {
    const mappings = this.#mappings;
    let low = 0;
    let high = mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (mappings[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    const mapping = mappings[low - 1];
    return mapping !== undefined && address < mapping.end ? mapping : null;
  }

  /** Looks once more, now and then, for what was not there when the mappings were read. */
  #mappingAt(address: number): Mapping | null {
    const mapping = this.#find(address);
    if (mapping !== null) return mapping;
    if (this.#nowUs - this.#readUs < MISS_PERIOD_US) return null;
    this.#readMappings();
    return this.#find(address);
  }

  #readMappings(): void {
    this.#readUs = this.#nowUs;
    this.#doubtedUs = Infinity;
    const mappings = this.#options.readMappings();
    if (mappings === null) return;
    this.#mappings = mappings;
    const fingerprint = fingerprintOf(this.#mappings);
    this.#modules = modulesOf(this.#mappings);
    if (fingerprint === this.#fingerprint) return;
    this.#fingerprint = fingerprint;
    this.#images = new Map();
    this.generation++;
    this.#options.onRead?.(this.#mappings);
  }

  #openImage(mapping: Mapping): CodeImage | null {
    const module = mapping.path === KERNEL_CODE
      ? { ...mapping, mappings: [mapping] }
      : this.#modules.find((module) => module.mappings.includes(mapping));
    if (module === undefined) return null;
    const mapped = mappedElf(this.#memory, module.mappings);
    return mapped &&
      new CodeImage(module, mapped, this.#memory, this.#options.files);
  }
}

/** Code does not change without a change of this. */
function fingerprintOf(mappings: readonly Mapping[]): string {
  return mappings
    .filter(({ permissions }) => permissions[2] === "x")
    .map(({ start, end, inode, offset }) =>
      `${start},${end},${inode},${offset}`
    )
    .join(";");
}
