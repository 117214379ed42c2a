import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameTable } from "../../src/events/frame_table.ts";
import { Sample } from "../../src/events/sample.ts";
import {
  type CallTree,
  kindOf,
  Mark,
  NodeKind,
  numberOf,
  ROOT,
} from "../../src/formats/call_tree.ts";
import { metricsOf } from "../../src/formats/metric.ts";
import { SampleTree } from "../../src/formats/sample_tree.ts";
import {
  lineFrame,
  type PlainSample,
  plainSample,
} from "../support/profile.ts";

/** A producer that forgets its frames now and then, and uses thread indexes again. */
class Producer {
  readonly frames = new FrameTable();
  readonly #sample = new Sample();
  readonly #ids = new Map<unknown, number>();

  sample(plain: PlainSample, forgets: boolean): Sample {
    if (forgets) {
      this.frames.clear();
      this.#ids.clear();
    }
    const { frames, threadName: _, ...fields } = plain;
    Object.assign(this.#sample, fields);
    this.#sample.threadIndex = plain.tid % 2;
    this.#sample.frameCount = frames.length;
    frames.forEach((frame, i) => {
      const id = this.#ids.get(frame) ?? this.frames.add(frame);
      this.#ids.set(frame, id);
      this.#sample.frameIds[frames.length - 1 - i] = id;
    });
    return this.#sample;
  }
}

function treeOf(
  samples: readonly PlainSample[],
  options: { mode?: string; limit?: number; forgetEach?: number } = {},
): SampleTree {
  const { mode = "full", limit, forgetEach = Infinity } = options;
  const producer = new Producer();
  const tree = new SampleTree(producer.frames, metricsOf(mode), limit);
  samples.forEach((sample, i) =>
    tree.add(producer.sample(sample, i % forgetEach === forgetEach - 1))
  );
  return tree;
}

/** Every stack of a tree as text, with what it has of its own. */
function pathsOf(samples: SampleTree): Map<string, number[]> {
  const { tree } = samples;
  const names = [""];
  const paths = new Map<string, number[]>();
  for (let node = ROOT + 1; node < tree.size; node++) {
    names[node] = `${names[tree.parent(node)]}/${nameOf(samples, node)}`;
    const own = samples.metrics.map((_, metric) => tree.own(metric, node));
    if (own.some((weight) => weight > 0)) paths.set(names[node]!, own);
  }
  return paths;
}

function nameOf(
  { tree, frames, threads, processes }: SampleTree,
  node: number,
) {
  const number = numberOf(tree.key(node));
  switch (kindOf(tree.key(node))) {
    case NodeKind.process:
      return `P${processes[number]}`;
    case NodeKind.thread:
      return `T${threads[number]!.iid}:${threads[number]!.tid}`;
    case NodeKind.mark:
      return Object.keys(Mark)[number];
    default: {
      const { scope, line } = frames.get(number);
      return `${scope}:${line}`;
    }
  }
}

/** The same, added up in the simplest way. */
function expectedPaths(samples: readonly PlainSample[]): Map<string, number[]> {
  const paths = new Map<string, number[]>();
  for (const sample of samples) {
    const { pid, iid, tid, timeUs, isIdle, memoryBytes } = sample;
    const path = [
      `/P${pid}/T${iid}:${tid}`,
      ...sample.isInvalid ? ["invalid"] : [],
      ...sample.frames.map(({ scope, line }) => `${scope}:${line}`),
      ...sample.isCollecting ? ["gc"] : [],
    ].join("/");
    const weights = [
      timeUs,
      isIdle ? 0 : timeUs,
      Math.max(memoryBytes, 0),
      Math.max(-memoryBytes, 0),
    ];
    if (weights.every((weight) => weight === 0)) continue;
    const sums = paths.get(path) ?? [0, 0, 0, 0];
    paths.set(path, sums.map((sum, i) => sum + weights[i]!));
  }
  return paths;
}

const FRAMES = Array.from(
  { length: 6 },
  (_, i) => lineFrame("a.py", `f${i >> 1}`, i),
);

const sample = fc.record({
  pid: fc.constantFrom(1, 2),
  iid: fc.constantFrom(0, 1),
  tid: fc.integer({ min: 1, max: 3 }),
  frames: fc.array(fc.constantFrom(...FRAMES), { maxLength: 6 }),
  isInvalid: fc.boolean(),
  isCollecting: fc.boolean(),
  isIdle: fc.boolean(),
  timeUs: fc.nat({ max: 1_000 }),
  memoryBytes: fc.integer({ min: -1_000, max: 1_000 }),
}).map(plainSample);

const samples = fc.array(sample, { maxLength: 60 });

Deno.test("SampleTree has what each stack was sampled with", () => {
  fc.assert(fc.property(samples, fc.integer({ min: 1, max: 9 }), (list, n) => {
    const tree = treeOf(list, { forgetEach: n });
    assert.deepEqual(pathsOf(tree), expectedPaths(list));
    assert.equal(tree.samples, list.length);
  }));
});

Deno.test("SampleTree stays within its bound and keeps every total", () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 20, max: 40 }), (list, limit) => {
      const whole = treeOf(list);
      const bound = treeOf(list, { limit });
      // One stack more than the bound: two levels, six frames, two marks.
      assert.ok(bound.tree.size <= limit + 10);
      for (const metric of [0, 1, 2, 3]) {
        assert.equal(
          bound.tree.totals(metric)[ROOT],
          whole.tree.totals(metric)[ROOT],
        );
      }
      assertOrdered(bound.tree);
    }),
  );
});

function assertOrdered(tree: CallTree): void {
  for (let node = 1; node < tree.size; node++) {
    assert.ok(tree.parent(node) < node);
  }
}

Deno.test("SampleTree keeps the heaviest and merges the rest", () => {
  const rare = Array.from({ length: 100 }, (_, i) =>
    plainSample({
      frames: [FRAMES[0]!, lineFrame("b.py", `rare${i}`, 1)],
      timeUs: 1,
    }));
  const hot = plainSample({ frames: FRAMES.slice(0, 4), timeUs: 1_000 });
  const tree = treeOf([hot, ...rare], { mode: "wall", limit: 32 });
  const paths = pathsOf(tree);
  assert.deepEqual(paths.get("/P1/T0:1/f0:0/f0:1/f1:2/f1:3"), [1_000]);
  const merged = paths.get("/P1/T0:1/f0:0/merged")![0]!;
  assert.ok(merged > 50);
  assert.equal(tree.dropped, merged);
});

Deno.test("SampleTree counts what a hostile file says within numbers", () => {
  const amounts = [Infinity, NaN, -5, 7];
  const tree = treeOf(
    amounts.map((timeUs) => plainSample({ pid: 2 ** 53, timeUs })),
    { mode: "wall" },
  );
  assert.deepEqual([...pathsOf(tree)], [
    [`/P${2 ** 53}/T0:1`, [Number.MAX_SAFE_INTEGER + 7]],
  ]);
});
