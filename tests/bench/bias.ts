/**
 * Whether sampling favours some code over other: shares of time beside a known
 * split.
 *
 * `deno task bench:bias [--quick] [--seconds N] [VERSION…]`: a target shares
 * its time among three functions and tells in the end how long each really
 * had. They are alike, or one is calm, one calls very short functions and one
 * runs a generator: those are walked again more often, and a stack that is
 * taken later than it was due may be another function's. Sampled every 100 µs
 * for N seconds, 1 million stacks in 100, and five times as often flat out.
 * Prints how far the shares are off, and how many stacks were walked more than
 * once. Takes 12 minutes; `--quick` 1.
 */

import { pythons, type Version } from "../../scripts/pythons.ts";
import { startTarget } from "../support/target.ts";
import { takeSamplerCore, TARGET_CORE } from "./support/cores.ts";
import { benchOptions } from "./support/options.ts";
import { OwnLoop } from "./support/own_loop.ts";
import { percent, Table, whole } from "./support/table.ts";
import { TimeShares } from "./support/time_shares.ts";

const INTERVAL_US = 100;
/** Stacks flat out for each at that interval. */
const FLAT_OUT_TIMES = 5;
const LIFE_SEC = 3600;

const options = benchOptions({ rounds: 1, seconds: 100 });
const seconds = options.quick ? 5 : options.seconds;
const versions: readonly Version[] = options.versions.length > 0
  ? options.versions
  : options.quick
  ? ["3.12"]
  : ["3.8", "3.12", "3.15"];
await takeSamplerCore();
const table = new Table([
  "CPython",
  "functions",
  "every   ",
  "   stacks",
  "shares off by, in points",
  "walked again",
  "  errors",
]);
for (const version of versions) {
  for (const kind of ["alike", "unlike"]) {
    for (const intervalUs of [INTERVAL_US, 0]) {
      await measure(version, kind, intervalUs);
    }
  }
}

async function measure(
  version: Version,
  kind: string,
  intervalUs: number,
): Promise<void> {
  const [python] = await pythons([version]);
  if (python === undefined) throw new Error(`Needs CPython ${version}`);
  await using target = await startTarget(
    python,
    "split.py",
    [LIFE_SEC, 0, kind],
    { wrapper: TARGET_CORE },
  );
  const loop = new OwnLoop(target.pid);
  const shares = new TimeShares(loop.frames, Object.keys(target.facts.shares));
  const times = intervalUs === 0 ? FLAT_OUT_TIMES : 1;
  loop.passes(times * seconds * 1e6 / INTERVAL_US, shares, intervalUs);
  const off = shares.offBy((await target.finish()).wall);
  table.row([
    python.fullVersion,
    kind,
    intervalUs === 0 ? "flat out" : `${intervalUs} µs`,
    whole(shares.stacks),
    off.map((points) => points.toFixed(2)).join(", "),
    percent(loop.retried / shares.stacks, 2),
    percent(shares.errors / shares.stacks, 4),
  ]);
}
