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
