/**
 * The main module of a packed austin: small, because the runtime takes it
 * apart in search of imports on every start. It answers what was known when
 * the file was packed, and evaluates the bundle for all else.
 *
 * The entry stub puts a line before it that sets `globalThis.__austin`. The
 * bundle is evaluated where the kernel mapped it; that costs half of what the
 * same program as a module does.
 */

import type { PackedProgram } from "../../ffi/library.ts";

/** What the program prints when this is its only argument; set by `bundle.ts`. */
declare const ANSWERS: Readonly<Record<string, string>>;

/** All that the entry stub leaves. */
interface Packed extends PackedProgram {
  /** Where the bundle is in this process, and its size in bytes. */
  readonly bundle: { readonly address: number; readonly size: number };
}

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

function evaluateBundle(): void {
  const { address, size } = (globalThis.__austin as Packed).bundle;
  const pointer = Deno.UnsafePointer.create(BigInt(address))!;
  const bytes = Deno.UnsafePointerView.getArrayBuffer(pointer, size);
  const text = new TextDecoder().decode(new Uint8Array(bytes));
  // Indirect, so that it sees nothing of this module.
  (0, eval)(text);
}

if (answer()) Deno.exit(0);
evaluateBundle();
