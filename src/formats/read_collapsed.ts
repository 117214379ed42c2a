// Hot path: once for each line of a profile.
/**
 * Reads collapsed stacks, as `output/collapsed.ts` specifies them and as
 * Austin has written them since version 3.
 *
 * Names are not escaped in Austin's own files, so they may hold anything but
 * line feeds: the last two colons of a frame tell its parts, the last space of
 * a line its metrics, and what `;` has torn apart is put together again. What
 * our writer has escaped stays escaped.
 */

import { ByteBuffer } from "./byte_buffer.ts";
import { copyText } from "./copy_text.ts";
import { FrameTexts, TOO_MANY_FRAMES } from "./frame_texts.ts";
import type { FrameIndex } from "./frame_index.ts";
import { MAX_LINE_SIZE, MAX_STRING_SIZE } from "./limits.ts";
import { ProfileError } from "./profile_error.ts";
import {
  metricsOfMode,
  type ProfileDecoder,
  type ProfileEvent,
  RecordedSample,
} from "./profile_events.ts";
import {
  type RecordedThread,
  RecordedThreads,
  type ThreadIdentity,
} from "./recorded_threads.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const INVALID = ":INVALID:";
const GC = ":GC:";

/** Decodes collapsed stacks. */
export class CollapsedDecoder implements ProfileDecoder {
  readonly #buffer = new ByteBuffer();
  readonly #decoder = new TextDecoder();
  readonly #frames: FrameTexts;
  readonly #threads = new RecordedThreads();
  readonly #sample = new RecordedSample();
  readonly #event: ProfileEvent = { kind: "sample", sample: this.#sample };
  #isMemoryMode = false;
  /** Number of the line at the buffer's start. */
  #line = 1;

  /** @param index takes the frames; it may hold those of other profiles. */
  constructor(index: FrameIndex) {
    this.#frames = new FrameTexts(index);
  }

  *decode(bytes: Uint8Array): Generator<ProfileEvent, void, void> {
    const buffer = this.#buffer;
    const unread = buffer.end - buffer.start;
    buffer.append(bytes);
    let searched = buffer.start + unread;
    for (;;) {
      const end = buffer.bytes.indexOf(LINE_FEED, searched);
      if (end < 0 || end >= buffer.end) break;
      const event = this.#readLine(end);
      buffer.start = end + 1;
      searched = buffer.start;
      this.#line++;
      if (event !== null) yield event;
    }
    if (buffer.end - buffer.start > MAX_LINE_SIZE) {
      throw this.#error(`a line of more than ${MAX_LINE_SIZE} bytes`);
    }
  }

  *end(): Generator<ProfileEvent, void, void> {
    const event = this.#readLine(this.#buffer.end);
    if (event !== null) yield event;
  }

  /** @returns what the line from the buffer's start says, if anything. */
  #readLine(end: number): ProfileEvent | null {
    const { bytes, start } = this.#buffer;
    const size = end > start && bytes[end - 1] === CARRIAGE_RETURN ? 1 : 0;
    const line = this.#decoder.decode(bytes.subarray(start, end - size));
    if (line === "") return null;
    return line.startsWith("#") ? this.#metadata(line) : this.#stack(line);
  }

  /** @returns `# <key>: <value>` as an event; anything else is a comment. */
  #metadata(line: string): ProfileEvent | null {
    const parts = /^# ([^:]+): (.*)$/s.exec(line);
    if (parts === null) return null;
    const [, key = "", value = ""] = parts;
    if (key === "mode") this.#isMemoryMode = metricsOfMode(value) === "memory";
    return { kind: "metadata", key, value };
  }

  #stack(line: string): ProfileEvent {
    const metrics = line.lastIndexOf(" ");
    const thread = line.indexOf(";");
    if (thread < 0 || metrics < thread) throw this.#error("no sample");
    const frames = line.indexOf(";", thread + 1);
    const headEnd = frames < 0 ? metrics : Math.min(frames, metrics);
    this.#readHead(line.slice(0, headEnd));
    this.#readFrames(line.slice(headEnd + 1, metrics));
    this.#readMetrics(line.slice(metrics + 1));
    return this.#event;
  }

  #readHead(head: string): void {
    const thread = this.#threads.get(head) ?? this.#addThread(head);
    const sample = this.#sample;
    sample.pid = thread.pid;
    sample.iid = thread.iid;
    sample.tid = thread.tid;
    sample.threadName = thread.threadName;
    sample.threadIndex = thread.threadIndex;
  }

  #addThread(head: string): RecordedThread {
    const identity = parseHead(head);
    if (identity === null) throw this.#error("no process or thread");
    const thread = this.#threads.add(copyText(head), identity);
    if (thread === null) throw this.#error("too many threads");
    return thread;
  }

  #readFrames(text: string): void {
    const sample = this.#sample;
    sample.isInvalid = false;
    sample.isCollecting = false;
    sample.frameCount = 0;
    sample.kernelCount = 0;
    if (text === "") return;
    const roots: number[] = [];
    let torn = "";
    for (const part of text.split(";")) {
      const name = torn + part;
      if (this.#readFrame(name, roots)) torn = "";
      else torn = `${name};`;
      if (torn.length > MAX_STRING_SIZE) break;
    }
    if (torn !== "") throw this.#error("no frame");
    sample.setFrames(roots, this.#frames.kernelLeaves(roots));
  }

  /** @returns whether the text is whole; if not, a `;` in a name has torn it apart. */
  #readFrame(text: string, roots: number[]): boolean {
    if (text === INVALID) this.#sample.isInvalid = true;
    else if (text === GC) this.#sample.isCollecting = true;
    else {
      const id = this.#frames.idOf(text);
      if (id === TOO_MANY_FRAMES) throw this.#error("too many frames");
      if (id < 0) return false;
      roots.push(id);
    }
    return true;
  }

  #readMetrics(text: string): void {
    const sample = this.#sample;
    const numbers = text.split(",").map(parseInteger);
    const [time = NaN, idle = 0, memory = 0] = numbers;
    const isKnown = (numbers.length === 1 || numbers.length === 3) &&
      !numbers.includes(NaN);
    if (!isKnown) throw this.#error("no metrics");
    const isMemory = this.#isMemoryMode && numbers.length === 1;
    sample.timeUs = isMemory ? 0 : time;
    sample.isIdle = idle !== 0;
    sample.memoryBytes = isMemory ? time : memory;
  }

  #error(state: string): ProfileError {
    const offset = this.#buffer.offsetOf(this.#buffer.start);
    return new ProfileError(state, { offset, line: this.#line });
  }
}

/** @returns what `P<pid>;T<iid>:<tid>` says, or null. Files before Austin 3.6 have no iid, those of Windows hexadecimal ids. */
function parseHead(head: string): ThreadIdentity | null {
  const parts = /^P(\d+);T(?:([0-9a-f]+):)?(.+)$/s.exec(head);
  if (parts === null) return null;
  const [, pid = "", iid = "0", tid = ""] = parts;
  return { pid: Number(pid), iid: parseId(iid), ...parseTid(tid) };
}

function parseTid(text: string): { tid: number; threadName: string } {
  const tid = parseId(text);
  return Number.isNaN(tid)
    ? { tid: 0, threadName: copyText(text) }
    : { tid, threadName: "" };
}

/** @returns a decimal number, else a hexadecimal one, else NaN. */
function parseId(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  return /^[0-9a-f]+$/.test(text) ? parseInt(text, 16) : NaN;
}

/** @returns the number, or NaN. */
function parseInteger(text: string): number {
  return /^-?\d+$/.test(text) ? Number(text) : NaN;
}
