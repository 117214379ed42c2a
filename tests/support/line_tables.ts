/** Line tables as CPython's compilers write them, from the line of each code unit. */

import type { LineTableKind } from "../../src/python/layouts/layout.ts";

/** @param lines line of each code unit; 0 for none, which `lnotab` cannot say: there it is that of the unit before. */
export function encodeLines(
  kind: LineTableKind,
  firstLine: number,
  lines: readonly number[],
): Uint8Array<ArrayBuffer> {
  switch (kind) {
    case "lnotab":
      return encodeLnotab(firstLine, lines);
    case "ranges":
      return encodeRanges(firstLine, lines);
    case "locations":
      return encodeLocations(firstLine, lines);
  }
}

function encodeLnotab(
  firstLine: number,
  lines: readonly number[],
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let line = firstLine;
  let last = 0;
  lines.forEach((wanted, unit) => {
    if (wanted === 0 || wanted === line) return;
    let distance = unit * 2 - last;
    for (; distance > 255; distance -= 255) bytes.push(255, 0);
    for (const step of stepsOf(wanted - line, -128)) {
      bytes.push(distance, step & 255);
      distance = 0;
    }
    line = wanted;
    last = unit * 2;
  });
  return new Uint8Array(bytes);
}

function encodeRanges(
  firstLine: number,
  lines: readonly number[],
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let line = firstLine;
  for (const wanted of lines) {
    if (wanted === 0) {
      bytes.push(2, 128);
      continue;
    }
    const steps = [...stepsOf(wanted - line, -127)];
    const last = steps.pop() ?? 0;
    for (const step of steps) bytes.push(0, step & 255);
    bytes.push(2, last & 255);
    line = wanted;
  }
  return new Uint8Array(bytes);
}

function* stepsOf(distance: number, lowest: number): Generator<number> {
  while (distance !== 0) {
    const step = Math.max(lowest, Math.min(127, distance));
    yield step;
    distance -= step;
  }
}

function encodeLocations(
  firstLine: number,
  lines: readonly number[],
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let line = firstLine;
  for (const wanted of lines) {
    if (wanted === 0) {
      bytes.push(0x80 | 15 << 3);
      continue;
    }
    bytes.push(0x80 | 13 << 3, ...signedVarint(wanted - line));
    line = wanted;
  }
  return new Uint8Array(bytes);
}

/** Groups of six bits, lowest first; bit 6 says that another follows. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 64; value = Math.floor(value / 64)) {
    bytes.push(64 | value % 64);
  }
  return [...bytes, value];
}

/** The sign is in bit 0. */
export function signedVarint(value: number): number[] {
  return varint(value < 0 ? -value * 2 + 1 : value * 2);
}
