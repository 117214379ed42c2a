/**
 * Reads code objects of the target: names, and the line of each instruction.
 *
 * A code object is believed when its type is called `code`, which is looked up
 * once. Reading one takes some five system calls, so the sampler does it once
 * for each and notices later by `changed` whether others took their places.
 * 3.12 Include/cpython/code.h PyCodeObject
 */

import { MAX_FRAME_WORDS, MAX_LINE_TABLE_SIZE } from "../limits.ts";
import { PrefetchedMemory } from "../memory/prefetched_memory.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { StructReader } from "../memory/struct_reader.ts";
import { type Fingerprinted, Fingerprints } from "./fingerprint.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";
import { findLocation, type Location } from "./line_table.ts";
import { locateText, readText } from "./string.ts";

/** A code object as it was when it was read. */
export interface Code extends Fingerprinted {
  readonly address: number;
  readonly file: string;
  readonly scope: string;
  readonly firstLine: number;
  readonly lineTable: Uint8Array;
  /** It is `_Py_InitCleanup`, whose frame stands between `Class()` and `__init__()` and which no traceback shows. 3.13 Python/specialize.c */
  readonly isShim: boolean;
  /** Its frames; null where they do not lie in a row. */
  readonly frameShape: FrameShape | null;
}

/** What all frames of a code object have in common. */
export interface FrameShape {
  /** Bytes from one frame to that of its callee. */
  readonly size: number;
  readonly localCount: number;
}

/** `tp_name` of code objects. */
const CODE_TYPE_NAME = "code\0";

/** Copies of the bytecode that one code object may have: one for each thread of a free-threaded build. */
const MAX_BYTECODE_COPIES = 4096;

/** Bytes of bytecode behind `co_code_adaptive` that an instruction may be away from it. */
const MAX_BYTECODE_SIZE = 64 * 1024 * 1024;

/** Reads code objects of one process. */
export class CodeReader {
  readonly #layout: Layout;
  readonly #reader: StructReader;
  readonly #memory: PrefetchedMemory;
  readonly #fingerprints: Fingerprints;
  #codeType = 0;
  /** Whether the last `read` found an object of another type. */
  foundOther = false;

  constructor(memory: RemoteMemory, layout: Layout) {
    this.#layout = layout;
    this.#memory = new PrefetchedMemory(memory);
    this.#reader = new StructReader(this.#memory, layout.pointerSize);
    this.#fingerprints = new Fingerprints(memory, layout);
  }

  /** @returns the code object at an address; null when there is none. */
  read(address: number): Code | null {
    this.foundOther = false;
    if (!this.#fetch(address)) return null;
    const { code, object } = this.#layout;
    const reader = this.#reader;
    if (!reader.loadAll(address, code.size)) return null;
    const firstLine = reader.i32(code.firstLine);
    const fileAt = reader.pointer(code.filename);
    const scopeAt = reader.pointer(code.qualifiedName);
    const lineTableAt = reader.pointer(code.lineTable);
    const frameShape = this.#frameShape();
    const type = reader.pointer(object.type);
    if (!this.#isCodeType(type)) {
      this.foundOther = type !== 0 && this.#codeType !== 0;
      return null;
    }
    const fileText = locateText(reader, this.#layout, fileAt);
    const scopeText = locateText(reader, this.#layout, scopeAt);
    if (fileText === null || scopeText === null) return null;
    const texts = [fileText, scopeText];
    const fingerprint = this.#fingerprints.take(this.#memory, address, texts);
    if (fingerprint === null) return null;
    const file = readText(reader, fileText);
    const scope = readText(reader, scopeText);
    const lineTable = this.#readBytes(lineTableAt);
    if (file === null || scope === null || lineTable === null) return null;
    // What was read in several steps may be of two code objects.
    if (this.#fingerprints.changed([{ fingerprint }]).length > 0) return null;
    return {
      address,
      file,
      scope,
      firstLine,
      lineTable,
      isShim: firstLine === 0 && file === "__init__" && scope === "__init__",
      frameShape,
      fingerprint,
    };
  }

  /** Has all parts of a code object read with one system call. @returns whether there is something at the address. */
  #fetch(address: number): boolean {
    const { code } = this.#layout;
    const reader = this.#reader;
    this.#memory.forget();
    if (!reader.loadAll(address, code.size)) return false;
    const parts = [code.filename, code.qualifiedName, code.lineTable];
    const addresses = parts.map((offset) => reader.pointer(offset));
    this.#memory.fetch([address, ...addresses]);
    return true;
  }

  /** @returns those of some code objects that are no longer at their addresses. */
  changed<T extends Fingerprinted>(codes: readonly T[]): readonly T[] {
    // What is read of them from now on is read anew.
    this.#memory.forget();
    return this.#fingerprints.changed(codes);
  }

  /**
   * @param instruction the frame's instruction field, as it is.
   * @returns where it is in the source; null when it does not belong to the code object.
   */
  locate(code: Code, instruction: number): Location | null {
    const index = this.#byteIndex(code, instruction);
    if (index === null) return null;
    const { lineTableIs } = this.#layout;
    const { lineTable, firstLine } = code;
    const location = findLocation(lineTableIs, lineTable, firstLine, index);
    // What generators of 3.10 do first belongs to no line.
    if (index >= 0 || location?.line !== 0) return location;
    return { ...location, line: firstLine };
  }

  /** @returns whether a frame that waits for a callee cannot stand at an instruction; see `liveness.ts`. */
  cannotWait(code: Code, instruction: number): boolean {
    const rules = this.#layout.liveness;
    if (rules === null) return false;
    const index = instruction - (code.address + this.#layout.code.instructions);
    if (index < 0) return true;
    if (index === 0 && rules.begins === "at the first instruction") return true;
    return this.#reader.loadAll(instruction, 1) &&
      rules.endOpcodes.includes(this.#reader.u8(0));
  }

  /** @returns whether a frame that stands at an instruction is what was left when it was copied into a generator. */
  madeGenerator(code: Code, instruction: number): boolean {
    const rules = this.#layout.liveness;
    if (rules === null) return false;
    const made = instruction - rules.generatorStep;
    return made >= code.address + this.#layout.code.instructions &&
      this.#reader.loadAll(made, 1) &&
      this.#reader.u8(0) === rules.generatorOpcode;
  }

  /** @returns whether a frame that stands at an instruction may be going on with a generator, without C in between. */
  resumes(code: Code, instruction: number): boolean {
    const rules = this.#layout.liveness;
    if (rules === null) return false;
    const first = code.address + this.#layout.code.instructions;
    return rules.resumeSteps.map((step) => instruction - step).some((resumed) =>
      resumed >= first && this.#reader.loadAll(resumed, 1) &&
      rules.resumeOpcodes.includes(this.#reader.u8(0))
    );
  }

  /** Of the code object that is loaded. */
  #frameShape(): FrameShape | null {
    const rules = this.#layout.liveness;
    if (rules === null) return null;
    const reader = this.#reader;
    const words = rules.codeFrameWords.reduce(
      (sum, offset) => sum + reader.u32(offset),
      rules.extraFrameWords,
    );
    const localCount = reader.u32(rules.codeLocals);
    if (localCount > words || words > MAX_FRAME_WORDS) return null;
    return { size: words * this.#layout.pointerSize, localCount };
  }

  #byteIndex(code: Code, instruction: number): number | null {
    switch (this.#layout.instructionIs) {
      case "byteIndex":
        return instruction | 0;
      case "unitIndex":
        return (instruction | 0) * 2;
      case "address":
        return this.#indexOfAddress(code, instruction);
    }
  }

  /** A frame that has not begun stands before the first instruction, at -2. */
  #indexOfAddress(code: Code, instruction: number): number | null {
    const { instructions, threadLocalBytecode } = this.#layout.code;
    const index = instruction - (code.address + instructions);
    if (index >= -2 && index < sizeOfBytecode(code)) return index;
    if (threadLocalBytecode === ABSENT) return null;
    return this.#indexInCopies(code, instruction);
  }

  /** 3.14 Include/internal/pycore_code.h _PyCodeArray: a size, then pointers to copies of the bytecode. */
  #indexInCopies(code: Code, instruction: number): number | null {
    const reader = this.#reader;
    const copies = reader.pointerAt(
      code.address + this.#layout.code.threadLocalBytecode,
    );
    const count = Math.min(reader.pointerAt(copies), MAX_BYTECODE_COPIES);
    if (count === 0 || !reader.loadAll(copies + 8, count * 8)) return null;
    for (let i = 0; i < count; i++) {
      const index = instruction - reader.pointer(i * 8);
      if (index >= -2 && index < sizeOfBytecode(code)) return index;
    }
    return null;
  }

  #isCodeType(type: number): boolean {
    if (this.#codeType !== 0) return type === this.#codeType;
    const reader = this.#reader;
    const name = reader.pointerAt(type + this.#layout.object.typeName);
    if (!reader.loadAll(name, CODE_TYPE_NAME.length)) return false;
    if (textOf(reader.bytes()) !== CODE_TYPE_NAME) return false;
    this.#codeType = type;
    return true;
  }

  #readBytes(address: number): Uint8Array | null {
    const { bytes } = this.#layout;
    const reader = this.#reader;
    if (!reader.loadAll(address, bytes.first)) return null;
    const size = reader.pointer(bytes.size);
    if (size > MAX_LINE_TABLE_SIZE) return null;
    if (!reader.loadAll(address + bytes.first, size)) return null;
    return reader.bytes().slice();
  }
}

/** @returns an upper bound: an entry of the line table covers at most eight code units. */
function sizeOfBytecode(code: Code): number {
  return Math.min(code.lineTable.length * 16, MAX_BYTECODE_SIZE);
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
