// Hot path: no allocation per sample.
/**
 * MOJO, the binary format of Austin. This is its specification; `MojoSink`
 * writes version 3, `formats/read_mojo.ts` reads 1 to 4.
 *
 * | part   | bytes                                                           |
 * | ------ | --------------------------------------------------------------- |
 * | header | `MOJ`, varint version                                           |
 * | events | one byte that says which, and what belongs to it; up to the end |
 *
 * | type   | bytes                                                           |
 * | ------ | --------------------------------------------------------------- |
 * | varint | a signed integer, see `varint.ts`                               |
 * | string | UTF-8, ended by a NUL                                           |
 * | key    | varint that stands for a frame or a string of the same process  |
 *
 * | event                | what belongs to it, in this order                 |
 * | -------------------- | ------------------------------------------------- |
 * | 1 metadata           | string name, string value                         |
 * | 2 stack              | varint pid, varint iid, string tid                |
 * | 3 frame definition   | key, key of file, key of scope, varint line, end line, column, end column |
 * | 4 invalid            | nothing: frames of this stack are missing         |
 * | 5 frame              | key                                               |
 * | 6 kernel frame       | string scope                                      |
 * | 7 GC                 | nothing: garbage was being collected              |
 * | 8 idle               | nothing: the thread was off the CPU               |
 * | 9 time               | varint microseconds                               |
 * | 10 memory            | varint bytes                                      |
 * | 11 string definition | key, string                                       |
 * | 12 string            | key; nobody writes it                             |
 * | 13 repeat (4)        | nothing: the frames of the thread's last stack, less the native ones at its leaf, come before those of this one |
 * | 14 task (4)          | varint task, key of name; one of 3.14's asyncio tasks: its frames follow and end with a time, or a varint says how many follow |
 * | 15 task waiter (4)   | varint task, varint waiter                        |
 * | 16 task running (4)  | varint task                                       |
 *
 * | version | since  | differs                                               |
 * | ------- | ------ | ----------------------------------------------------- |
 * | 1       | 3.4    | 2 has no iid; 3 ends with the line                    |
 * | 2       | 3.5    | 2 has no iid                                          |
 * | 3       | 3.6    |                                                       |
 * | 4       | not yet released | 13 to 16; tid may be the thread's name      |
 *
 * A sample is a stack and what follows it up to the next stack or the end:
 * definitions as needed, [4], frames from the root, [6…], [7], metrics. These are 9
 * by default, 10 in memory mode, and 9, [8], 10 in full mode. A tid is in
 * hexadecimal. Lines and columns count from 1; 0 is unknown.
 *
 * Definitions hold for the process of the stack that they follow, until the
 * same key is defined again. A frame keeps the strings that it was defined
 * with. String key 1 is `<unknown>` without a definition, 0 is no string.
 *
 * The samples of one thread mostly begin alike, so the frames are made by
 * copying the part that the thread's last sample has too.
 */

import type { FrameTable } from "../events/frame_table.ts";
import type { Metrics, Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { LastStack } from "./last_stack.ts";
import {
  encodeString,
  type KnownKeys,
  MojoDefinitions,
} from "./mojo_definitions.ts";
import { appendVarint, MAX_VARINT_SIZE } from "./varint.ts";

/** What a sink may be told about how it is used. */
export interface MojoOptions {
  /** Write out after every pass, for a reader that waits for each sample. */
  readonly flushPasses: boolean;
  /** Which metrics each sample ends with. */
  readonly metrics: Metrics;
}

const MAGIC = "MOJ";
const VERSION = 3;

const METADATA = 1;
const STACK = 2;
const INVALID = 4;
const FRAME = 5;
const KERNEL = 6;
const GC = 7;
const IDLE = 8;
const TIME = 9;
const MEMORY = 10;

/** Bytes of a frame at most. */
const FRAME_SIZE = 1 + MAX_VARINT_SIZE;

/** Bytes at most of what a sample has beside its head, definitions and frames: 4, 7, 9, 8 and 10. */
const REST_SIZE = 5 + 2 * MAX_VARINT_SIZE;

/** Writes MOJO. */
export class MojoSink implements Sink {
  readonly #writer: ByteWriter;
  readonly #frames: FrameTable;
  readonly #flushPasses: boolean;
  readonly #hasTime: boolean;
  readonly #hasIdle: boolean;
  readonly #hasMemory: boolean;
  readonly #definitions: MojoDefinitions;
  #threads: ThreadStack[] = [];
  /** By frame id. */
  #kernelFrames: Uint8Array[] = [];
  #epoch: number;

  constructor(writer: ByteWriter, frames: FrameTable, options: MojoOptions) {
    this.#writer = writer;
    this.#frames = frames;
    this.#flushPasses = options.flushPasses;
    this.#hasTime = options.metrics !== "memory";
    this.#hasIdle = options.metrics === "full";
    this.#hasMemory = options.metrics !== "time";
    this.#definitions = new MojoDefinitions(frames);
    this.#epoch = frames.epoch;
    writer.text(MAGIC + String.fromCharCode(VERSION));
  }

  metadata(key: string, value: string): void {
    const bytes = [encodeString(key), encodeString(value)] as const;
    const writer = this.#writer;
    writer.reserve(1 + bytes[0].length + bytes[1].length);
    writer.bytes[writer.position++] = METADATA;
    for (const part of bytes) {
      writer.position = append(writer.bytes, writer.position, part);
    }
  }

  start(): void {
    if (this.#flushPasses) this.#writer.flush();
  }

  sample(sample: Sample): void {
    if (this.#epoch !== this.#frames.epoch || this.#definitions.isFull) {
      this.#forget();
    }
    const thread = this.#threadStack(sample);
    const writer = this.#writer;
    let same = thread.generation === writer.generation
      ? thread.sharedFrames(sample)
      : 0;
    this.#define(thread.known, sample, same);
    writer.reserve(
      thread.head.length + this.#definitions.size +
        sample.frameCount * FRAME_SIZE + this.#kernelSize(sample) + REST_SIZE,
    );
    if (thread.generation !== writer.generation) same = 0;
    this.#write(thread, sample, same);
  }

  passEnd(): void {
    if (this.#flushPasses) this.#writer.flush();
  }

  end(): void {}

  close(): void {
    this.#writer.flush();
  }

  /** Drops what is kept by frame id or process. */
  #forget(): void {
    this.#epoch = this.#frames.epoch;
    this.#threads = [];
    this.#kernelFrames = [];
    this.#definitions.clear();
  }

  #threadStack(sample: Sample): ThreadStack {
    const thread = this.#threads[sample.threadIndex];
    if (thread !== undefined && thread.isOf(sample)) return thread;
    const known = this.#definitions.of(sample.pid);
    return this.#threads[sample.threadIndex] = new ThreadStack(sample, known);
  }

  /** Makes the definitions that the sample needs. @param same frames from the root that are defined. */
  #define(known: KnownKeys, sample: Sample, same: number): void {
    const { frames } = known;
    const { frameIds } = sample;
    const definitions = this.#definitions;
    definitions.size = 0;
    const last = sample.frameCount - same;
    for (let i = sample.kernelCount; i < last; i++) {
      const id = frameIds[i]!;
      if (!frames.has(id)) definitions.define(known, id);
    }
  }

  #write(thread: ThreadStack, sample: Sample, same: number): void {
    const writer = this.#writer;
    const { bytes } = writer;
    let at = append(bytes, writer.position, thread.head);
    at = this.#appendDefinitions(bytes, at);
    if (sample.isInvalid) bytes[at++] = INVALID;
    at = appendFrames(bytes, at, thread, sample, same);
    for (let i = sample.kernelCount - 1; i >= 0; i--) {
      at = append(bytes, at, this.#kernelFrames[sample.frameIds[i]!]!);
    }
    thread.generation = writer.generation;
    if (sample.isCollecting) bytes[at++] = GC;
    writer.position = this.#appendMetrics(bytes, at, sample);
  }

  /** @returns bytes of the sample's kernel frames, which are there after the call. */
  #kernelSize({ frameIds, kernelCount }: Sample): number {
    let size = 0;
    for (let i = 0; i < kernelCount; i++) {
      size += this.#kernelFrame(frameIds[i]!).length;
    }
    return size;
  }

  #kernelFrame(id: number): Uint8Array {
    return this.#kernelFrames[id] ??= Uint8Array.of(
      KERNEL,
      ...encodeString(this.#frames.get(id).scope),
    );
  }

  #appendDefinitions(bytes: Uint8Array, at: number): number {
    const { size } = this.#definitions;
    if (size === 0) return at;
    bytes.set(this.#definitions.bytes.subarray(0, size), at);
    return at + size;
  }

  #appendMetrics(bytes: Uint8Array, at: number, sample: Sample): number {
    if (this.#hasTime) {
      bytes[at++] = TIME;
      at = appendVarint(bytes, at, sample.timeUs);
    }
    if (this.#hasIdle && sample.isIdle) bytes[at++] = IDLE;
    if (this.#hasMemory) {
      bytes[at++] = MEMORY;
      at = appendVarint(bytes, at, sample.memoryBytes);
    }
    return at;
  }
}

/** A thread's last stack, and what its process's frames are known by. */
class ThreadStack extends LastStack {
  readonly known: KnownKeys;

  constructor(sample: Sample, known: KnownKeys) {
    super(sample, encodeHead(sample), 0);
    this.known = known;
  }
}

function encodeHead(sample: Sample): Uint8Array {
  const { threadName } = sample;
  // A file may know a thread by its name alone, as version 4 writes it.
  const tid = encodeString(
    sample.tid === 0 && threadName !== ""
      ? threadName
      : sample.tid.toString(16),
  );
  const bytes = new Uint8Array(1 + 2 * MAX_VARINT_SIZE + tid.length);
  bytes[0] = STACK;
  let at = appendVarint(bytes, 1, sample.pid);
  at = appendVarint(bytes, at, sample.iid);
  return bytes.subarray(0, append(bytes, at, tid));
}

/** Appends the frames from the root, and remembers where each ends. @param same how many to copy from the last stack. */
function appendFrames(
  bytes: Uint8Array,
  start: number,
  thread: LastStack,
  sample: Sample,
  same: number,
): number {
  const { frameIds, frameCount, kernelCount } = sample;
  const count = frameCount - kernelCount;
  thread.grow(count);
  const { ids, ends } = thread;
  let at = start + ends[same]!;
  bytes.copyWithin(start, thread.start, thread.start + ends[same]!);
  for (let i = same; i < count; i++) {
    const id = frameIds[frameCount - 1 - i]!;
    bytes[at++] = FRAME;
    at = appendVarint(bytes, at, id);
    ids[i] = id;
    ends[i + 1] = at - start;
  }
  thread.count = count;
  thread.start = start;
  return at;
}

function append(bytes: Uint8Array, at: number, part: Uint8Array): number {
  const size = part.length;
  for (let i = 0; i < size; i++) bytes[at + i] = part[i]!;
  return at + size;
}
