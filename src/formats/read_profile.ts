/**
 * Reads a profile of any format that holds samples.
 *
 * Bytes come in pieces of any size, from a file or, as they are written, from
 * a pipe; only as much is held as one event needs.
 */

import { CollapsedDecoder } from "./read_collapsed.ts";
import { detectFormat, HEAD_SIZE, type ProfileFormat } from "./detect.ts";
import type { FrameIndex } from "./frame_index.ts";
import { ProfileError } from "./profile_error.ts";
import type { ProfileDecoder, ProfileEvent } from "./profile_events.ts";
import { MojoDecoder } from "./read_mojo.ts";

/** A decoder for each format. */
const DECODERS: Readonly<
  Record<ProfileFormat, new (index: FrameIndex) => ProfileDecoder>
> = {
  mojo: MojoDecoder,
  collapsed: CollapsedDecoder,
};

/**
 * Reads a whole profile.
 *
 * @param chunks its bytes; each piece is read before the next one is asked for.
 * @param index takes the frames.
 * @throws ProfileError, after the events before the damage
 */
export function* readProfile(
  chunks: Iterable<Uint8Array>,
  index: FrameIndex,
): Generator<ProfileEvent, void, void> {
  const decoder = new DetectingDecoder(index);
  for (const chunk of chunks) yield* decoder.decode(chunk);
  yield* decoder.end();
}

/** Reads a profile while it is written. See `readProfile`. */
export async function* readLiveProfile(
  chunks: AsyncIterable<Uint8Array>,
  index: FrameIndex,
): AsyncGenerator<ProfileEvent, void, void> {
  const decoder = new DetectingDecoder(index);
  for await (const chunk of chunks) yield* decoder.decode(chunk);
  yield* decoder.end();
}

/** What bytes can be read from; `Deno.FsFile` and `Deno.stdin` are. */
export interface ByteSource {
  /** @returns how many bytes were read; null at the end. */
  readSync(bytes: Uint8Array): number | null;
}

/** Bytes that are read at a time. */
export const CHUNK_SIZE = 64 * 1024;

/** The bytes of a file in pieces, each valid until the next is taken. */
export function* readChunks(
  source: ByteSource,
): Generator<Uint8Array, void, void> {
  const bytes = new Uint8Array(CHUNK_SIZE);
  for (;;) {
    const size = source.readSync(bytes);
    if (size === null) return;
    yield bytes.subarray(0, size);
  }
}

/** Decodes whichever format the bytes begin as. */
export class DetectingDecoder implements ProfileDecoder {
  readonly #index: FrameIndex;
  #decoder: ProfileDecoder | null = null;
  #head = new Uint8Array(0);

  constructor(index: FrameIndex) {
    this.#index = index;
  }

  *decode(bytes: Uint8Array): Generator<ProfileEvent, void, void> {
    if (this.#decoder !== null) return yield* this.#decoder.decode(bytes);
    const head = new Uint8Array(this.#head.length + bytes.length);
    head.set(this.#head);
    head.set(bytes, this.#head.length);
    this.#head = head;
    if (head.length >= HEAD_SIZE) yield* this.#begin();
  }

  *end(): Generator<ProfileEvent, void, void> {
    if (this.#decoder === null) yield* this.#begin();
    if (this.#decoder !== null) yield* this.#decoder.end();
  }

  *#begin(): Generator<ProfileEvent, void, void> {
    const head = this.#head;
    const format = detectFormat(head.subarray(0, HEAD_SIZE));
    if (format === null) throw notAProfile(head.length);
    this.#head = new Uint8Array(0);
    this.#decoder = new DECODERS[format](this.#index);
    yield* this.#decoder.decode(head);
  }
}

function notAProfile(size: number): ProfileError {
  const state = size === 0 ? "it is empty" : "it is none of a known format";
  return new ProfileError(
    state,
    { offset: 0 },
    "collapsed stacks and MOJO can be read, as austin writes them",
  );
}
