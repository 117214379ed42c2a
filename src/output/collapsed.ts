// Hot path: no allocation per frame.
/**
 * Collapsed stacks, the text format of Austin 3.7 that FlameGraph and
 * Speedscope read.
 *
 * | part     | bytes                                                       |
 * | -------- | ----------------------------------------------------------- |
 * | head     | `# <key>: <value>` lines, an empty line                     |
 * | sample   | `P<pid>;T<iid>:<tid>`, frames from the root, ` <metric>`    |
 * | frame    | `;<file>:<scope>:<line>`                                    |
 * | trailer  | an empty line, `# <key>: <value>` lines, an empty line      |
 *
 * | metrics  | what they are                                               |
 * | -------- | ----------------------------------------------------------- |
 * | time     | `<µs>`                                                      |
 * | memory   | `<bytes>`, negative when memory was given back              |
 * | full     | `<µs>,<1 if idle, else 0>,<bytes>`                          |
 *
 * All numbers are decimal. Where frames are missing, `;:INVALID:` comes before
 * those that are known; `;:GC:` comes after the leaf while garbage is being
 * collected. Names are escaped as `escape.ts` says.
 *
 * The lines of one thread mostly begin alike, so a line is made by copying the
 * part that it shares with the thread's last one.
 */

import type { Frame, FrameTable } from "../events/frame_table.ts";
import type { Metrics, Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { escapeName } from "./escape.ts";
import { LastStack } from "./last_stack.ts";

/** What a sink may be told about how it is used. */
export interface CollapsedOptions {
  /** Write out after every pass, for a reader that waits for each sample. */
  readonly flushPasses: boolean;
  /** Which metrics each line ends with. */
  readonly metrics: Metrics;
}

/** Bytes at most from the last frame to the line feed: `;:GC:`, and two numbers of 16 digits. */
const TAIL_SIZE = 48;

const encoder = new TextEncoder();
const INVALID = encoder.encode(";:INVALID:");
const GC = encoder.encode(";:GC:");

/** Writes collapsed stacks. */
export class CollapsedSink implements Sink {
  readonly #writer: ByteWriter;
  readonly #frames: FrameTable;
  readonly #flushPasses: boolean;
  readonly #metrics: Metrics;
  #threads: LastStack[] = [];
  #frameBytes: Uint8Array[] = [];
  #epoch: number;

  constructor(
    writer: ByteWriter,
    frames: FrameTable,
    options: CollapsedOptions,
  ) {
    this.#writer = writer;
    this.#frames = frames;
    this.#flushPasses = options.flushPasses;
    this.#metrics = options.metrics;
    this.#epoch = frames.epoch;
  }

  metadata(key: string, value: string): void {
    this.#writer.text(`# ${key}: ${value}\n`);
  }

  start(): void {
    this.#writer.text("\n");
    if (this.#flushPasses) this.#writer.flush();
  }

  sample(sample: Sample): void {
    if (this.#epoch !== this.#frames.epoch) this.#forget();
    const thread = this.#lastStack(sample);
    const writer = this.#writer;
    let same = this.#sharedFrames(thread, sample);
    writer.reserve(this.#sizeBehind(thread, sample, same));
    if (thread.generation !== writer.generation && same >= 0) {
      same = -1;
      writer.reserve(this.#sizeBehind(thread, sample, same));
    }
    this.#write(thread, sample, same);
  }

  passEnd(): void {
    if (this.#flushPasses) this.#writer.flush();
  }

  end(): void {
    this.#writer.text("\n");
  }

  close(): void {
    this.#writer.text("\n");
    this.#writer.flush();
  }

  /** Drops what was kept by frame id. */
  #forget(): void {
    this.#epoch = this.#frames.epoch;
    this.#frameBytes = [];
    this.#threads = [];
  }

  #lastStack(sample: Sample): LastStack {
    const known = this.#threads[sample.threadIndex];
    if (known !== undefined && known.isOf(sample)) return known;
    const { pid, iid, tid, threadName } = sample;
    // A file may know a thread by its name alone.
    const thread = tid === 0 && threadName !== ""
      ? escapeName(threadName)
      : tid;
    const head = encoder.encode(`P${pid};T${iid}:${thread}`);
    return this.#threads[sample.threadIndex] = new LastStack(
      sample,
      head,
      head.length,
    );
  }

  /** @returns frames, from the root, that the thread's last line has as well; -1 when there is no such line any more. */
  #sharedFrames(thread: LastStack, sample: Sample): number {
    if (thread.generation !== this.#writer.generation) return -1;
    if (sample.isInvalid) return -1;
    return thread.sharedFrames(sample);
  }

  /** @returns an upper bound for the size of the line. */
  #sizeBehind(thread: LastStack, sample: Sample, same: number): number {
    const shared = same < 0
      ? thread.head.length + INVALID.length
      : thread.ends[same]!;
    let size = shared + TAIL_SIZE;
    const last = sample.frameCount - Math.max(same, 0);
    for (let i = 0; i < last; i++) {
      size += this.#bytesOf(sample.frameIds[i]!).length;
    }
    return size;
  }

  #bytesOf(id: number): Uint8Array {
    return this.#frameBytes[id] ??= encodeFrame(this.#frames.get(id));
  }

  #write(thread: LastStack, sample: Sample, same: number): void {
    const writer = this.#writer;
    const start = writer.position;
    const bytes = writer.bytes;
    let at = start;
    if (same < 0) {
      at = append(bytes, at, thread.head);
      if (sample.isInvalid) at = append(bytes, at, INVALID);
    } else {
      at += thread.ends[same]!;
      bytes.copyWithin(start, thread.start, thread.start + at - start);
    }
    const count = sample.frameCount;
    thread.grow(count);
    const { ids, ends } = thread;
    const cached = this.#frameBytes;
    for (let i = Math.max(same, 0); i < count; i++) {
      const id = sample.frameIds[count - 1 - i]!;
      at = append(bytes, at, cached[id]!);
      ids[i] = id;
      ends[i + 1] = at - start;
    }
    thread.count = sample.isInvalid ? 0 : count;
    thread.start = start;
    thread.generation = sample.isInvalid ? -1 : writer.generation;
    writer.position = this.#appendTail(bytes, at, sample);
  }

  /** Appends what comes after the frames. */
  #appendTail(bytes: Uint8Array, at: number, sample: Sample): number {
    if (sample.isCollecting) at = append(bytes, at, GC);
    bytes[at++] = 0x20;
    if (this.#metrics === "time") {
      at = appendDecimal(bytes, at, sample.timeUs);
    } else if (this.#metrics === "memory") {
      at = appendDecimal(bytes, at, sample.memoryBytes);
    } else {
      at = appendDecimal(bytes, at, sample.timeUs);
      bytes[at++] = 0x2c;
      bytes[at++] = sample.isIdle ? 0x31 : 0x30;
      bytes[at++] = 0x2c;
      at = appendDecimal(bytes, at, sample.memoryBytes);
    }
    bytes[at++] = 0x0a;
    return at;
  }
}

function encodeFrame(frame: Frame): Uint8Array {
  const file = escapeName(frame.file);
  const scope = escapeName(frame.scope);
  return encoder.encode(`;${file}:${scope}:${frame.line}`);
}

function append(bytes: Uint8Array, at: number, part: Uint8Array): number {
  const size = part.length;
  for (let i = 0; i < size; i++) bytes[at + i] = part[i]!;
  return at + size;
}

/** @param value an integer within ±(2^53 - 1). */
function appendDecimal(bytes: Uint8Array, at: number, value: number): number {
  if (value < 0) {
    bytes[at++] = 0x2d;
    value = -value;
  }
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  for (let i = at + digits - 1; i >= at; i--) {
    const rest = Math.floor(value / 10);
    bytes[i] = 0x30 + (value - rest * 10);
    value = rest;
  }
  return at + digits;
}
