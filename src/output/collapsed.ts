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
 * Ids and lines are decimal, the metric is in microseconds. Where frames are
 * missing, `;:INVALID:` comes before those that are known. Names are escaped
 * as `escape.ts` says.
 *
 * The lines of one thread mostly begin alike, so a line is made by copying the
 * part that it shares with the thread's last one.
 */

import type { Frame, FrameTable } from "../events/frame_table.ts";
import type { Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { escapeName } from "./escape.ts";

/** What a sink may be told about how it is used. */
export interface CollapsedOptions {
  /** Write out after every pass, for a reader that waits for each sample. */
  readonly flushPasses: boolean;
}

/** Room for a space, a metric of up to 16 digits, and a line feed. */
const METRIC_SIZE = 24;

const encoder = new TextEncoder();
const INVALID = encoder.encode(";:INVALID:");

/** Writes collapsed stacks. */
export class CollapsedSink implements Sink {
  readonly #writer: ByteWriter;
  readonly #frames: FrameTable;
  readonly #flushPasses: boolean;
  #threads: ThreadLine[] = [];
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
    const thread = this.#threadLine(sample);
    const writer = this.#writer;
    let same = this.#sharedFrames(thread, sample);
    const size = this.#sizeBehind(thread, sample, same);
    writer.reserve(size);
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

  #threadLine(sample: Sample): ThreadLine {
    const thread = this.#threads[sample.threadIndex];
    if (thread !== undefined && thread.isOf(sample)) return thread;
    return this.#threads[sample.threadIndex] = new ThreadLine(sample);
  }

  /** @returns frames, from the root, that the thread's last line has as well; -1 when there is no such line any more. */
  #sharedFrames(thread: ThreadLine, sample: Sample): number {
    if (thread.generation !== this.#writer.generation) return -1;
    if (sample.isInvalid) return -1;
    return commonRoots(
      thread.ids,
      thread.count,
      sample.frameIds,
      sample.frameCount,
    );
  }

  /** @returns an upper bound for the size of the line. */
  #sizeBehind(thread: ThreadLine, sample: Sample, same: number): number {
    const shared = same < 0
      ? thread.head.length + INVALID.length
      : thread.endOf(same);
    let size = shared + METRIC_SIZE;
    const last = sample.frameCount - Math.max(same, 0);
    for (let i = 0; i < last; i++) {
      size += this.#bytesOf(sample.frameIds[i]!).length;
    }
    return size;
  }

  #bytesOf(id: number): Uint8Array {
    return this.#frameBytes[id] ??= encodeFrame(this.#frames.get(id));
  }

  #write(thread: ThreadLine, sample: Sample, same: number): void {
    const writer = this.#writer;
    const start = writer.position;
    const bytes = writer.bytes;
    let at = start;
    if (same < 0) {
      at = append(bytes, at, thread.head);
      if (sample.isInvalid) at = append(bytes, at, INVALID);
    } else {
      at += thread.endOf(same);
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
      ends[i] = at - start;
    }
    thread.count = sample.isInvalid ? 0 : count;
    thread.start = start;
    thread.generation = sample.isInvalid ? -1 : writer.generation;
    bytes[at++] = 0x20;
    at = appendDecimal(bytes, at, sample.timeUs);
    bytes[at++] = 0x0a;
    writer.position = at;
  }
}

/** The last line of one thread: which frames it has, and where in the writer's buffer each ends. */
class ThreadLine {
  readonly #pid: number;
  readonly #iid: number;
  readonly #tid: number;
  readonly head: Uint8Array;
  /** Frame ids from the root. */
  ids = new Int32Array(64);
  /** Bytes from the line's start to each frame's end. */
  ends = new Int32Array(64);
  count = 0;
  /** Position of the line in the writer's buffer, valid in `generation`. */
  start = 0;
  generation = -1;

  constructor(sample: Sample) {
    this.#pid = sample.pid;
    this.#iid = sample.iid;
    this.#tid = sample.tid;
    this.head = encoder.encode(`P${sample.pid};T${sample.iid}:${sample.tid}`);
  }

  isOf(sample: Sample): boolean {
    return this.#tid === sample.tid && this.#pid === sample.pid &&
      this.#iid === sample.iid;
  }

  /** @returns bytes of the line up to the end of its first `frames` frames. */
  endOf(frames: number): number {
    return frames === 0 ? this.head.length : this.ends[frames - 1]!;
  }

  /** Makes room for `count` frames. */
  grow(count: number): void {
    if (count <= this.ids.length) return;
    const { ids, ends } = this;
    this.ids = new Int32Array(count * 2);
    this.ends = new Int32Array(count * 2);
    this.ids.set(ids);
    this.ends.set(ends);
  }
}

/** @param ids from the root. @param leafFirst from the leaf. @returns how many frames are equal from the root on. */
function commonRoots(
  ids: Int32Array,
  count: number,
  leafFirst: Int32Array,
  leafFirstCount: number,
): number {
  const most = count < leafFirstCount ? count : leafFirstCount;
  let same = 0;
  while (same < most && ids[same] === leafFirst[leafFirstCount - 1 - same]) {
    same++;
  }
  return same;
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

/** @param value a non-negative integer below 2^53. */
function appendDecimal(bytes: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  for (let i = at + digits - 1; i >= at; i--) {
    const rest = Math.floor(value / 10);
    bytes[i] = 0x30 + value - rest * 10;
    value = rest;
  }
  return at + digits;
}
