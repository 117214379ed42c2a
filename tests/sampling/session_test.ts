import assert from "node:assert/strict";
import { FrameTable } from "../../src/events/frame_table.ts";
import { ReadError } from "../../src/memory/remote_memory.ts";
import type { ProcessSampler } from "../../src/sampling/process_sampler.ts";
import {
  type AttachFailure,
  ProcessTree,
} from "../../src/sampling/process_tree.ts";
import {
  sampleUntilEnd,
  type SessionEnd,
  type SessionOptions,
} from "../../src/sampling/session.ts";
import { Statistics } from "../../src/sampling/statistics.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { layoutOf } from "../support/layouts.ts";
import { PythonMemory } from "../support/python_memory.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { SampledPython } from "../support/sampled_python.ts";

const INTERVAL_US = 100;

/** A run over a built process with one thread, by a clock of its own. */
class Session {
  readonly python: PythonMemory = new PythonMemory(layoutOf("3.12"));
  readonly clock: FakeClock = new FakeClock();
  readonly statistics: Statistics = new Statistics(INTERVAL_US);
  readonly #frames = new FrameTable();
  readonly sink: RecordingSink = new RecordingSink(this.#frames);
  readonly main: number = this.python.interpreter();
  signum = 0;
  /** What a look at the process gives. */
  attach: () => ProcessSampler | AttachFailure = () => this.find();

  readonly thread: number = this.python.thread(this.main, { tid: 1 });

  constructor() {
    this.python.setStack(this.thread, [{ code: this.python.code() }]);
  }

  /** @returns a sampler of the process, whose time counts from now on. */
  find(): ProcessSampler {
    const shared = { frames: this.#frames };
    return SampledPython.of(this.python, shared, this.clock.nowUs).sampler;
  }

  run(options: Partial<SessionOptions> = {}): SessionEnd {
    const discovery = { attach: () => this.attach(), childrenOf: () => [] };
    return sampleUntilEnd({
      tree: new ProcessTree(42, false, discovery),
      sink: this.sink,
      statistics: this.statistics,
      clock: this.clock,
      stopSignal: { takeStopSignal: () => this.signum },
      intervalUs: INTERVAL_US,
      endUs: Infinity,
      patienceUs: 50_000,
      ...options,
    });
  }
}

Deno.test("sampleUntilEnd() samples at each interval until the time is over", () => {
  const session = new Session();
  const end = session.run({ endUs: 1_000 });
  assert.deepEqual(end, { kind: "exposure" });
  const times = session.sink.samples.map(({ timeUs }) => timeUs);
  assert.deepEqual(times, [0, ...Array(10).fill(100)]);
  assert.equal(session.statistics.samples, 11);
});

Deno.test("sampleUntilEnd() ends with a signal", () => {
  const session = new Session();
  session.clock.onWake = () => {
    if (session.clock.nowUs === 300) session.signum = -2;
  };
  assert.deepEqual(session.run(), { kind: "signal", signum: -2 });
  assert.equal(session.sink.samples.length, 4);
});

Deno.test("sampleUntilEnd() samples the last, shorter interval as well", () => {
  const session = new Session();
  assert.deepEqual(session.run({ endUs: 250 }), { kind: "exposure" });
  const times = session.sink.samples.map(({ timeUs }) => timeUs);
  assert.deepEqual(times, [0, 100, 100, 50]);
});

Deno.test("sampleUntilEnd() ends with its process", () => {
  const session = new Session();
  session.clock.onWake = () => {
    if (session.clock.nowUs === 300) {
      session.python.memory.failure = ReadError.gone;
    }
  };
  assert.deepEqual(session.run(), { kind: "gone" });
  assert.equal(session.sink.samples.length, 3);
});

Deno.test("sampleUntilEnd() waits for a Python to come back, and no longer than its patience", () => {
  const session = new Session();
  session.clock.onWake = () => {
    if (session.clock.nowUs !== 300) return;
    session.python.setThreads(session.main, []);
    session.python.memory.unmap(session.thread);
    session.attach = () => "notPython";
  };
  assert.deepEqual(session.run(), { kind: "lost" });
  // 20 ms until the sampler is given up, then the patience.
  assert.ok(session.clock.nowUs > 70_000 && session.clock.nowUs < 71_000);
  assert.equal(session.sink.samples.length, 3);
});

Deno.test("sampleUntilEnd() counts the time of a process from when it was found", () => {
  const session = new Session();
  session.attach = () => {
    session.attach = () => {
      session.clock.nowUs += 5_000;
      return session.find();
    };
    return "notPython";
  };
  session.run({ endUs: 10_000 });
  const times = session.sink.samples.map(({ timeUs }) => timeUs);
  assert.ok(times.every((timeUs) => timeUs >= 0 && timeUs <= INTERVAL_US));
  assert.equal(session.statistics.longSamples, 0);
});

Deno.test("sampleUntilEnd() ends when no process can be found at all", () => {
  const session = new Session();
  session.attach = () => "gone";
  assert.deepEqual(session.run(), { kind: "gone" });
});

Deno.test("sampleUntilEnd() ends each pass, also one without samples", () => {
  const session = new Session();
  let passes = 0;
  const sink = new RecordingSink(new FrameTable());
  sink.passEnd = () => void passes++;
  session.attach = () => "notPython";
  session.run({ sink, endUs: 500 });
  assert.equal(passes, 6);
});

Deno.test("sampleUntilEnd() has itself watched now and then, between two passes", () => {
  const session = new Session();
  const ticks: number[] = [];
  const watcher = {
    periodUs: 250,
    tick: (nowUs: number) => void ticks.push(nowUs, session.statistics.samples),
  };
  session.run({ endUs: 1_000, watcher });
  assert.deepEqual(ticks, [300, 4, 600, 7, 900, 10]);
});
