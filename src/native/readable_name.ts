/**
 * Names of functions as their programmers know them.
 *
 * | begins with          | is                                                |
 * | -------------------- | ------------------------------------------------- |
 * | `_Z`, `__Z`, `_R`    | C++ or Rust, which the demangler reads            |
 * | `__pyx_`             | Cython: its kind, the lengths and names of module and classes, a number unless it is the first, the function |
 *
 * Cython Compiler/Naming.py, Symtab.py `mangle`.
 */

import { MAX_MANGLED_SIZE } from "../limits.ts";

/** @returns null when the name is not mangled. */
export type Demangle = (name: string) => string | null;

/** Rust's older scheme looks like C++'s, and ends with a hash. */
const RUST_HASH = /::h[0-9a-f]{16}$/;

/** @returns the name for people, or as it is when there is none. */
export function readableName(name: string, demangle: Demangle): string {
  if (name.length > MAX_MANGLED_SIZE) return name.slice(0, MAX_MANGLED_SIZE);
  if (name.startsWith("__pyx_")) return cythonName(name) ?? name;
  if (!/^_{1,2}Z|^_R/.test(name)) return name;
  return demangle(name)?.replace(RUST_HASH, "") ?? name;
}

/** What Cython makes of a function: the function that Python calls, what it calls with the arguments, and others. */
const CYTHON = /^__pyx_(pw|pf|f|fuse_\d+\w*?|gb|specialmethod)_(?=\d)/;

/** @returns `module.Class.function`; null when it is none of Cython's functions. */
function cythonName(name: string): string | null {
  const [prefix, kind] = CYTHON.exec(name) ?? [];
  if (prefix === undefined) return null;
  const isNumbered = kind !== "f";
  const scopes: string[] = [];
  let rest = name.slice(prefix.length);
  for (;;) {
    const scope = takeScope(rest);
    if (scope === null) break;
    // The function's number and name may look like a scope; a class's name mostly begins with a capital.
    const isClear = scopes.length === 0 || /^\d/.test(scope.rest) ||
      /^[A-Z]/.test(scope.name);
    if (isNumbered && !isClear) break;
    scopes.push(scope.name);
    rest = scope.rest;
  }
  const own = isNumbered ? rest.replace(/^\d+/, "") : rest;
  if (scopes.length === 0 || own === "") return null;
  return [...scopes, own].join(".");
}

/** Takes `<length><name>_` from the start. */
function takeScope(
  text: string,
): { readonly name: string; readonly rest: string } | null {
  const digits = /^\d{1,4}/.exec(text)?.[0];
  if (digits === undefined) return null;
  const end = digits.length + Number(digits);
  if (Number(digits) === 0 || text[end] !== "_" || end + 1 >= text.length) {
    return null;
  }
  return { name: text.slice(digits.length, end), rest: text.slice(end + 1) };
}
