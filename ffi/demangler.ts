/**
 * The demangler: a library of its own beside the shim, opened when the first
 * mangled name turns up.
 */

import type { Demangle } from "../src/native/readable_name.ts";
import { demanglerPath, openDemangleLibrary } from "./library.ts";
import type { Shim } from "./shim.ts";

/** Bytes that a name may have; templates make long ones. */
const MAX_NAME_SIZE = 16 * 1024;

/** @returns a demangler that knows no name where its library cannot be had. */
export function openDemangler(shim: Shim): Demangle {
  let demangle: Demangle | undefined;
  return (name) => (demangle ??= load(shim))(name);
}

function load(shim: Shim): Demangle {
  const path = pathOf(shim);
  const library = path === null ? null : openDemangleLibrary(path);
  if (library === null) return () => null;
  const { austin_demangle } = library.symbols;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const into = new Uint8Array(MAX_NAME_SIZE);
  return (name) => {
    const size = austin_demangle(
      encoder.encode(`${name}\0`),
      into,
      into.length,
    );
    return size < 0 ? null : decoder.decode(into.subarray(0, size));
  };
}

/** In a packed file the library is a part of it. */
function pathOf(shim: Shim): string | null {
  if (globalThis.__austin === undefined) return demanglerPath();
  const { address, size } = globalThis.__austin.demangler;
  const pointer = Deno.UnsafePointer.create(BigInt(address));
  if (size === 0 || pointer === null) return null;
  const bytes = Deno.UnsafePointerView.getArrayBuffer(pointer, size);
  return shim.memoryFile(new Uint8Array(bytes));
}
