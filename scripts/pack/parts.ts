/** What every way of packing starts from. */

import { AustinError } from "../../src/errors.ts";

/** What is packed. */
export interface PackOptions {
  /** Path of the program's main module. */
  readonly entry: string;
  /** Path of the file to make. */
  readonly output: string;
  /** What the program prints, and nothing else, when started with that single argument. */
  readonly answers?: Readonly<Record<string, string>>;
}

/** @throws AustinError when a part that is built elsewhere is not there. */
export async function readPart(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    throw new AustinError(
      `Cannot pack: ${path} cannot be read`,
      "build it with `deno task native`",
      { cause },
    );
  }
}

/** @returns all of them, one after the other. */
export function concatenated(
  parts: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
