/**
 * The main module of a packed austin: small, because the runtime takes it
 * apart in search of imports on every start. It answers what was known when
 * the file was packed, and evaluates the bundle for all else.
 *
 * The entry stub, or the packer, puts a line before it that sets
 * `globalThis.__austin`. The bundle is evaluated, where the kernel mapped it if
 * it did; that costs half of what the same program as a module does. Its second script is evaluated when a module
 * in it is imported (see `later.ts`).
 */

import type { PackedProgram } from "../../ffi/library.ts";

/** What the program prints when this is its only argument; set by `bundle.ts`. */
declare const ANSWERS: Readonly<Record<string, string>>;

/** Bytes of the bundle's parts, one behind the other: two scripts, and the demangler's library. */
declare const START_SIZE: number;
declare const LATER_SIZE: number;
declare const DEMANGLER_SIZE: number;

/** The bundle in this process. */
interface MappedBundle {
  readonly address: number;
  /** Bytes. */
  readonly size: number;
}

/** The bundle beside the loader, on systems where it is unpacked. */
interface BundleFile {
  readonly path: string;
}

/** All that the entry stub leaves, and what the scripts leave for each other. */
interface Packed extends PackedProgram {
  readonly bundle: MappedBundle | BundleFile;
  /** Set by the second script. */
  modules?: Readonly<Record<string, () => object>>;
  /** Imports a module of the second script. */
  later(path: string): object;
  demangler: PackedProgram["demangler"];
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

function evaluate(start: number, end?: number): void {
  const text = new TextDecoder().decode(bundleBytes().subarray(start, end));
  // Indirect, so that it sees nothing of this module.
  (0, eval)(text);
}

function bundleBytes(): Uint8Array {
  const { bundle } = austin;
  if ("path" in bundle) return Deno.readFileSync(bundle.path);
  const pointer = Deno.UnsafePointer.create(BigInt(bundle.address))!;
  return new Uint8Array(
    Deno.UnsafePointerView.getArrayBuffer(pointer, bundle.size),
  );
}

if (answer()) Deno.exit(0);
austin.later = (path) => {
  if (austin.modules === undefined) {
    evaluate(START_SIZE, START_SIZE + LATER_SIZE);
  }
  return austin.modules![path]!();
};
austin.demangler = "path" in austin.bundle ? { address: 0, size: 0 } : {
  address: austin.bundle.address + START_SIZE + LATER_SIZE,
  size: DEMANGLER_SIZE,
};
evaluate(0, START_SIZE);
