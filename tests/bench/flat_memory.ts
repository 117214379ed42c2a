// deno-lint-ignore-file no-console -- what a bench prints is its result
/**
 * Whether memory stays flat: a long run over a program that churns.
 *
 * `deno task bench:memory [--samples MILLIONS] [--format mojo|collapsed]`:
 * code objects, threads and processes come and go in built memory, as fast as
 * a sampler with its sink takes them. Prints at every million samples resident
 * memory, the heap, and what of it and of buffers is no garbage. Before the
 * first sample that is the built memory itself.
 */

import { parseArgs } from "node:util";
import { ByteWriter } from "../../src/output/byte_writer.ts";
import { ChurningPython } from "../support/churning_python.ts";
import { reachableBytes } from "../support/heap.ts";
import { SINKS } from "../support/profile.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    samples: { type: "string", default: "10" },
    format: { type: "string", default: "mojo" },
  },
});

const MILLION = 1_000_000;

const python = new ChurningPython();
const nowhere = { writeSync: (bytes: Uint8Array) => bytes.length };
const sink = new SINKS[values.format as keyof typeof SINKS](
  new ByteWriter(nowhere),
  python.frames,
  { flushPasses: false, metrics: "time" },
);
console.log("samples/M  RSS/MiB  heap/MiB  in use/MiB      s");
const start = performance.now();
for (let million = 0; million <= Number(values.samples); million++) {
  while (python.samples < million * MILLION) python.step(sink);
  const { rss, heapUsed } = Deno.memoryUsage();
  console.log([
    String(million).padStart(9),
    mebibytes(rss).padStart(8),
    mebibytes(heapUsed).padStart(9),
    mebibytes(reachableBytes()).padStart(11),
    ((performance.now() - start) / 1000).toFixed(1).padStart(6),
  ].join(" "));
}
console.log(`at most ${python.maxFrames} frames were known at a time`);

function mebibytes(bytes: number): string {
  return (bytes / (1 << 20)).toFixed(0);
}
