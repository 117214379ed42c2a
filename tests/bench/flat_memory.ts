// deno-lint-ignore-file no-console -- what a bench prints is its result
/**
 * Whether memory stays flat: a long run over a program that churns.
 *
 * `deno task bench:memory [--quick] [--samples MILLIONS] [--format mojo|collapsed]`:
 * code objects, threads and processes come and go in built memory, as fast as
 * a sampler with its sink takes them; 36 million samples are an hour at 100 µs.
 * Prints at every million samples resident memory, the heap, and what of it and
 * of buffers is no garbage. Before the first sample that is the built memory
 * itself. Takes 12 minutes; `--quick` 1.
 */

import { parseArgs } from "node:util";
import { ByteWriter } from "../../src/output/byte_writer.ts";
import { ChurningPython } from "../support/churning_python.ts";
import { reachableBytes } from "../support/heap.ts";
import { SINKS } from "../support/profile.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    samples: { type: "string" },
    format: { type: "string", default: "mojo" },
  },
});

const MILLION = 1_000_000;

/** Samples in which the program is compiled and all that it keeps grows to its full size. */
const WARM_UP_MILLIONS = 3;

const millions = Number(values.samples ?? (values.quick ? 4 : 36));

const python = new ChurningPython();
const nowhere = { writeSync: (bytes: Uint8Array) => bytes.length };
const sink = new SINKS[values.format as keyof typeof SINKS](
  new ByteWriter(nowhere),
  python.frames,
  { flushPasses: false, metrics: "time" },
);
console.log("samples/M  RSS/MiB  heap/MiB  in use/MiB      s");
const start = performance.now();
const resident: number[] = [];
for (let million = 0; million <= millions; million++) {
  while (python.samples < million * MILLION) python.step(sink);
  const { rss, heapUsed } = Deno.memoryUsage();
  if (million >= WARM_UP_MILLIONS) resident.push(rss);
  console.log([
    String(million).padStart(9),
    mebibytes(rss).padStart(8),
    mebibytes(heapUsed).padStart(9),
    mebibytes(reachableBytes()).padStart(11),
    ((performance.now() - start) / 1000).toFixed(1).padStart(6),
  ].join(" "));
}
const [least, most] = [Math.min(...resident), Math.max(...resident)];
console.log(
  `from ${WARM_UP_MILLIONS} million on, RSS is ${mebibytes(least)} to ` +
    `${mebibytes(most)} MiB: ${mebibytes(most - least)} MiB apart`,
);
console.log(`at most ${python.maxFrames} frames were known at a time`);

function mebibytes(bytes: number): string {
  return (bytes / (1 << 20)).toFixed(0);
}
