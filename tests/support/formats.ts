/** Samples of every kind, and what each format has to say of them. */

import type { Metrics } from "../../src/events/sample.ts";
import { lineFrame, type PlainSample, plainSample } from "./profile.ts";

const main = {
  ...lineFrame("/app/main.py", "<module>", 10),
  column: 1,
  endColumn: 7,
  endLine: 10,
};
const work = {
  ...lineFrame("/app/wörk.py", "Job.work", 5),
  column: 5,
  endColumn: 12,
  endLine: 5,
};
/** The same line, another expression. */
const workElsewhere = { ...work, column: 8, endColumn: 11 };
const other = lineFrame("/app/wörk.py", "Job.work", 6);

/** Two threads of one process, and a child; recursion, GC, missing frames, idleness, memory both ways. */
export const SAMPLES: readonly PlainSample[] = [
  plainSample({
    pid: 1,
    tid: 1,
    frames: [main, work],
    timeUs: 100,
    memoryBytes: 4096,
  }),
  plainSample({ pid: 1, tid: 2, frames: [main], timeUs: 100, isIdle: true }),
  plainSample({
    pid: 1,
    tid: 1,
    frames: [main, work, work],
    timeUs: 110,
    memoryBytes: -8192,
  }),
  plainSample({
    pid: 1,
    tid: 2,
    frames: [main, other],
    timeUs: 110,
    isCollecting: true,
  }),
  plainSample({ pid: 1, tid: 1, frames: [main, workElsewhere], timeUs: 120 }),
  plainSample({
    pid: 1,
    tid: 2,
    frames: [other],
    timeUs: 120,
    isInvalid: true,
    memoryBytes: 12_288,
  }),
  plainSample({
    pid: 7,
    iid: 1,
    tid: 7,
    frames: [],
    timeUs: 50,
    memoryBytes: 16,
  }),
];

/** Sums over `SAMPLES`. */
export const TOTALS = { wall: 710, cpu: 610, gained: 16_400, released: 8_192 };

/** What `Job.work` took itself. */
export const WORK_OWN = {
  wall: 450,
  cpu: 450,
  gained: 16_384,
  released: 8_192,
};

/** What `Job.work` took with what it called: garbage collection counts, recursion does not count twice. */
export const WORK_TOTAL = { ...WORK_OWN, wall: 560, cpu: 560 };

/** Metrics with the names of what they measure. */
export const MEASURED: Readonly<
  Record<Metrics, readonly (keyof typeof TOTALS)[]>
> = {
  time: ["wall"],
  memory: ["gained", "released"],
  full: ["wall", "cpu", "gained", "released"],
};
