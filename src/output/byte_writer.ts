// Hot path: no allocation per sample.
/**
 * Bytes on their way to a file: one buffer, written out in large pieces.
 *
 * Sinks append at `position` and may read back what they wrote since the
 * buffer last began anew (`generation`), which is how a line is made from the
 * one before it. The buffer begins anew only in `reserve`.
 */

import { BrokenPipeError, OutputError } from "../errors.ts";

/** Whatever takes bytes; `Deno.FsFile` and `Deno.stdout` do. */
export interface ByteTarget {
  /** @returns how many of the bytes were taken. @throws Deno.errors.* */
  writeSync(bytes: Uint8Array): number;
}

/** Bytes that are collected before they are written. */
const FLUSH_SIZE = 64 * 1024;

/** Bytes of the buffer: room for some lines before it has to begin anew. */
const INITIAL_SIZE = 1024 * 1024;

/** Time between two tries at a pipe that is full and does not block. */
const PAUSE_MS = 1;

/** Appends bytes to a target. */
export class ByteWriter {
  readonly #target: ByteTarget;
  readonly #encoder = new TextEncoder();
  #written = 0;
  #isBroken = false;
  /** The buffer; it is replaced when a larger one is needed. */
  bytes = new Uint8Array(INITIAL_SIZE);
  /** Where the next byte goes. Sinks advance it by what they wrote. */
  position = 0;
  /** Changes whenever positions lose their meaning. */
  generation = 0;
  /** Bytes that the target has taken in all. */
  totalWritten = 0;

  constructor(target: ByteTarget) {
    this.#target = target;
  }

  /** Makes sure that `size` bytes fit behind `position`. */
  reserve(size: number): void {
    if (this.position - this.#written >= FLUSH_SIZE) this.flush();
    if (this.position + size <= this.bytes.length) return;
    this.flush();
    this.#written = 0;
    this.position = 0;
    this.generation++;
    if (size > this.bytes.length) this.bytes = new Uint8Array(size * 2);
  }

  /** Appends a text; for heads and trailers. */
  text(text: string): void {
    const bytes = this.#encoder.encode(text);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }

  /**
   * Hands everything to the target. After a failure nothing more is written:
   * the target has lost bytes in the middle.
   * @throws OutputError, BrokenPipeError
   */
  flush(): void {
    if (this.#isBroken) this.#written = this.position;
    while (this.#written < this.position) {
      const taken = this.#write(
        this.bytes.subarray(this.#written, this.position),
      );
      this.#written += taken;
      this.totalWritten += taken;
    }
  }

  #write(bytes: Uint8Array): number {
    try {
      return this.#target.writeSync(bytes);
    } catch (cause) {
      if (cause instanceof Deno.errors.Interrupted) return 0;
      if (cause instanceof Deno.errors.WouldBlock) {
        pause();
        return 0;
      }
      const lost = this.position - this.#written;
      this.#isBroken = true;
      throw writeError(cause, lost);
    }
  }
}

/** Lets the reader of a full pipe that does not block catch up. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}

function writeError(cause: unknown, lost: number): Error {
  if (cause instanceof Deno.errors.BrokenPipe) {
    return new BrokenPipeError(
      "Cannot write samples: the reader has gone",
      "",
      {
        cause,
      },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OutputError(
    `Cannot write samples: ${reason} (${lost} bytes were not written)`,
    "what was written before is intact; make room, or name another file with `-o/--output`",
    { cause },
  );
}
