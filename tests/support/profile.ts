/** Profiles as plain values: written by our sinks, read by our readers, compared in tests. */

import { type Frame, FrameTable } from "../../src/events/frame_table.ts";
import { type Metrics, Sample } from "../../src/events/sample.ts";
import type { Sink } from "../../src/events/sink.ts";
import type { CreateSink, FormatOptions } from "../../src/formats/format.ts";
import { FrameIndex } from "../../src/formats/frame_index.ts";
import type { RecordedSample } from "../../src/formats/profile_events.ts";
import { readProfile } from "../../src/formats/read_profile.ts";
import { ByteWriter } from "../../src/output/byte_writer.ts";
import { CollapsedSink } from "../../src/output/collapsed.ts";
import { MojoSink } from "../../src/output/mojo.ts";

/** A sample with its frames spelt out, from the root. */
export interface PlainSample {
  pid: number;
  iid: number;
  tid: number;
  threadName: string;
  frames: Frame[];
  isInvalid: boolean;
  isCollecting: boolean;
  timeUs: number;
  isIdle: boolean;
  memoryBytes: number;
}

/** All that a file says. */
export interface PlainProfile {
  metadata: [key: string, value: string][];
  samples: PlainSample[];
  /** What stopped the reader, or null. */
  error: unknown;
}

/** A sample of nothing, with some fields set. */
export function plainSample(fields: Partial<PlainSample> = {}): PlainSample {
  return {
    pid: 1,
    iid: 0,
    tid: 1,
    threadName: "",
    frames: [],
    isInvalid: false,
    isCollecting: false,
    timeUs: 0,
    isIdle: false,
    memoryBytes: 0,
    ...fields,
  };
}

/** A frame of which only the line is known. */
export function lineFrame(file: string, scope: string, line: number): Frame {
  return { file, scope, line, endLine: 0, column: 0, endColumn: 0 };
}

/** Reads a whole file that arrives in pieces of some size. Errors are part of the answer. */
export function readPlain(bytes: Uint8Array, chunkSize = 65_536): PlainProfile {
  const frames = new FrameTable();
  const profile: PlainProfile = { metadata: [], samples: [], error: null };
  try {
    const index = new FrameIndex(frames);
    for (const event of readProfile(piecesOf(bytes, chunkSize), index)) {
      if (event.kind === "metadata") {
        profile.metadata.push([event.key, event.value]);
      } else profile.samples.push(spellOut(event.sample, frames));
    }
  } catch (error) {
    profile.error = error;
  }
  return profile;
}

/** Each piece is overwritten when the next one is taken, as a file's are. */
function* piecesOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.slice(at, at + size);
    yield piece;
    piece.fill(0xee);
  }
}

function spellOut(sample: RecordedSample, frames: FrameTable): PlainSample {
  const ids = [...sample.frameIds.subarray(0, sample.frameCount)].reverse();
  const { pid, iid, tid, threadName, isInvalid, isCollecting } = sample;
  const { timeUs, isIdle, memoryBytes } = sample;
  return {
    pid,
    iid,
    tid,
    threadName,
    frames: ids.map((id) => frames.get(id)),
    isInvalid,
    isCollecting,
    timeUs,
    isIdle,
    memoryBytes,
  };
}

/** Our sample formats. */
export const SINKS = { mojo: MojoSink, collapsed: CollapsedSink } as const;

/** How a profile is written. */
export interface WriteOptions {
  readonly format: keyof typeof SINKS | CreateSink;
  readonly metrics: Metrics;
  /** What a format is told, where it is not what is usual. */
  readonly options?: Partial<FormatOptions>;
  /** Samples before which the producer forgets its frames. */
  readonly epochs?: ReadonlySet<number>;
  /** Metadata before the samples and after them. */
  readonly head?: readonly (readonly [string, string])[];
  readonly trailer?: readonly (readonly [string, string])[];
}

/** What a format is told where nothing else is said. */
export const usualOptions: Omit<FormatOptions, "metrics"> = {
  flushPasses: false,
  title: "a test",
  base: null,
  top: 20,
  indent: 0,
};

/** Modes as metadata name them. */
export const MODES: Readonly<Record<Metrics, string>> = {
  time: "wall",
  memory: "memory",
  full: "full",
};

/** Writes samples as a run would. */
export function writeProfile(
  samples: readonly PlainSample[],
  options: WriteOptions,
): Uint8Array {
  const { format, metrics, epochs = new Set(), trailer = [] } = options;
  const target = new ByteCollector();
  const producer = new Producer();
  const create: CreateSink = typeof format === "function"
    ? format
    : (...args) => new SINKS[format](...args);
  const sink = create(new ByteWriter(target), producer.frames, {
    ...usualOptions,
    ...options.options,
    metrics,
  });
  const head = options.head ?? [["mode", MODES[metrics]]];
  for (const [key, value] of head) sink.metadata(key, value);
  sink.start();
  samples.forEach((sample, i) => {
    if (epochs.has(i)) producer.forget();
    producer.give(sample, sink);
  });
  sink.end();
  for (const [key, value] of trailer) sink.metadata(key, value);
  sink.close();
  return target.bytes();
}

/** What a sampler does for its sinks: gives ids to frames and indexes to threads. */
class Producer {
  readonly frames = new FrameTable();
  readonly #sample = new Sample();
  #ids = new Map<Frame, number>();
  readonly #threads = new Map<string, number>();

  forget(): void {
    this.frames.clear();
    this.#ids = new Map();
  }

  give(plain: PlainSample, sink: Sink): void {
    const { frames, ...fields } = plain;
    const sample = Object.assign(this.#sample, fields);
    sample.threadIndex = this.#threadIndex(
      `${plain.pid} ${plain.iid} ${plain.tid}`,
    );
    sample.frameCount = frames.length;
    frames.forEach((frame, i) => {
      sample.frameIds[frames.length - 1 - i] = this.#idOf(frame);
    });
    sink.sample(sample);
    sink.passEnd();
  }

  #idOf(frame: Frame): number {
    const id = this.#ids.get(frame) ?? this.frames.add(frame);
    this.#ids.set(frame, id);
    return id;
  }

  /** Two indexes for all threads: they are used again as threads come and go. */
  #threadIndex(thread: string): number {
    const index = this.#threads.get(thread) ?? this.#threads.size % 2;
    this.#threads.set(thread, index);
    return index;
  }
}

/** Keeps what is written to it. */
export class ByteCollector {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];

  writeSync(bytes: Uint8Array): number {
    this.#pieces.push(new Uint8Array(bytes));
    return bytes.length;
  }

  bytes(): Uint8Array {
    const size = this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}
