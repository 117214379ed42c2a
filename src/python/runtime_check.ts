/**
 * Whether a place in a process holds a CPython that can be sampled.
 *
 * Its version is told by the cookie at the start of `_PyRuntime` (3.13+), by
 * `Py_Version` (3.11+), by the text of `Py_GetVersion` or by the file's name.
 * Then the chain that every sample walks has to close: the runtime has an
 * interpreter, that has a thread state, and that points back to it.
 */

import { type Abi, pointerIn, type PointerSize } from "../binary/abi.ts";
import { type ByteSource, viewOf } from "../binary/byte_source.ts";
import { UnknownVersionError } from "../errors.ts";
import { memorySource } from "../memory/memory_source.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import type { LoadedImage } from "../process/loaded_image.ts";
import { COOKIE, readDebugOffsets } from "./debug_offsets.ts";
import { type Layout, layoutFor } from "./layouts/mod.ts";
import { bannerVersion, type RuntimePlace } from "./runtime_places.ts";
import {
  describe,
  isSupported,
  type Version,
  versionOfFileName,
  versionOfHex,
} from "./version.ts";

/** An interpreter that can be sampled. */
export interface Runtime {
  /** Address of `_PyRuntime`. */
  readonly address: number;
  readonly version: Version;
  /** It begins with `_Py_DebugOffsets` (3.13 on). */
  readonly selfDescribing: boolean;
  /** File of the module that it is in, as the process's maps name it. */
  readonly path: string;
  readonly layout: Layout;
}

/** What a place turned out to be. */
export type Finding =
  | { readonly kind: "found"; readonly runtime: Runtime }
  | NotReady
  | Unsupported
  | { readonly kind: "notPython" };

/** A CPython that is starting, or has been shut down. */
export interface NotReady {
  readonly kind: "notReady";
  readonly path: string;
  /** Set when only its exact version could not be told, as while it starts. */
  readonly runtime?: Runtime;
}

/** A CPython that we know no layout for. */
export interface Unsupported {
  readonly kind: "unsupported";
  /** For instance `Python 2.7.18`. */
  readonly python: string;
  /** What is wrong with its `_Py_DebugOffsets`, if its version alone is not the reason. */
  readonly cause?: UnknownVersionError;
}

/** Words of `_Py_DebugOffsets` that we read here: the cookie, then the version. */
const COOKIE_AND_VERSION_SIZE = 16;

/** First minor of CPython 3 that begins with the cookie. */
const FIRST_SELF_DESCRIBING_MINOR = 13;

/** Looks at a place in an image. */
export function checkPlace(
  memory: RemoteMemory,
  image: LoadedImage,
  place: RuntimePlace,
): Finding {
  const source = memorySource(memory);
  const { path } = image.module;
  const ownVersion = describedVersion(source, place.address);
  const version = ownVersion ?? place.version ?? bannerVersion(source, image) ??
    versionOfFileName(path);
  if (version === null) return { kind: "notReady", path };
  const python = describe(version);
  if (!isSupported(version)) return { kind: "unsupported", python };
  if (image.abi === null) {
    return { kind: "unsupported", python: `a ${image.bits}-bit ${python}` };
  }
  const selfDescribing = ownVersion !== null;
  const { address } = place;
  if (address === null || selfDescribing !== shouldDescribeItself(version)) {
    return { kind: "notReady", path };
  }
  const layout = readLayout(memory, address, version, image.abi);
  if (layout instanceof UnknownVersionError) {
    return { kind: "unsupported", python, cause: layout };
  }
  if (!isRunning(source, address, layout)) return { kind: "notReady", path };
  const runtime = { address, version, selfDescribing, path, layout };
  return version.micro === null
    ? { kind: "notReady", path, runtime }
    : { kind: "found", runtime };
}

/** @returns the version in `_Py_DebugOffsets`, or null when there is no such table. */
function describedVersion(
  source: ByteSource,
  address: number | null,
): Version | null {
  if (address === null) return null;
  const view = viewOf(source, address, COOKIE_AND_VERSION_SIZE);
  if (view === null) return null;
  for (let i = 0; i < COOKIE.length; i++) {
    if (view.getUint8(i) !== COOKIE.charCodeAt(i)) return null;
  }
  return versionOfHex(view.getUint32(COOKIE.length, true));
}

function shouldDescribeItself({ minor }: Version): boolean {
  return minor >= FIRST_SELF_DESCRIBING_MINOR;
}

function readLayout(
  memory: RemoteMemory,
  address: number,
  version: Version,
  abi: Abi,
): Layout | UnknownVersionError {
  const layout = layoutFor(version, abi);
  if (layout !== null) return layout;
  try {
    return readDebugOffsets(memory, address, version.minor, abi);
  } catch (error) {
    if (error instanceof UnknownVersionError) return error;
    throw error;
  }
}

/** @returns whether an interpreter of the runtime has a thread that belongs to it. */
function isRunning(
  source: ByteSource,
  address: number,
  layout: Layout,
): boolean {
  const head = address + layout.runtime.interpretersHead;
  // `main` follows `head` in every version. A sub-interpreter that is just
  // being made is the head already, but has no thread yet.
  const { pointerSize } = layout;
  const newest = pointerAt(source, head, pointerSize);
  const main = pointerAt(source, head + pointerSize, pointerSize);
  return ownsThread(source, newest, layout) || ownsThread(source, main, layout);
}

function ownsThread(
  source: ByteSource,
  interpreter: number,
  layout: Layout,
): boolean {
  if (interpreter === 0) return false;
  const { pointerSize, interpreter: { threadsHead } } = layout;
  const thread = pointerAt(source, interpreter + threadsHead, pointerSize);
  if (thread === 0) return false;
  const owner = thread + layout.thread.interpreter;
  return pointerAt(source, owner, pointerSize) === interpreter;
}

/** @returns the pointer at an address; 0 when it cannot be read. */
function pointerAt(
  source: ByteSource,
  address: number,
  size: PointerSize,
): number {
  const view = viewOf(source, address, size);
  return view === null ? 0 : pointerIn(view, 0, size);
}
