/**
 * Where the shim library is, and its opening: the only `Deno.dlopen`.
 *
 * | started as      | the library is                                          |
 * | --------------- | ------------------------------------------------------- |
 * | packed file     | a memory file that the entry stub made, named in `globalThis.__austin` |
 * | compiled file   | included in the executable beside this module           |
 * | from sources    | `native/build/<target>/`, made by `deno task native`    |
 */

import { AustinError } from "../src/errors.ts";
import { demangleSymbols, symbols } from "./symbols.ts";

/** The ABI that this program was written for; `AUSTIN_ABI_VERSION` in the header. */
const ABI_VERSION = 4;

/** What the packed file's loader leaves for us; see `scripts/pack.ts`. */
export interface PackedProgram {
  /** Path of the shim library. */
  readonly library: string;
  /** Path of the packed file, where the runtime that it starts is another one (Windows). */
  readonly program?: string;
  /** Where the demangler's library is in this process, and its size in bytes; 0 when there is none. */
  readonly demangler: { readonly address: number; readonly size: number };
}

declare global {
  var __austin: PackedProgram | undefined;
}

/** The opened shim. */
export type Library = Deno.DynamicLibrary<typeof symbols>;

/** Path of the shim for the way in which this program was started. */
export function libraryPath(): string {
  const packed = globalThis.__austin;
  if (packed !== undefined) return packed.library;
  return `${import.meta.dirname}/../native/build/${Deno.build.target}/${libraryName()}`;
}

/** File name of the shim on this operating system. */
export function libraryName(): string {
  switch (Deno.build.os) {
    case "windows":
      return "austin.dll";
    case "darwin":
      return "libaustin.dylib";
    default:
      return "libaustin.so";
  }
}

/** Path of the demangler's library where it is a file. */
export function demanglerPath(): string {
  return `${import.meta.dirname}/../native/build/${Deno.build.target}/libaustin_demangle.so`;
}

/** The opened demangler. */
export type DemangleLibrary = Deno.DynamicLibrary<typeof demangleSymbols>;

/** Opens the demangler. @returns null when there is none: it was built where its library was missing. */
export function openDemangleLibrary(path: string): DemangleLibrary | null {
  try {
    return Deno.dlopen(path, demangleSymbols);
  } catch {
    return null;
  }
}

/** Opens the shim. @throws AustinError when it is missing or another version's. */
export function openLibrary(): Library {
  const path = libraryPath();
  let library: Library;
  try {
    library = Deno.dlopen(path, symbols);
  } catch (cause) {
    throw new AustinError(
      `Cannot load the shim library: ${path}`,
      "from sources, build it with `deno task native`",
      { cause },
    );
  }
  const version = library.symbols.austin_abi_version();
  if (version !== ABI_VERSION) {
    library.close();
    throw new AustinError(
      `Cannot use the shim library: it has ABI ${version}, this is for ${ABI_VERSION}`,
      "rebuild it with `deno task native`",
    );
  }
  return library;
}
