/**
 * `_Py_DebugOffsets` as CPython has it: the words behind the cookie, in their order. 3.13.0, 3.14.10 and 3.15.2 for x86_64,
 * with and without the GIL ("t"). 3.13 Include/internal/pycore_runtime.h _Py_DebugOffsets
 */

import { COOKIE } from "../../src/python/debug_offsets.ts";

/** A version that describes itself. */
export interface DebugOffsets {
  readonly name: string;
  readonly minor: number;
  readonly words: readonly number[];
}

/** The table as it is at the start of `_PyRuntime`. */
export function debugOffsetsBytes(
  words: readonly number[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(COOKIE.length + words.length * 8);
  new TextEncoder().encodeInto(COOKIE, bytes);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) =>
    view.setBigUint64(COOKIE.length + i * 8, BigInt(word), true)
  );
  return bytes;
}

function parse(name: string, text: string): DebugOffsets {
  const words = text.trim().split(/\s+/).map(Number);
  return { name, minor: Number(name.match(/\d+/g)?.[1]), words };
}

/** Every version that describes itself. */
export const DEBUG_OFFSETS: readonly DebugOffsets[] = [
  parse(
    "3.13",
    `
    51183856 0 283320 608 632 194968 7272 7264 7344 7400 7656 7640 7648 16 7752 0 7768 7760 304 0 8 16 72 152 160
    232 32 80 8 0 56 72 70 208 112 120 128 136 68 52 96 104 200 16 8 416 24 88 168 32 24 16 40 24 16 48 32 40 24
    16 32 16 24 40 16 32 64 32 16 40 240 200
  `,
  ),
  parse(
    "3.14",
    `
    51251952 0 316616 784 808 225864 7280 7272 7344 7360 7408 7688 7672 7680 16 7784 0 7800 7792 7992 0 832 0 8 16
    72 152 160 232 32 88 8 0 56 80 74 64 0 216 112 120 128 136 68 52 96 104 208 0 16 8 416 24 88 168 40 32 16 40
    24 16 200 24 40 32 48 32 40 24 16 32 16 24 40 16 32 64 32 16 40 264 192 160 24 72 67 0 8 24 304 8076 0 4 512
  `,
  ),
  parse(
    "3.14t",
    `
    51251952 1 365624 784 808 249976 7280 7272 7344 7360 7408 7712 7696 7704 16 7808 0 7832 7824 8024 17300 832 0
    8 16 72 152 160 232 32 88 8 0 56 80 78 64 72 240 128 136 144 152 84 68 112 120 232 224 32 24 432 40 104 184 56
    48 32 56 40 32 216 40 56 48 64 48 56 40 32 48 32 40 56 32 48 80 48 32 56 288 192 176 40 88 83 0 8 24 304 8108
    0 4 512
  `,
  ),
  parse(
    "3.15",
    `
    51315440 0 346560 912 936 226232 7272 7264 7336 7352 7400 7592 7576 7584 16 7736 0 7752 7744 7944 0 888 0 8 16
    72 80 88 96 176 184 256 32 36 40 136 288 0 88 8 0 56 80 74 64 0 216 112 120 128 136 68 52 96 104 208 0 16 8
    424 24 88 168 32 288 944 888 40 32 16 40 24 16 200 24 40 32 48 32 40 24 16 32 16 24 40 16 32 64 32 16 40 56
    176 112 120 1120 104 160 24 72 67 0 8 24 344 8028 0 4 512
  `,
  ),
  parse(
    "3.15t",
    `
    51315440 1 409296 912 936 250328 7272 7264 7336 7352 7400 7592 7576 7584 16 7736 0 7760 7752 7952 17252 888 0
    8 16 72 80 88 96 176 184 256 32 36 40 136 288 0 88 8 0 56 80 78 64 72 240 128 136 144 152 84 68 112 120 232
    224 32 24 440 40 104 184 48 304 968 904 56 48 32 56 40 32 216 40 56 48 64 48 56 40 32 48 32 40 56 32 48 80 48
    32 56 72 176 112 120 224 104 176 40 88 83 0 8 24 344 8036 0 4 512
  `,
  ),
];
