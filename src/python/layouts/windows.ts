/**
 * The same CPythons on Windows, where a C `long` has 4 bytes.
 *
 * Only `PyThreadState` has fields of that type that matter: `thread_id` and
 * `native_thread_id`, and what comes after them. Before there was a
 * `native_thread_id`, `thread_id` is Windows' own id already.
 * 3.8 Python/thread_nt.h PyThread_get_thread_ident
 */

import type { Layout } from "./layout.ts";

type ThreadFields = Partial<Layout["thread"]>;

/** 3.8 to 3.10 Include/cpython/pystate.h _ts */
const HEAP_FRAMES: ThreadFields = {
  nativeThreadId: 176,
  uniqueId: 248,
  size: 256,
};

/** Fields of the thread state that are elsewhere, by minor of CPython 3. */
const MOVED: ReadonlyMap<number, ThreadFields> = new Map([
  [8, HEAP_FRAMES],
  [9, HEAP_FRAMES],
  [10, HEAP_FRAMES],
  // 3.11 Include/cpython/pystate.h _ts
  [11, { nativeThreadId: 156, dataStackChunk: 288, size: 304 }],
  // 3.12 Include/cpython/pystate.h _ts
  [12, { nativeThreadId: 140, dataStackChunk: 224, size: 240 }],
]);

/** @param minor of CPython 3 that the layout is for. @returns the layout of its 64-bit build for Windows. */
export function onWindows(layout: Layout, minor: number): Layout {
  const thread = { ...layout.thread, ...MOVED.get(minor), idSize: 4 } as const;
  return { ...layout, thread };
}
