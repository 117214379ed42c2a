/** The file that samples are taken from, or standard input. */

import { InputError } from "../errors.ts";
import { CHUNK_SIZE, readChunks } from "../formats/read_profile.ts";
import { heardSignals } from "./heard_signals.ts";

/** What stands for standard input. */
const STDIN = "-";

/** How long after a signal standard input may still come to its end. */
const PATIENCE_MS = 1_000;

/** An open profile. */
export interface Input extends Disposable {
  /** What it is called, for people. */
  readonly title: string;
  /** Its size in bytes; null where that is not known. */
  readonly size: number | null;
  /** The signal that ended it before its end, or 0. */
  readonly signum: number;
  /** Its bytes in pieces, each valid until the next is taken. @throws InputError */
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** @param path `-` for standard input. @throws InputError */
export function openInput(path: string): Input {
  if (path === STDIN) return new StandardInput();
  let file: Deno.FsFile | undefined;
  try {
    file = Deno.openSync(path);
    const { isFile, isDirectory, size } = file.statSync();
    if (isDirectory) throw new Deno.errors.IsADirectory("it is a folder");
    return {
      title: path.slice(path.search(/[^/\\]*$/)),
      size: isFile ? size : null,
      signum: 0,
      chunks: () => fileChunks(path, file!),
      [Symbol.dispose]: () => file!.close(),
    };
  } catch (cause) {
    file?.close();
    throw inputError(path, cause);
  }
}

function* fileChunks(
  path: string,
  file: Deno.FsFile,
): Generator<Uint8Array, void, void> {
  try {
    yield* readChunks(file);
  } catch (cause) {
    throw inputError(path, cause);
  }
}

/**
 * Standard input. A Ctrl-C reaches the program that writes it as well, so what
 * comes after one is still read, for a while.
 */
class StandardInput implements Input {
  readonly title = "standard input";
  readonly size = null;
  signum = 0;
  readonly #stopped = Promise.withResolvers<null>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = heardSignals.map(
    ([name, signum]) => ({ name, hear: () => this.#stop(signum) }),
  );

  constructor() {
    for (const { name, hear } of this.#listeners) {
      Deno.addSignalListener(name, hear);
    }
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    const bytes = new Uint8Array(CHUNK_SIZE);
    for (;;) {
      const read = Deno.stdin.read(bytes);
      const size = await Promise.race([read, this.#stopped.promise]);
      if (size === null) return;
      yield bytes.subarray(0, size);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const { name, hear } of this.#listeners) {
      Deno.removeSignalListener(name, hear);
    }
  }

  #stop(signum: number): void {
    if (this.signum !== 0) this.#stopped.resolve(null);
    this.signum = signum;
    this.#timer = setTimeout(() => this.#stopped.resolve(null), PATIENCE_MS);
  }
}

function inputError(path: string, cause: unknown): InputError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InputError(
    `Cannot read '${path}': ${reason}`,
    "name a file that austin wrote, or - for standard input",
    { cause },
  );
}
