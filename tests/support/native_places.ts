/** The C that `tests/targets/native_stacks.py` goes through, built for each Python. */

import { basename } from "node:path";
import type { Python } from "../../scripts/pythons.ts";
import { run } from "../../scripts/pythons/run.ts";
import { type Workshop, workshop } from "./c_compiler.ts";

/** What both ways of calling share. The counter keeps calls from being the last thing that a function does. */
const PLACES = `
volatile long calls;
__attribute__((noinline)) static long inner_place(void *function) {
  void *result = PyObject_CallObject(function, 0);
  calls++;
  return result ? 0 : -1;
}
__attribute__((noinline)) PUBLIC long outer_place(void *function) {
  long result = inner_place(function);
  calls++;
  return result;
}
`;

const LIBRARY = `
#define PUBLIC
extern void *PyObject_CallObject(void *, void *);
${PLACES}
int callback_place(int (*function)(int), int which) {
  int result = function(which);
  calls++;
  return result;
}
/* As C++ and Rust name them. */
long cpp_place(void *) __asm__("_ZN4spam4eggsEi");
long cpp_place(void *function) {
  long result = outer_place(function);
  calls++;
  return result;
}
`;

/** Without tables, and with a frame that cannot be guessed. */
const UNTABLED = `
extern long outer_place(void *);
extern volatile long calls;
long untabled_place(void *function) {
  volatile char room[1000];
  room[0] = 1;
  long result = outer_place(function);
  calls += room[0];
  return result;
}
`;

const EXTENSION = `
#include <Python.h>
#define PUBLIC static
#define PyObject_CallObject(function, arguments) \\
  ((void *)PyObject_CallObject((PyObject *)(function), arguments))
${PLACES}
static PyObject *call(PyObject *self, PyObject *function) {
  (void)self;
  long result = outer_place(function);
  calls++;
  return result < 0 ? NULL : PyLong_FromLong(result);
}
static PyMethodDef methods[] = {{"outer_place", call, METH_O, ""}, {0}};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "native_places", "", -1, methods};
PyMODINIT_FUNC PyInit_native_places(void) { return PyModule_Create(&module); }
`;

const SHARED = ["-shared", "-fPIC", "-g", "-O1", "-fno-optimize-sibling-calls"];

/** Line of the library's source at which `outer_place` calls `inner_place`. */
export const OUTER_CALL_LINE: number =
  LIBRARY.split("\n").indexOf("  long result = inner_place(function);") + 1;

/** The built C. */
export interface NativePlaces extends AsyncDisposable {
  /** The folder, as the Python sees it. */
  readonly folder: string;
}

/** Builds the library, and for a Python with headers the extension module. */
export async function nativePlaces(
  python: Python,
  kind: "ctypes" | "extension" | "untabled",
): Promise<NativePlaces> {
  await using built = await workshop();
  await compileLibrary(built);
  if (kind === "extension") {
    const include = await includeFolder(python);
    await built.compile("native_places.so", EXTENSION, [
      ...SHARED,
      `-I${include}`,
    ]);
  }
  const outside = await Deno.makeTempDir({
    dir: python.outside("/tmp"),
    prefix: "austin-places-",
  });
  for (const name of ["libplaces.so", "native_places.so"]) {
    await Deno.copyFile(built.path(name), `${outside}/${name}`)
      .catch(() => {});
  }
  return {
    folder: `/tmp/${basename(outside)}`,
    [Symbol.asyncDispose]: () => Deno.remove(outside, { recursive: true }),
  };
}

async function compileLibrary(built: Workshop): Promise<void> {
  const object = await built.compile("untabled.o", UNTABLED, [
    "-c",
    "-fPIC",
    "-O1",
    "-fomit-frame-pointer",
    "-fno-asynchronous-unwind-tables",
  ]);
  await built.compile("libplaces.so", LIBRARY, [...SHARED, object]);
}

/** @returns the folder of `Python.h`, which must be there. */
async function includeFolder(python: Python): Promise<string> {
  const code = "import sysconfig; print(sysconfig.get_paths()['include'])";
  return (await run([...python.command, "-c", code])).trim();
}
