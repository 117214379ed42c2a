/**
 * A CPython in built memory: runtime, interpreters, threads, frames, code and strings, for any layout.
 *
 * ```ts
 * const python = new PythonMemory(layout);
 * const interpreter = python.interpreter();
 * const code = python.code({ file: "a.py", scope: "f", lines: [1, 2] });
 * const thread = python.thread(interpreter, { tid: 7 });
 * python.setStack(thread, [{ code, unit: 1 }]); // from the leaf
 * ```
 *
 * Everything is where a CPython of that layout has it, but nothing else is: what the layout does not name stays zero.
 */

import { ABSENT, type Layout } from "../../src/python/layouts/mod.ts";
import { FakeMemory } from "./fake_memory.ts";
import { encodeLines } from "./line_tables.ts";

/** What a code object is made of. */
export interface CodeFields {
  readonly file?: string | number;
  readonly scope?: string | number;
  readonly firstLine?: number;
  /** Line of each code unit; 0 for none. */
  readonly lines?: readonly number[];
  /** Instead of `lines`: the table as it is. */
  readonly lineTable?: Uint8Array<ArrayBuffer>;
  /** Instead of a new one: where to put the object. */
  readonly address?: number;
}

/** A frame of a stack. */
export interface FrameFields {
  /** Address of the code object; may have tag bits, or be 0. */
  readonly code: number;
  /** Index of the code unit that it is at; -1 has not begun. */
  readonly unit?: number;
  /** `_frameowner` where the layout has it. */
  readonly owner?: number;
  /** Whether it runs; by default the leaf does, and what called a shim; all others wait for their callee. */
  readonly isRunning?: boolean;
  /** Whether it lies apart from the data stack, as those of generators and shims do. */
  readonly apart?: boolean;
}

/** How a string is stored. */
export interface StringForm {
  /** Bytes of each character; by default as few as suffice. */
  readonly kind?: number;
  /** Whether the characters follow the header, as they mostly do. */
  readonly compact?: boolean;
  /** What it says its length is. */
  readonly length?: number;
}

/** What tells a thread from others. */
export interface ThreadFields {
  /** The kernel's thread id. */
  readonly tid: number;
  /** `pthread_self()`; by default a `struct pthread` is made. */
  readonly threadId?: number;
  /** Instead of a new one: where to put the thread state. */
  readonly address?: number;
}

/** How a stack lies in memory. */
export interface StackShape {
  /** Bytes of each chunk of the data stack. */
  readonly chunkSize?: number;
  /** Bytes of each frame. */
  readonly frameSize?: number;
}

/** Where a stack lies. */
export interface Stack {
  /** Addresses of the frames from the leaf. */
  readonly frames: readonly number[];
  /** Addresses of the data stack's chunks, the newest first. */
  readonly chunks: readonly number[];
}

export const CHUNK_SIZE = 16 * 1024;
const CHUNK_HEADER_SIZE = 24;
const HEAP_START = 0x7f12_0000_0000;
const HEAP_BLOCK_SIZE = 64 * 1024;
const MAPPED_START = 0x7f34_5678_0000;
const PAGE_SIZE = 4096;
const GLIBC_TID_OFFSET = 720;

/** The first owner of frames that run no Python code. */
export const SHIM_OWNER = 3;
const GENERATOR_OWNER = 1;

/** Where a frame goes. */
interface Placement {
  readonly apart: boolean;
  readonly owner: number;
}

/** Builds a CPython. */
export class PythonMemory {
  readonly layout: Layout;
  readonly memory: FakeMemory = new FakeMemory();
  /** Address of `_PyRuntime`. */
  readonly runtimeAddress: number;
  /** Ids of the threads that the kernel knows. */
  readonly tids: Set<number> = new Set();
  /** Of code objects. */
  readonly codeType: number;
  #heapTop = HEAP_START;
  #heapEnd = HEAP_START;
  #mappedEnd = MAPPED_START;
  #interpreters = 0;
  #threads = 0;
  /** Frames of each thread's stack. */
  readonly #heapStacks = new Map<number, readonly number[]>();

  constructor(layout: Layout) {
    this.layout = layout;
    this.runtimeAddress = this.mapped(2 * PAGE_SIZE);
    this.codeType = this.type("code");
  }

  /** @returns zeroed bytes on the heap. */
  allocate(size: number): number {
    const taken = (size + 31) & ~15;
    if (this.#heapTop + taken > this.#heapEnd) {
      this.#heapTop = this.#heapEnd;
      const block = Math.max(taken, HEAP_BLOCK_SIZE);
      this.#heapEnd += block;
      this.memory.map(this.#heapTop, block);
    }
    this.#heapTop += taken;
    return this.#heapTop - taken;
  }

  /** @returns zeroed bytes between pages that are not mapped. */
  mapped(size: number): number {
    const address = this.#mappedEnd;
    const pages = Math.ceil(size / PAGE_SIZE);
    this.#mappedEnd += (pages + 1) * PAGE_SIZE;
    return this.memory.map(address, pages * PAGE_SIZE);
  }

  /** @returns a type object with that `tp_name`. */
  type(name: string): number {
    const { typeName } = this.layout.object;
    const type = this.allocate(typeName + 8);
    const text = new TextEncoder().encode(`${name}\0`);
    const address = this.allocate(text.length);
    this.memory.write(address, text);
    this.memory.u64(type + typeName, address);
    return type;
  }

  /** @returns a `str` object; lone surrogates are kept as they are. */
  string(text: string, form: StringForm = {}): number {
    const { string } = this.layout;
    const { memory } = this;
    const points = Array.from(text, (character) => character.codePointAt(0)!);
    const largest = Math.max(0, ...points);
    const kind = form.kind ?? (largest < 0x100 ? 1 : largest < 0x10000 ? 2 : 4);
    const compact = form.compact ?? true;
    const ascii = compact && largest < 0x80 && kind === 1;
    const header = Math.max(string.compactBytes, string.anyPointer + 8);
    const size = (points.length + 1) * kind;
    const address = this.allocate(header + (compact ? size : 0));
    const { stateBits } = string;
    memory.u64(address + string.length, form.length ?? points.length);
    memory.u32(
      address + string.state,
      kind << stateBits.kindShift | (compact ? stateBits.compact : 0) |
        (ascii ? stateBits.ascii : 0),
    );
    let first = address + (ascii ? string.asciiBytes : string.compactBytes);
    if (!compact) {
      first = this.allocate(size);
      memory.u64(address + string.anyPointer, first);
    }
    const write = kind === 1 ? "u8" : kind === 2 ? "u16" : "u32";
    points.forEach((point, i) => memory[write](first + i * kind, point));
    return address;
  }

  /** @returns a `bytes` object. */
  bytes(content: Uint8Array): number {
    const { bytes } = this.layout;
    const address = this.allocate(bytes.first + content.length + 1);
    this.memory.u64(address + bytes.size, content.length);
    this.memory.write(address + bytes.first, content);
    return address;
  }

  /** @returns address of a code object. */
  code(fields: CodeFields = {}): number {
    const { code, object, lineTableIs } = this.layout;
    const { memory } = this;
    const { file = "file.py", scope = "scope", firstLine = 1 } = fields;
    const lines = fields.lines ?? [firstLine];
    const table = fields.lineTable ??
      encodeLines(lineTableIs, firstLine, [
        ...this.#prologue(firstLine),
        ...lines,
      ]);
    const size = Math.max(code.size, code.instructions) + lines.length * 2 + 2;
    const address = fields.address ?? this.allocate(size);
    const text = (name: string | number) =>
      typeof name === "number" ? name : this.string(name);
    memory.u64(address + object.type, this.codeType);
    memory.u64(address + code.filename, text(file));
    memory.u64(address + code.qualifiedName, text(scope));
    memory.u64(address + code.lineTable, this.bytes(table));
    memory.u32(address + code.firstLine, firstLine);
    const { liveness } = this.layout;
    if (liveness !== null) {
      const words = this.frameSize / 8 - liveness.extraFrameWords;
      memory.u32(address + liveness.codeFrameWords.at(-1)!, words);
    }
    return address;
  }

  /** Bytes of a frame, unless a stack's shape says otherwise. */
  get frameSize(): number {
    return ((this.layout.frame.size + 7) & ~7) + 40;
  }

  /** A frame that begins at the first instruction has one before those of the tests. */
  #prologue(firstLine: number): number[] {
    const { liveness } = this.layout;
    return liveness?.begins === "at the first instruction" ? [firstLine] : [];
  }

  /** @returns what a frame's instruction field holds at a code unit. */
  instruction(code: number, unit: number): number {
    switch (this.layout.instructionIs) {
      case "byteIndex":
        return unit < 0 ? -1 : unit * 2;
      case "unitIndex":
        return unit;
      case "address": {
        const first = (code - code % 8) + this.layout.code.instructions;
        return first + (unit + this.#prologue(1).length) * 2;
      }
    }
  }

  /** @returns a new interpreter, which has the next id and becomes the newest. */
  interpreter(): number {
    const { interpreter, gc, gil, runtime } = this.layout;
    const offsets = [...Object.values(interpreter), gc.collecting, gil.pointer];
    const address = this.mapped(Math.max(...offsets) + 8);
    this.memory.u64(address + interpreter.id, this.#interpreters++);
    const head = this.runtimeAddress + runtime.interpretersHead;
    this.memory.u64(address + interpreter.next, this.memory.pointer(head));
    this.memory.u64(head, address);
    return address;
  }

  /** @returns a new thread state of an interpreter, the newest, without a stack. */
  thread(interpreter: number, fields: ThreadFields): number {
    const { thread, interpreter: { threadsHead } } = this.layout;
    const { memory } = this;
    const { tid } = fields;
    const address = fields.address ?? this.mapped(thread.size);
    this.tids.add(tid);
    const pthread = fields.threadId ?? this.#pthread(tid);
    memory.u64(address + thread.interpreter, interpreter);
    memory.u64(address + thread.threadId, pthread);
    this.#setOptional(address, thread.nativeThreadId, tid);
    this.#setOptional(address, thread.uniqueId, ++this.#threads);
    const next = memory.pointer(interpreter + threadsHead);
    memory.u64(address + thread.next, next);
    if (next !== 0) memory.u64(next + this.#previousThread, address);
    memory.u64(interpreter + threadsHead, address);
    return address;
  }

  /** Links exactly these thread states, the newest first. */
  setThreads(interpreter: number, threads: readonly number[]): void {
    const { thread, interpreter: { threadsHead } } = this.layout;
    let link = interpreter + threadsHead;
    let previous = 0;
    for (const address of threads) {
      this.memory.u64(link, address);
      this.memory.u64(address + this.#previousThread, previous);
      link = address + thread.next;
      previous = address;
    }
    this.memory.u64(link, 0);
  }

  /** 3.8 Include/cpython/pystate.h PyThreadState.prev */
  get #previousThread(): number {
    return this.layout.thread.next - this.layout.pointerSize;
  }

  /** Gives a thread a stack. @param frames from the leaf. */
  setStack(
    thread: number,
    frames: readonly FrameFields[],
    shape: StackShape = {},
  ): Stack {
    const { dataStackChunk } = this.layout.thread;
    const data = new DataStack(this, shape);
    for (const frame of this.#heapStacks.get(thread) ?? []) {
      this.setExecuting(frame, false);
    }
    let previous = 0;
    const addresses: number[] = [];
    for (const fields of frames.toReversed()) {
      previous = this.#frame(fields, previous, data);
      const callee = frames[frames.length - 2 - addresses.length];
      if (callee?.apart) this.#setResuming(fields);
      const calls = callee !== undefined && this.#isInlined(callee);
      this.setRunning(previous, fields.isRunning ?? !calls);
      addresses.unshift(previous);
    }
    this.setTop(thread, previous);
    this.#heapStacks.set(thread, addresses);
    if (dataStackChunk !== ABSENT) {
      this.memory.u64(thread + dataStackChunk, data.chunks[0] ?? 0);
      this.memory.u64(thread + dataStackChunk + 8, data.top);
    }
    return { frames: addresses, chunks: data.chunks };
  }

  /** Whether a frame is called without C in between: those of generators are not where frames tell that C called them. */
  #isInlined({ owner = 0, apart = false }: FrameFields): boolean {
    const isEntry = this.layout.liveness?.isEntry ?? ABSENT;
    return owner < SHIM_OWNER && !(apart && isEntry !== ABSENT);
  }

  /** Has a frame stand at an instruction that goes on with a generator. */
  #setResuming({ code, unit = 0 }: FrameFields): void {
    const opcode = this.layout.liveness?.resumeOpcodes[0];
    if (opcode !== undefined) {
      this.memory.u8(this.instruction(code, unit), opcode);
    }
  }

  /** Announces a frame as a thread's innermost one. */
  setTop(thread: number, frame: number): void {
    const { framesAre, thread: { top }, cframeCurrentFrame } = this.layout;
    if (framesAre !== "cframe") {
      this.memory.u64(thread + top, frame);
      return;
    }
    const cframe = this.memory.pointer(thread + top) || this.allocate(32);
    this.memory.u64(cframe + cframeCurrentFrame, frame);
    this.memory.u64(thread + top, cframe);
  }

  /** Has a frame run, or wait for a callee with nothing on its evaluation stack. */
  setRunning(frame: number, isRunning: boolean): void {
    this.setExecuting(frame, true);
    const stackTop = this.layout.liveness?.stackTop ?? ABSENT;
    if (stackTop === ABSENT) return;
    this.memory.u32(frame + stackTop, isRunning ? 0xffffffff : 0);
  }

  /** Has a frame that is an object be on a thread's stack, or not any more. */
  setExecuting(frame: number, isExecuting: boolean): void {
    const { heapFrames } = this.layout;
    if (heapFrames === null) return;
    const state = heapFrames.isExecuting;
    this.memory.u8(frame + heapFrames.state, isExecuting ? state : 1 - state);
  }

  /** Moves a frame to another instruction of its code, which may be given. */
  setInstruction(frame: number, code: number, unit: number): void {
    const { frame: fields, instructionIs } = this.layout;
    const write = instructionIs === "address" ? "u64" : "u32";
    const value = this.instruction(code, unit);
    this.memory.u64(frame + fields.code, code);
    this.memory[write](frame + fields.instruction, value);
  }

  #frame(fields: FrameFields, previous: number, data: DataStack): number {
    const { frame } = this.layout;
    const { code, unit = 0 } = fields;
    const apart = fields.apart ?? false;
    const owner = fields.owner ?? (apart ? GENERATOR_OWNER : 0);
    const address = data.place({ apart, owner });
    this.setInstruction(address, code, unit);
    this.memory.u64(address + frame.previous, previous);
    if (frame.owner !== ABSENT) this.memory.u8(address + frame.owner, owner);
    const isEntry = this.layout.liveness?.isEntry ?? ABSENT;
    if (isEntry !== ABSENT) this.memory.u8(address + isEntry, apart ? 1 : 0);
    return address;
  }

  /** @returns a `struct pthread` of glibc. */
  #pthread(tid: number): number {
    const address = this.allocate(GLIBC_TID_OFFSET + 1024);
    this.memory.u32(address + GLIBC_TID_OFFSET, tid);
    return address;
  }

  #setOptional(struct: number, offset: number, value: number): void {
    if (offset !== ABSENT) this.memory.u64(struct + offset, value);
  }
}

/** The data stack of one thread, growing. */
class DataStack {
  readonly #python: PythonMemory;
  readonly #chunkSize: number;
  readonly #frameSize: number;
  /** The newest first. */
  readonly chunks: number[] = [];
  /** Where the next frame goes. */
  top = 0;

  constructor(python: PythonMemory, shape: StackShape) {
    this.#python = python;
    this.#chunkSize = shape.chunkSize ?? CHUNK_SIZE;
    this.#frameSize = shape.frameSize ?? python.frameSize;
  }

  place({ apart, owner }: Placement): number {
    const isOnHeap = this.#python.layout.thread.dataStackChunk === ABSENT;
    if (isOnHeap || apart || owner >= SHIM_OWNER) {
      return this.#python.allocate(this.#frameSize);
    }
    const end = (this.chunks[0] ?? 0) + this.#chunkSize;
    if (this.chunks.length === 0 || this.top + this.#frameSize > end) {
      this.#push();
    }
    const address = this.top;
    this.top += this.#frameSize;
    return address;
  }

  /** 3.12 Python/pystate.c push_chunk: the full chunk keeps its top, the new one has none; the first one's first word is left free. */
  #push(): void {
    const { memory } = this.#python;
    const full = this.chunks[0] ?? 0;
    if (full !== 0) {
      memory.u64(full + 16, (this.top - full - CHUNK_HEADER_SIZE) / 8);
    }
    const chunk = this.#python.mapped(this.#chunkSize);
    memory.u64(chunk, full);
    memory.u64(chunk + 8, this.#chunkSize);
    this.chunks.unshift(chunk);
    this.top = chunk + CHUNK_HEADER_SIZE + (full === 0 ? 8 : 0);
  }
}
