/**
 * The main module of a packed austin: small, because the runtime takes it
 * apart in search of imports on every start. It answers what was known when
 * the file was packed, and evaluates the bundle for all else.
 *
 * The entry stub puts a line before it that sets `globalThis.__austin`. The
 * bundle is evaluated where the kernel mapped it; that costs half of what the
 * same program as a module does. Its second script is evaluated when a module
 * in it is imported (see `later.ts`).
 */

import type { PackedProgram } from "../../ffi/library.ts";

/** What the program prints when this is its only argument; set by `bundle.ts`. */
declare const ANSWERS: Readonly<Record<string, string>>;

/** Bytes of the first script of the bundle; the second is behind it. */
declare const START_SIZE: number;

/** All that the entry stub leaves, and what the scripts leave for each other. */
interface Packed extends PackedProgram {
  /** Where the bundle is in this process, and its size in bytes. */
  readonly bundle: { readonly address: number; readonly size: number };
  /** Set by the second script. */
  modules?: Readonly<Record<string, () => object>>;
  /** Imports a module of the second script. */
  later(path: string): object;
}

const austin = globalThis.__austin as Packed;

function answer(): boolean {
  const [only = "", ...others] = Deno.args;
  if (others.length > 0 || !Object.hasOwn(ANSWERS, only)) return false;
  const bytes = new TextEncoder().encode(ANSWERS[only]);
  try {
    // Whatever is odd about the output is for the program to report.
    return Deno.stdout.writeSync(bytes) === bytes.length;
  } catch {
    return false;
  }
}

function evaluate(start: number, end: number): void {
  const pointer = Deno.UnsafePointer.create(
    BigInt(austin.bundle.address + start),
  )!;
  const bytes = Deno.UnsafePointerView.getArrayBuffer(pointer, end - start);
  const text = new TextDecoder().decode(new Uint8Array(bytes));
  // Indirect, so that it sees nothing of this module.
  (0, eval)(text);
}

if (answer()) Deno.exit(0);
austin.later = (path) => {
  if (austin.modules === undefined) evaluate(START_SIZE, austin.bundle.size);
  return austin.modules![path]!();
};
evaluate(0, START_SIZE);
