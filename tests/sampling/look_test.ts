import assert from "node:assert/strict";
import { FrameTable } from "../../src/events/frame_table.ts";
import { Sample } from "../../src/events/sample.ts";
import type { Sink } from "../../src/events/sink.ts";
import { lookAt, type Looker } from "../../src/sampling/look.ts";
import { PassStatus } from "../../src/sampling/process_sampler.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** What a sampler does in one pass: the lines of its stacks, or why there are none. */
type Pass = PassStatus | { readonly lines: number[]; readonly errors: number };

/** A sampler that does in turn what it is told to, the last thing for ever. */
class ToldSampler implements Looker {
  readonly #passes: Pass[];
  readonly #frames: FrameTable;
  readonly #sample = new Sample();
  errors = 0;
  count = 0;

  constructor(frames: FrameTable, passes: Pass[]) {
    this.#frames = frames;
    this.#passes = passes;
  }

  pass(sink: Sink): PassStatus {
    this.count++;
    const pass = this.#passes.length > 1
      ? this.#passes.shift()!
      : this.#passes[0]!;
    if (typeof pass === "number") return pass;
    this.errors = pass.errors;
    for (const line of pass.lines) this.#give(line, sink);
    return PassStatus.ok;
  }

  /** A stack of two frames: the leaf is in that line, its caller in the one before. */
  #give(line: number, sink: Sink): void {
    const sample = this.#sample;
    [line, line - 1].forEach((line, i) => {
      const frame = { file: "a.py", scope: "f", line };
      const rest = { endLine: 0, column: 0, endColumn: 0 };
      sample.frameIds[i] = this.#frames.add({ ...frame, ...rest });
    });
    sample.frameCount = 2;
    sample.tid = line;
    sample.isIdle = true;
    sink.sample(sample);
  }
}

function look(...passes: Pass[]) {
  const frames = new FrameTable();
  const sampler = new ToldSampler(frames, passes);
  return {
    sampler,
    result: lookAt(sampler, frames, new FakeClock()),
  };
}

/** The leaf's line of each stack. */
function linesOf(result: ReturnType<typeof lookAt>): number[] {
  if (typeof result === "number") throw new Error(`It gave ${result}`);
  return result.stacks.map(({ frames }) => frames.at(-1)!.line);
}

Deno.test("lookAt() keeps all that a pass says, frames from the root", () => {
  const { result } = look({ lines: [7], errors: 0 });
  const frame = {
    file: "a.py",
    scope: "f",
    endLine: 0,
    column: 0,
    endColumn: 0,
  };
  assert.deepEqual(result, {
    stacks: [{
      iid: 0,
      tid: 7,
      isIdle: true,
      isCollecting: false,
      isInvalid: false,
      frames: [{ ...frame, line: 6 }, { ...frame, line: 7 }],
    }],
    errors: 0,
  });
});

Deno.test("lookAt() looks again while something does not fit together", () => {
  const { result, sampler } = look(
    { lines: [1, 2], errors: 1 },
    PassStatus.lost,
    { lines: [3, 4], errors: 0 },
  );
  assert.deepEqual(linesOf(result), [3, 4]);
  assert.equal(sampler.count, 3);
});

Deno.test("lookAt() settles for the best look in the end", () => {
  const { result } = look(
    { lines: [1], errors: 2 },
    { lines: [2], errors: 1 },
    { lines: [3], errors: 2 },
  );
  assert.deepEqual(linesOf(result), [2]);
});

Deno.test("lookAt() settles for the best look when the process ends meanwhile", () => {
  const { result } = look({ lines: [1], errors: 1 }, PassStatus.gone);
  assert.deepEqual(linesOf(result), [1]);
});

Deno.test.each([["gone"], ["denied"]] as const)(
  "lookAt() tries no more when the process is %s",
  (status) => {
    const { result, sampler } = look(PassStatus[status]);
    assert.equal(result, PassStatus[status]);
    assert.equal(sampler.count, 1);
  },
);

Deno.test("lookAt() gives up on a process without threads", () => {
  assert.equal(look(PassStatus.lost).result, PassStatus.lost);
});
