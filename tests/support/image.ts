/**
 * Recorded images: what a sampler has read of a process that stood still, and where its threads were.
 *
 * They are in `tests/images/`, made by `deno task record-images`, and let the walkers be tested on every CPython where there
 * is none. A file is gzip over
 *
 * | part     | bytes                                                                         |
 * | -------- | ----------------------------------------------------------------------------- |
 * | header   | {@linkcode ImageHeader} as JSON, a line feed                                    |
 * | segments | the bytes of each segment, one after the other, in the order of the header     |
 */

import { gunzipSync, gzipSync } from "node:zlib";
import type { Module } from "../../src/process/maps.ts";
import type { Process } from "../../src/process/process.ts";
import { FakeMemory, type Segment } from "./fake_memory.ts";

/** A thread of one interpreter, as the program itself told. */
export interface ToldThread {
  readonly tid: number;
  readonly iid: number;
  /** From the leaf. */
  readonly stack:
    readonly (readonly [file: string, scope: string, line: number])[];
}

/** What is known of a process. */
export interface ImageFacts {
  /** For instance `3.12.1`. */
  readonly version: string;
  /** Address of `_PyRuntime`. */
  readonly runtimeAddress: number;
  /** The module that it is in. */
  readonly module: Module;
  readonly threads: readonly ToldThread[];
}

/** The first line of an image. */
export interface ImageHeader extends ImageFacts {
  readonly segments: readonly (readonly [address: number, size: number])[];
}

/** A process that was recorded. */
export interface Image extends ImageFacts {
  readonly memory: FakeMemory;
}

/** Folder of all images. */
export const IMAGES: string = `${import.meta.dirname}/../images`;

const LINE_FEED = 0x0a;

const PAGE_SIZE = 4096;

/** What stands for bytes that are there but were not recorded. */
const UNKNOWN_BYTE = 0x5a;

/** Makes the bytes of a file. */
export function packImage(
  facts: ImageFacts,
  segments: readonly Segment[],
): Uint8Array {
  const header: ImageHeader = {
    ...facts,
    segments: segments.map(({ address, bytes }) => [address, bytes.length]),
  };
  const head = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const parts = [head, ...segments.map(({ bytes }) => bytes)];
  const all = new Uint8Array(
    parts.reduce((size, part) => size + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return gzipSync(all, { level: 9 });
}

/** Reads the bytes of a file. */
export function unpackImage(packed: Uint8Array): Image {
  const all = new Uint8Array(gunzipSync(packed));
  let at = all.indexOf(LINE_FEED) + 1;
  const text = new TextDecoder().decode(all.subarray(0, at));
  const { segments, ...facts }: ImageHeader = JSON.parse(text);
  const memory = new FakeMemory();
  for (const [address, size] of segments) {
    memory.map(address, all.slice(at, at + size));
    at += size;
  }
  fillPages(memory);
  return { ...facts, memory };
}

/** Maps what lies between segments on one page or on two that follow each other: a process has whole pages. */
function fillPages(memory: FakeMemory): void {
  const segments = [...memory.segments];
  for (const [index, { address }] of segments.entries()) {
    const before = segments[index - 1];
    if (before === undefined) continue;
    const end = before.address + before.bytes.length;
    const isNear = Math.floor(address / PAGE_SIZE) -
        Math.floor((end - 1) / PAGE_SIZE) <= 1;
    if (!isNear || end === address) continue;
    memory.map(end, new Uint8Array(address - end).fill(UNKNOWN_BYTE));
  }
}

/** The process of an image, as far as finding its Python goes. */
export function processOf({ module }: Image): Process {
  return {
    pid: 42,
    modules: () => [module],
    openModule: () => null,
    permissionHint: () => "",
  };
}
