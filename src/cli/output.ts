/** Where samples go: a file that is made before anything starts, or standard output. */

import { OutputFileError } from "../errors.ts";
import type { ByteTarget } from "../output/byte_writer.ts";

/** An open output. */
export interface Output extends ByteTarget, Disposable {
  isTerminal(): boolean;
}

/** @param path undefined for standard output. @throws OutputFileError */
export function openOutput(path: string | undefined): Output {
  if (path === undefined) {
    return {
      writeSync: (bytes) => Deno.stdout.writeSync(bytes),
      isTerminal: () => Deno.stdout.isTerminal(),
      [Symbol.dispose]: () => {},
    };
  }
  try {
    return Deno.openSync(path, { write: true, create: true, truncate: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OutputFileError(
      `Unable to create the given output file: '${path}': ${reason}`,
      "name another file with `-o/--output`",
      { cause },
    );
  }
}

/** Makes a folder; one that is there is used. @throws OutputFileError */
export function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OutputFileError(
      `Unable to create the given output folder: '${path}': ${reason}`,
      "name another folder with `-o/--output`",
      { cause },
    );
  }
}

/** Makes sure that what is read is not overwritten by what is made of it. @throws OutputFileError */
export function refuseSameFile(
  input: string | undefined,
  output: string | undefined,
): void {
  if (input === undefined || output === undefined) return;
  if (!isSameFile(input, output)) return;
  throw new OutputFileError(
    `Unable to create the given output file: '${output}' is the file that is read`,
    "name another file with `-o/--output`",
  );
}

function isSameFile(one: string, other: string): boolean {
  try {
    return Deno.realPathSync(one) === Deno.realPathSync(other) &&
      Deno.statSync(one).isFile;
  } catch {
    // One of them is not there, or no file.
    return false;
  }
}
