/** Large profiles are read piece by piece: memory does not grow with them. */

import assert from "node:assert/strict";
import { startAustin } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import { slowTier, testNeeding } from "../support/needs.ts";

const MEGABYTE = 1024 * 1024;

/** A file four times as large may take as much more memory: the rest is the garbage collector's. */
const GROWTH = 1.5;

/** @returns a megabyte of samples of some hundred different stacks. */
function samples(): Uint8Array {
  const lines: string[] = [];
  for (let i = 0, size = 0; size < MEGABYTE; i++) {
    const frames = Array.from(
      { length: 12 },
      (_, depth) =>
        `;/app/package/module_${depth}.py:Class.method:${i % 40 + depth}`,
    );
    const line = `P1;T0:${i % 3 + 1}${frames.join("")} ${100 + i % 7}\n`;
    lines.push(line);
    size += line.length;
  }
  return new TextEncoder().encode(lines.join(""));
}

async function writeLargeFile(path: string, megabytes: number): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const { writable } = file;
  const writer = writable.getWriter();
  await writer.write(new TextEncoder().encode("# mode: wall\n\n"));
  const piece = samples();
  for (let i = 0; i < megabytes; i++) await writer.write(piece);
  writer.releaseLock();
}

/** @returns the most memory that austin had, in bytes. */
async function peakOf(path: string, format: string): Promise<number> {
  await using run = startAustin([
    "--from",
    path,
    "--format",
    format,
    "-o",
    `${path}.out`,
  ]);
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, highWaterMark(run.pid));
  }, 20);
  const { code, stderr } = await run.ended;
  clearInterval(timer);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return peak;
}

function highWaterMark(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return 1024 * Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    // It has ended.
    return 0;
  }
}

for (const format of ["mojo", "pprof"]) {
  Deno.test(`austin --from takes no more memory for a larger file: ${format}`, () =>
    inFolder(async (folder) => {
      await writeLargeFile(`${folder}/small`, 16);
      await writeLargeFile(`${folder}/large`, 64);
      const small = await peakOf(`${folder}/small`, format);
      const large = await peakOf(`${folder}/large`, format);
      assert.ok(small > 0 && large < GROWTH * small, `${large} and ${small}`);
    }));
}

testNeeding(
  [slowTier],
  "austin --from converts two gigabytes in a fraction of that",
  () =>
    inFolder(async (folder) => {
      await writeLargeFile(`${folder}/large`, 2048);
      const peak = await peakOf(`${folder}/large`, "summary");
      assert.ok(peak < 300 * MEGABYTE, `${peak / MEGABYTE} MB`);
    }),
);
