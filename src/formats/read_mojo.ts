// Hot path: once for each event of a profile.
/**
 * Reads MOJO, versions 1 to 4, as `output/mojo.ts` specifies it.
 *
 * A sample ends where the next one, metadata or nothing more begins. Of 3.14's
 * asyncio tasks (version 4) only the threads' own stacks are kept; there is no
 * release of Austin yet that says more.
 */

import { MAX_FRAMES } from "../limits.ts";
import type { FrameIndex } from "./frame_index.ts";
import { MAX_REPEATABLE_FRAMES } from "./limits.ts";
import { INCOMPLETE, MojoCursor } from "./mojo_cursor.ts";
import { MojoTables } from "./mojo_tables.ts";
import { ProfileError } from "./profile_error.ts";
import {
  metricsOfMode,
  type ProfileDecoder,
  type ProfileEvent,
  RecordedSample,
} from "./profile_events.ts";
import { type RecordedThread, RecordedThreads } from "./recorded_threads.ts";

const MAGIC = [0x4d, 0x4f, 0x4a];
const MAX_VERSION = 4;

const EventId = {
  metadata: 1,
  stack: 2,
  frameDefinition: 3,
  invalid: 4,
  frame: 5,
  kernelFrame: 6,
  gc: 7,
  idle: 8,
  time: 9,
  memory: 10,
  stringDefinition: 11,
  string: 12,
  repeat: 13,
  task: 14,
  taskWaiter: 15,
  taskRunning: 16,
} as const;

/** What may follow a task without a count of its frames. */
const AFTER_TASK: readonly number[] = [
  EventId.frameDefinition,
  EventId.frame,
  EventId.time,
  EventId.stringDefinition,
];

/** What may follow a count of a task's frames. */
const AFTER_COUNT: readonly number[] = [
  EventId.frameDefinition,
  EventId.frame,
  EventId.stringDefinition,
];

/** Frames of a task without a count: all up to the next time. */
const UP_TO_TIME = Infinity;

/** Decodes MOJO. */
export class MojoDecoder implements ProfileDecoder {
  readonly #cursor = new MojoCursor();
  readonly #tables: MojoTables;
  readonly #threads = new RecordedThreads();
  readonly #sample = new RecordedSample();
  readonly #event: ProfileEvent = { kind: "sample", sample: this.#sample };
  #version = 0;
  #needsMemory = false;
  /** The thread of the sample that is being read, or null. */
  #thread: RecordedThread | null = null;
  /** Whether it has all its metrics. */
  #isComplete = false;
  /** Its frames, from the root. */
  #roots: number[] = [];
  /** Frames to come that are not its own, but a task's. */
  #taskFrames = 0;
  /** How the file tells a task's frames; null until it has one. */
  #tasksHaveCounts: boolean | null = null;
  #repeatableFrames = 0;

  /** @param index takes the frames; it may hold those of other profiles. */
  constructor(index: FrameIndex) {
    this.#tables = new MojoTables(index);
  }

  *decode(bytes: Uint8Array): Generator<ProfileEvent, void, void> {
    const cursor = this.#cursor;
    cursor.append(bytes);
    try {
      if (this.#version === 0) this.#header();
      for (;;) {
        cursor.commit();
        const id = cursor.byte();
        if (this.#endsSample(id)) yield this.#endSample();
        const metadata = this.#readEvent(id);
        if (metadata !== null) yield metadata;
      }
    } catch (error) {
      cursor.rollback();
      if (error === INCOMPLETE) return;
      if (this.#isComplete) yield this.#endSample();
      throw error;
    }
  }

  *end(): Generator<ProfileEvent, void, void> {
    if (this.#isComplete) yield this.#endSample();
    const isWhole = this.#version > 0 && this.#cursor.isAtEnd &&
      this.#thread === null;
    if (!isWhole) throw this.#error("it ends in the middle of a sample");
  }

  #header(): void {
    const cursor = this.#cursor;
    for (const byte of MAGIC) {
      if (cursor.byte() !== byte) throw this.#error("no MOJO header");
    }
    const version = cursor.varint();
    if (version < 1 || version > MAX_VERSION) {
      throw this.#error(`MOJO version ${version}, which is not known,`);
    }
    this.#version = version;
  }

  #endsSample(id: number): boolean {
    if (id === EventId.stack) return this.#thread !== null;
    return id === EventId.metadata && this.#isComplete;
  }

  /** Reads the rest of an event. @returns what it says, when that is not about a sample. */
  #readEvent(id: number): ProfileEvent | null {
    if (id === EventId.frame) this.#frames();
    else if (id === EventId.stack) this.#stack();
    else if (id === EventId.metadata) return this.#metadata();
    else if (this.#thread !== null) this.#readDetail(id);
    else throw this.#error(`event ${id} before any stack`);
    return null;
  }

  /** Reads an event that belongs to a stack. */
  #readDetail(id: number): void {
    const cursor = this.#cursor;
    switch (id) {
      case EventId.time:
        return this.#time();
      case EventId.memory:
        return this.#memory();
      case EventId.stringDefinition:
        return this.#tables.defineString(cursor);
      case EventId.frameDefinition:
        return this.#tables.defineFrame(cursor, this.#version > 1);
      case EventId.invalid:
        this.#sample.isInvalid = true;
        return;
      case EventId.kernelFrame:
        return this.#addFrame(this.#tables.kernelFrame(cursor));
      case EventId.gc:
        this.#sample.isCollecting = true;
        return;
      case EventId.idle:
        this.#sample.isIdle = true;
        return;
      case EventId.string:
        cursor.varint();
        return;
      default:
        return this.#readLateDetail(id);
    }
  }

  /** Reads an event that came with version 4. */
  #readLateDetail(id: number): void {
    const cursor = this.#cursor;
    switch (this.#version < MAX_VERSION ? -1 : id) {
      case EventId.repeat:
        return this.#repeat();
      case EventId.task:
        return this.#task();
      case EventId.taskWaiter:
        cursor.varint();
        cursor.varint();
        return;
      case EventId.taskRunning:
        cursor.varint();
        return;
      default:
        throw this.#error(`the unknown event ${id}`);
    }
  }

  #metadata(): ProfileEvent {
    const key = this.#cursor.string();
    const value = this.#cursor.string();
    if (key === "mode") this.#needsMemory = metricsOfMode(value) === "full";
    return { kind: "metadata", key, value };
  }

  #stack(): void {
    const cursor = this.#cursor;
    const pid = cursor.varint();
    const iid = this.#version >= 3 ? cursor.varint() : 0;
    const name = cursor.string();
    this.#begin(this.#threadOf(pid, iid, name));
  }

  #threadOf(pid: number, iid: number, name: string): RecordedThread {
    const key = `${pid} ${iid} ${name}`;
    const thread = this.#threads.get(key) ??
      this.#threads.add(key, { pid, iid, ...parseTid(name) });
    if (thread === null) throw this.#error("too many threads");
    return thread;
  }

  #begin(thread: RecordedThread): void {
    const sample = this.#sample;
    this.#thread = thread;
    this.#isComplete = false;
    this.#roots = [];
    this.#taskFrames = 0;
    this.#tables.enter(thread.pid);
    sample.pid = thread.pid;
    sample.iid = thread.iid;
    sample.tid = thread.tid;
    sample.threadName = thread.threadName;
    sample.threadIndex = thread.threadIndex;
    sample.isInvalid = false;
    sample.isCollecting = false;
    sample.isIdle = false;
    sample.timeUs = 0;
    sample.memoryBytes = 0;
  }

  /** Reads a frame, and those right behind it. */
  #frames(): void {
    if (this.#thread === null) throw this.#error("a frame before any stack");
    const cursor = this.#cursor;
    do {
      const id = this.#tables.frame(cursor);
      cursor.commit();
      if (this.#taskFrames > 0) this.#taskFrames--;
      else this.#addFrame(id);
    } while (cursor.skip(EventId.frame));
  }

  /** Adds a frame at the leaf. Of too many the outermost are dropped. */
  #addFrame(id: number): void {
    const roots = this.#roots;
    if (roots.length >= 2 * MAX_FRAMES) {
      roots.splice(0, MAX_FRAMES);
    }
    roots.push(id);
  }

  #time(): void {
    const timeUs = this.#cursor.varint();
    if (this.#taskFrames === UP_TO_TIME) {
      this.#taskFrames = 0;
      return;
    }
    this.#sample.timeUs = timeUs;
    if (!this.#needsMemory) this.#isComplete = true;
  }

  #memory(): void {
    this.#sample.memoryBytes = this.#cursor.varint();
    this.#isComplete = true;
  }

  /** Puts the frames of the thread's last stack before those read so far. */
  #repeat(): void {
    const last = this.#tables.withoutNativeLeaves(this.#thread!.lastFrames);
    this.#roots = [...last, ...this.#roots];
  }

  #task(): void {
    const cursor = this.#cursor;
    cursor.varint();
    cursor.varint();
    this.#tasksHaveCounts ??= this.#hasCount();
    this.#taskFrames = this.#tasksHaveCounts ? cursor.varint() : UP_TO_TIME;
  }

  /** Two shapes of this event are about, both as version 4. Frame keys come from addresses, so they do not look like an event. */
  #hasCount(): boolean {
    const first = this.#cursor.peek(0);
    if (!AFTER_TASK.includes(first)) return true;
    return AFTER_COUNT.includes(this.#cursor.peek(1));
  }

  #endSample(): ProfileEvent {
    const kernelCount = this.#tables.kernelLeaves(this.#roots);
    this.#sample.setFrames(this.#roots, kernelCount);
    if (this.#version >= MAX_VERSION) this.#keepToRepeat(this.#roots);
    this.#thread = null;
    this.#isComplete = false;
    return this.#event;
  }

  #keepToRepeat(roots: readonly number[]): void {
    const thread = this.#thread!;
    this.#repeatableFrames -= thread.lastFrames.length;
    thread.lastFrames = roots.slice(-MAX_FRAMES);
    this.#repeatableFrames += thread.lastFrames.length;
    if (this.#repeatableFrames > MAX_REPEATABLE_FRAMES) {
      throw this.#error("too many frames to repeat");
    }
  }

  #error(state: string): ProfileError {
    return new ProfileError(state, this.#cursor);
  }
}

/** @param name a thread's id in hexadecimal, or its name. */
function parseTid(name: string): { tid: number; threadName: string } {
  const isTid = /^[0-9a-f]{1,16}$/.test(name);
  return isTid
    ? { tid: parseInt(name, 16), threadName: "" }
    : { tid: 0, threadName: name };
}
