/**
 * Source lines for the machine code of a recorded profile.
 *
 * A file says where instructions were in memory (`native@<program counter>`),
 * and in `map` metadata which files were mapped where. Both have to be known
 * before the first frame can be written, so the file is read twice: first for
 * `NativeCode`, then through a `ResolvingIndex`.
 */

import type { Frame, FrameTable } from "../events/frame_table.ts";
import type { Sample } from "../events/sample.ts";
import { FrameIndex } from "./frame_index.ts";
import { MAX_MAPS } from "./limits.ts";

/** Where an instruction is in the source, as far as it is known. */
export interface ResolvedPlace {
  readonly scope: string | null;
  readonly line: { readonly file: string; readonly number: number } | null;
  /** The address that the file's linker gave. */
  readonly address: number;
}

/**
 * Looks up places in a file of machine code.
 * @param base lowest address at which the file was mapped. @param addresses in the process.
 * @returns a place for each; null when nothing can be looked up at all.
 */
export type LookUp = (
  module: string,
  base: number,
  addresses: readonly number[],
) => Promise<readonly ResolvedPlace[] | null>;

/** Makes names readable. */
export type ReadableName = (name: string) => string;

/** Part of a file in memory. */
interface MappedPart {
  readonly start: number;
  readonly end: number;
  readonly module: string;
}

const NATIVE = /^native@(?:0x)?([0-9a-f]{1,16})$/;
const MAP = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) (.+)$/s;

/** How a function is called that nothing named: `<unknown>`, or a file with an address. */
const NAMELESS = /^(<unknown>|.*\+0x[0-9a-f]+)?$/s;

/** What a profile says of machine code. */
export class NativeCode {
  readonly #maps: MappedPart[] = [];
  readonly #bases = new Map<string, number>();
  /** Those of `#files` that were met with another frame inward of them. */
  readonly #calls = new Set<string>();
  readonly #files = new Set<string>();

  /** Takes a fact about the run. */
  metadata(key: string, value: string): void {
    const [, start, end, module] = key === "map" ? MAP.exec(value) ?? [] : [];
    if (module === undefined || this.#maps.length >= MAX_MAPS) return;
    const first = parseInt(start!, 16);
    this.#maps.push({ start: first, end: parseInt(end!, 16), module });
    const base = this.#bases.get(module) ?? Infinity;
    this.#bases.set(module, Math.min(base, first));
  }

  /** Takes a stack. */
  sample(sample: Sample, frames: FrameTable): void {
    const { frameIds, frameCount, kernelCount } = sample;
    for (let i = kernelCount; i < frameCount; i++) {
      const { file } = frames.get(frameIds[i]!);
      if (!file.startsWith("native@")) continue;
      this.#files.add(file);
      if (i > kernelCount) this.#calls.add(file);
    }
  }

  /** @returns what is known of each frame's file; null when nothing can be looked up at all. */
  async resolve(lookUp: LookUp): Promise<Resolutions | null> {
    const resolutions = new Map<string, Resolution>();
    for (const [module, files] of this.#byModule()) {
      const addresses = files.map((file) => this.#instruction(file));
      const places = await lookUp(module, this.#bases.get(module)!, addresses);
      if (places === null) return null;
      files.forEach((file, i) => {
        resolutions.set(file, { module, place: places[i]! });
      });
    }
    return resolutions;
  }

  #byModule(): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    for (const file of this.#files) {
      const module = this.#moduleAt(this.#instruction(file));
      if (module === null) continue;
      const group = groups.get(module);
      if (group === undefined) groups.set(module, [file]);
      else group.push(file);
    }
    return groups;
  }

  /** A return address stands behind the call, which may be the last of its line. */
  #instruction(file: string): number {
    const address = parseInt(NATIVE.exec(file)?.[1] ?? "0", 16);
    return this.#calls.has(file) ? address - 1 : address;
  }

  #moduleAt(address: number): string | null {
    const map = this.#maps.find(({ start, end }) =>
      address >= start && address < end
    );
    return map?.module ?? null;
  }
}

/** What is known of frames of machine code, by their `file`. */
export type Resolutions = ReadonlyMap<string, Resolution>;

interface Resolution {
  readonly module: string;
  readonly place: ResolvedPlace;
}

/** Fills a table of frames in which machine code has its source lines. */
export class ResolvingIndex extends FrameIndex {
  readonly #resolutions: Resolutions;
  readonly #readableName: ReadableName;

  constructor(
    frames: FrameTable,
    resolutions: Resolutions,
    readableName: ReadableName,
  ) {
    super(frames);
    this.#resolutions = resolutions;
    this.#readableName = readableName;
  }

  override idOf(frame: Frame): number {
    return super.idOf(this.#resolved(frame));
  }

  #resolved(frame: Frame): Frame {
    const resolution = this.#resolutions.get(frame.file);
    if (resolution === undefined) return frame;
    const { module, place: { scope, line, address } } = resolution;
    const isNameless = NAMELESS.test(frame.scope);
    return {
      ...frame,
      file: line?.file ?? module,
      scope: isNameless && scope !== null
        ? scope
        : this.#readableName(frame.scope),
      line: line?.number ?? address,
      machine: { kind: "native", module, address },
    };
  }
}
