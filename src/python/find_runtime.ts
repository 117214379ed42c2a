/**
 * Finds the CPython in a process: which one it is, and where.
 *
 * `searchRuntime` looks once and tells what it saw; `findRuntime` throws
 * instead; `waitForRuntime` gives a process time to become a Python, as it
 * needs when it was just launched, perhaps through wrappers that exec one.
 */

import type { ByteSource } from "../binary/byte_source.ts";
import { MAX_MODULES } from "../limits.ts";
import { memorySource } from "../memory/memory_source.ts";
import {
  ReadError,
  REGION_WORDS,
  type RemoteMemory,
  setRegion,
} from "../memory/remote_memory.ts";
import { type LoadedImage, loadedImage } from "../process/loaded_image.ts";
import { hasCode, type Module } from "../process/maps.ts";
import type { Process, Refusal } from "../process/process.ts";
import { attachError } from "./attach_error.ts";
import { checkPlace, type Finding, type Runtime } from "./runtime_check.ts";
import {
  exportedPlaces,
  placesInFile,
  type RuntimePlace,
  scannedPlaces,
} from "./runtime_places.ts";
import { fileName, versionOfFileName } from "./version.ts";

export type { Runtime } from "./runtime_check.ts";

/** What one look at a process gave. */
export type Search = Finding | { readonly kind: Refusal };

/** How hard to look. */
export type Effort =
  /** Only at symbols in memory, which nearly every Python has: a fraction of a millisecond. */
  | "quick"
  /** Also at files and variables: some milliseconds, for a large program more. */
  | "thorough";

/** A clock that can be slept on; `Clock` of `sampling/pacer.ts` is one. */
export interface Sleeper {
  /** Microseconds. */
  now(): number;
  sleepUntil(deadlineUs: number): number;
}

/** How long to wait for a Python. */
export interface Patience {
  readonly clock: Sleeper;
  readonly timeoutMs: number;
  /** Asked between two looks; waiting ends as if the time were over when it says so. */
  readonly stopped?: () => boolean;
  /** Looks at another process that this one may only be the launcher of. @returns null when there is none. */
  readonly behind?: (effort: Effort) => Search | null;
}

/** Pause between two looks. Python needs some 10 ms to start. */
const PAUSE_US = 1_000;

const NOT_PYTHON: Finding = { kind: "notPython" };

/** One way to find places in an image. */
type Stage = (
  image: LoadedImage,
  source: ByteSource,
  process: Process,
) => RuntimePlace[];

/** The ways in the order in which they are tried. */
const QUICK: readonly Stage[] = [
  (image, source) => exportedPlaces(source, image),
];

const THOROUGH: readonly Stage[] = [
  ...QUICK,
  (image, source, process) => {
    using file = process.openModule(image.module);
    return placesInFile(source, image, file);
  },
  (image, source) => scannedPlaces(source, image),
];

/**
 * Finds the CPython of a process that should have one.
 * @throws NotPythonError, UnknownVersionError, PermissionError or NoProcessError.
 */
export function findRuntime(process: Process, memory: RemoteMemory): Runtime {
  return runtimeOf(process, searchRuntime(process, memory, "thorough"));
}

/**
 * Finds the CPython of a process that may still have to start one.
 * @throws as `findRuntime` does: at once when waiting cannot help, else at the time-out.
 */
export function waitForRuntime(
  process: Process,
  memory: RemoteMemory,
  { clock, timeoutMs, stopped, behind }: Patience,
): Runtime {
  const deadline = clock.now() + timeoutMs * 1000;
  for (let attempt = 1;; attempt++) {
    const now = clock.now();
    const isLast = now >= deadline || stopped?.() === true;
    const effort = isLast || isPowerOfTwo(attempt) ? "thorough" : "quick";
    const own = searchRuntime(process, memory, effort);
    const search = own.kind === "notPython" ? behind?.(effort) ?? own : own;
    if (isLast || !mayChange(search)) return runtimeOf(process, search);
    clock.sleepUntil(Math.min(now + PAUSE_US, deadline));
  }
}

/** Thorough looks grow rare, so that a large program is not read over and over. */
function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0;
}

function mayChange({ kind }: Search): boolean {
  return kind === "notPython" || kind === "notReady" || kind === "failed";
}

function runtimeOf(process: Process, search: Search): Runtime {
  if (search.kind === "found") return search.runtime;
  if (search.kind === "notReady" && search.runtime) return search.runtime;
  throw attachError(process, search);
}

/** Looks for a CPython in a process, once. Does not throw for anything that the process does. */
export function searchRuntime(
  process: Process,
  memory: RemoteMemory,
  effort: Effort,
): Search {
  const modules = process.modules();
  if (typeof modules === "string") return { kind: modules };
  const refusal = probe(memory, modules);
  if (refusal !== null) return { kind: refusal };
  const source = memorySource(memory);
  const images = inOrder(modules)
    .map((module) => loadedImage(source, module))
    .filter((image) => image !== null);
  let best = NOT_PYTHON;
  for (const stage of effort === "quick" ? QUICK : THOROUGH) {
    let located = false;
    for (const { image, place } of placesIn(images, stage, source, process)) {
      const finding = checkPlace(memory, image, place);
      if (finding.kind === "found") return finding;
      best = better(best, finding);
      located ||= place.address !== null;
    }
    if (located) break;
  }
  return best.kind === "notPython" ? byName(memory, images) : best;
}

/** Looks at one image after the other, no further than it is asked to. */
function* placesIn(
  images: readonly LoadedImage[],
  stage: Stage,
  source: ByteSource,
  process: Process,
): Generator<{ image: LoadedImage; place: RuntimePlace }> {
  for (const image of images) {
    for (const place of stage(image, source, process)) yield { image, place };
  }
}

/** The maps of a process may be readable where its memory is not: Yama, and seccomp in containers, forbid only that. */
function probe(
  memory: RemoteMemory,
  modules: readonly Module[],
): Refusal | null {
  const mapping = modules[0]?.mappings[0];
  if (mapping === undefined) return null;
  switch (readByte(memory, mapping.start)) {
    case ReadError.gone:
      return "gone";
    case ReadError.denied:
      return "denied";
    case ReadError.failed:
      return "failed";
    default:
      return null;
  }
}

function readByte(memory: RemoteMemory, address: number): number {
  const regions = new Uint32Array(REGION_WORDS);
  setRegion(regions, 0, address, 1);
  return memory.readRegions(regions, 1, new Uint8Array(1));
}

/**
 * The executable, then what is called like Python or its library, then whatever
 * else has code. An emulator is an executable of its own, and what it runs, as
 * far as the kernel knows, is no code.
 */
function inOrder(modules: readonly Module[]): Module[] {
  const [executable, ...others] = modules;
  if (executable === undefined) return [];
  const named = others.filter(isNamedPython);
  return [
    executable,
    ...named,
    ...others.filter((module) => hasCode(module) && !named.includes(module)),
  ].slice(0, MAX_MODULES);
}

/** `libpython3.12.so.1.0`, on Windows `python312.dll`, on macOS `libpython3.12.dylib` or a framework's `Python`. */
function isNamedLibpython({ path }: Module): boolean {
  const name = fileName(path);
  return name === "Python" || /^(lib)?python\d.*\.(so|dll|dylib)/i.test(name);
}

/** Also `python3.12`, but not what Python's own folders hold. */
function isNamedPython(module: Module): boolean {
  return isNamedLibpython(module) ||
    /^python\d+(\.\d+)*[a-z]*$/.test(fileName(module.path));
}

/** A process with several Pythons is as good as the best of them. */
function better(a: Finding, b: Finding): Finding {
  return RANK[b.kind] > RANK[a.kind] ? b : a;
}

const RANK = { notPython: 0, unsupported: 1, notReady: 2, found: 3 } as const;

/** Names say that a Python is coming before anything else does. */
function byName(
  memory: RemoteMemory,
  images: readonly LoadedImage[],
): Finding {
  const image = images.find(({ module }, index) =>
    (index === 0 || isNamedLibpython(module)) &&
    versionOfFileName(module.path) !== null
  );
  if (image === undefined) return NOT_PYTHON;
  return checkPlace(memory, image, { address: null, version: null });
}
