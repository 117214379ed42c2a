/**
 * Another `austin` that samples for a view: it writes MOJO into a pipe, the
 * view reads. So nothing that a view does disturbs the sampling.
 *
 * Where the view owns the terminal it gets none: there is nothing for it to
 * read, and what it and the command that it launches write to standard error
 * is kept here. It does not
 * outlive its view: it is stopped when disposed of, and when the view is
 * killed its pipe breaks, which ends it and its command.
 */

import { SamplerError } from "../errors.ts";
import type { FrameIndex } from "../formats/frame_index.ts";
import { ProfileError } from "../formats/profile_error.ts";
import type { ProfileEvent } from "../formats/profile_events.ts";
import { DetectingDecoder } from "../formats/read_profile.ts";
import { LineTail } from "./line_tail.ts";

/** How `austin` is started, up to where the words for it begin. */
export interface SamplerProgram {
  readonly path: string;
  readonly args: readonly string[];
  /** Variables to add to our environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** How a sampler ended. */
export interface SamplerEnd {
  /** Its exit code; 128 and the signal's number when one killed it. */
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** Why its output could not be read to the end, if so. */
  readonly damage: ProfileError | null;
}

/** @returns the error that a sampler's last words are about; null when it ended well. */
export function samplerError(
  { code, signal }: SamplerEnd,
  messages: LineTail,
): SamplerError | null {
  if (code === 0) return null;
  if (signal !== null) {
    return new SamplerError(`The sampler was ended by ${signal}`, "", code);
  }
  const { lines } = messages;
  const at = lines.findLastIndex((line) => line.startsWith("austin: "));
  const message = lines[at]?.slice("austin: ".length) ??
    `The sampler ended with exit code ${code}`;
  const next = lines[at + 1] ?? "";
  const hint = next.startsWith("hint: ") ? next.slice("hint: ".length) : "";
  return new SamplerError(message, hint, code);
}

/** What makes it write for us. */
const OUTPUT_OPTIONS = ["--pipe", "--binary"];

/** Time that it and its command have to end once they have been asked to. */
const PATIENCE_MS = 3_000;

/** Time that its last words may take after its end: a process that it leaves behind may keep the pipe open. */
const LAST_WORDS_MS = 200;

/** Bounds of the pause between two reads: each costs as much as many samples do. */
const MIN_PAUSE_MS = 2;
const MAX_PAUSE_MS = 50;

/** Bytes in a read above which pauses get shorter; a pipe holds 64 KiB. */
const MANY_BYTES = 16 * 1024;

/** A running sampler. */
export class SamplerProcess implements AsyncDisposable {
  /** What it and its command wrote to standard error. */
  readonly messages: LineTail = new LineTail();
  readonly #child: Deno.ChildProcess;
  readonly #messagesRead: Promise<void>;
  #hasEnded = false;

  /**
   * @param options the words that say what to sample and how.
   * @param command the command to launch and its arguments; none to attach.
   * @param terminal whether it shares our standard input and error; what it
   *   writes is not kept then.
   */
  constructor(
    program: SamplerProgram,
    options: readonly string[],
    command: readonly string[],
    terminal: "shared" | "none" = "none",
  ) {
    const isShared = terminal === "shared";
    const launch = command.length === 0 ? [] : ["--", ...command];
    this.#child = new Deno.Command(program.path, {
      args: [...program.args, ...options, ...OUTPUT_OPTIONS, ...launch],
      env: { ...program.env },
      stdin: isShared ? "inherit" : "null",
      stdout: "piped",
      stderr: isShared ? "inherit" : "piped",
    }).spawn();
    this.#child.status.then(() => this.#hasEnded = true);
    this.#messagesRead = isShared ? Promise.resolve() : this.#readMessages();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Reads what it samples until it ends. To be called once.
   *
   * @param take is given each event, which is valid during the call.
   */
  async read(
    index: FrameIndex,
    take: (event: ProfileEvent) => void,
  ): Promise<SamplerEnd> {
    const damage = await this.#readSamples(new DetectingDecoder(index), take);
    // One that writes what cannot be read is of no use any more.
    if (damage !== null) this.stop();
    const { code, signal } = await this.#child.status;
    await within(LAST_WORDS_MS, this.#messagesRead);
    return { code, signal, damage };
  }

  /** Asks it to end: it asks its command, and waits for that. */
  stop(): void {
    this.kill("SIGTERM");
  }

  /** Sends it a signal, unless it has ended. */
  kill(signal: Deno.Signal): void {
    if (this.#hasEnded) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Stops it, and does not wait for ever. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    const timer = setTimeout(() => this.kill("SIGKILL"), PATIENCE_MS);
    await this.#child.status;
    clearTimeout(timer);
  }

  async #readSamples(
    decoder: DetectingDecoder,
    take: (event: ProfileEvent) => void,
  ): Promise<ProfileError | null> {
    try {
      for await (const bytes of unhurried(this.#child.stdout)) {
        for (const event of decoder.decode(bytes)) take(event);
      }
      for (const event of decoder.end()) take(event);
      return null;
    } catch (error) {
      if (error instanceof ProfileError) return error;
      throw error;
    }
  }

  async #readMessages(): Promise<void> {
    const texts = this.#child.stderr.pipeThrough(new TextDecoderStream());
    for await (const text of texts) this.messages.add(text);
  }
}

/** The pieces of a stream, taken no more often than its rate asks for. */
async function* unhurried(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let pauseMs = MIN_PAUSE_MS;
  for await (const bytes of stream) {
    yield bytes;
    pauseMs = bytes.length > MANY_BYTES
      ? Math.max(pauseMs / 2, MIN_PAUSE_MS)
      : Math.min(pauseMs * 1.25, MAX_PAUSE_MS);
    await sleep(pauseMs);
  }
}

/** Waits for something, but not for longer than that. */
async function within(ms: number, what: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([what, late.promise]);
  clearTimeout(timer);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
