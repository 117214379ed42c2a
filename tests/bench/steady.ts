/**
 * Whether the loop leaves garbage behind: memory and collections in the steady
 * state.
 *
 * `deno task bench:steady [--quick] [--seconds N] [VERSION…]`: the program
 * runs from source, flat out to /dev/null, and V8 tells of its collections.
 * What is allocated is what the heap grew by between them; the first seconds,
 * in which the target is learnt and the code compiled, do not count. Growth is
 * that of a loop in this process over a million samples, garbage included.
 * Takes 3 minutes; `--quick` half a minute.
 */

import { pythons, type Version } from "../../scripts/pythons.ts";
import { root } from "../../scripts/tree.ts";
import { ByteWriter } from "../../src/output/byte_writer.ts";
import { CollapsedSink } from "../../src/output/collapsed.ts";
import { MojoSink } from "../../src/output/mojo.ts";
import { startTarget } from "../support/target.ts";
import {
  leaveSamplerCore,
  SAMPLER_CORE,
  TARGET_CORE,
} from "./support/cores.ts";
import { type Collection, parseCollections } from "./support/collections.ts";
import { benchOptions } from "./support/options.ts";
import { OwnLoop } from "./support/own_loop.ts";
import { austinClaim } from "./support/peers.ts";
import { Table, whole } from "./support/table.ts";

const DEPTHS = [9, 200];
const WARM_UP_MS = 3000;
const MILLION = 1_000_000;
/** Passes before the heap is looked at for the first time. */
const WARM_UP_PASSES = 300_000;

const SINKS = [
  { name: "text", args: [], Sink: CollapsedSink },
  { name: "MOJO", args: ["-b"], Sink: MojoSink },
] as const;

const options = benchOptions({ rounds: 1, seconds: 20 });
const seconds = Math.max(options.seconds, 6);
const versions: readonly Version[] = options.versions.length > 0
  ? options.versions
  : options.quick
  ? ["3.12"]
  : ["3.8", "3.12", "3.15"];
await leaveSamplerCore();
const table = new Table([
  "CPython",
  "frames  ",
  "collections",
  "longest ms",
  "all ms/s",
  "allocated B/sample",
  "growth KiB/million",
]);
for (const version of versions) {
  const [python] = await pythons([version]);
  if (python === undefined) throw new Error(`Needs CPython ${version}`);
  for (const depth of options.quick ? [9] : DEPTHS) {
    await using target = await startTarget(python, "deep.py", [3600, depth], {
      wrapper: TARGET_CORE,
    });
    for (const { name, args, Sink } of SINKS) {
      const { collections, perSec } = await trace(target.pid, args);
      const steady = collections.filter(({ atMs }) => atMs > WARM_UP_MS);
      const steadySec = seconds - WARM_UP_MS / 1000;
      const pauses = steady.map(({ pauseMs }) => pauseMs);
      table.row([
        python.fullVersion,
        `${depth} ${name}`,
        String(steady.length),
        Math.max(0, ...pauses).toFixed(2),
        (pauses.reduce((sum, ms) => sum + ms, 0) / steadySec).toFixed(2),
        (allocated(collections) / (perSec * steadySec)).toFixed(1),
        whole(growth(target.pid, Sink) / 1024),
      ]);
    }
  }
}

/** Runs the program and listens to V8. */
async function trace(
  pid: number,
  args: readonly string[],
): Promise<{ collections: Collection[]; perSec: number }> {
  const [program = "", ...rest] = [...SAMPLER_CORE, Deno.execPath(), "run"];
  const { stdout, stderr } = await new Deno.Command(program, {
    args: [
      ...[...rest, "-A", "--v8-flags=--trace-gc", `${root}/main.ts`],
      ...[...args, "-i", "1", "-x", String(seconds)],
      ...["-o", "/dev/null", "-p", String(pid)],
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  const printed = text.decode(stdout) + text.decode(stderr);
  const claim = austinClaim(printed);
  if (claim === null) throw new Error(printed);
  return {
    collections: parseCollections(printed),
    perSec: claim.stacks / claim.seconds,
  };
}

/** @returns bytes that were allocated between the collections of the steady state. */
function allocated(collections: readonly Collection[]): number {
  let bytes = 0;
  for (const [index, { atMs, beforeBytes }] of collections.entries()) {
    const last = collections[index - 1];
    if (atMs > WARM_UP_MS && last) bytes += beforeBytes - last.afterBytes;
  }
  return bytes;
}

/** @returns bytes by which the heap of this process grows in a million samples. */
function growth(
  pid: number,
  Sink: typeof CollapsedSink | typeof MojoSink,
): number {
  const loop = new OwnLoop(pid);
  const nowhere = { writeSync: (bytes: Uint8Array) => bytes.length };
  const sink = new Sink(new ByteWriter(nowhere), loop.frames, {
    flushPasses: false,
    metrics: "time",
  });
  loop.passes(WARM_UP_PASSES, sink);
  const before = Deno.memoryUsage().heapUsed;
  loop.passes(options.quick ? MILLION / 4 : MILLION, sink);
  return Deno.memoryUsage().heapUsed - before;
}
