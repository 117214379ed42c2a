import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type ViewNode,
  viewTree,
  WHOLE,
} from "../../../src/formats/flame_graph/view_tree.ts";
import { documentOf } from "../../support/flame_profile.ts";
import { lineFrame, plainSample } from "../../support/profile.ts";

const [A1, A2, B3, C4] = [
  lineFrame("x.py", "a", 1),
  lineFrame("x.py", "a", 2),
  lineFrame("x.py", "b", 3),
  lineFrame("y.py", "b", 4),
];

const SAMPLES = [
  plainSample({ pid: 1, tid: 10, frames: [A1, B3], timeUs: 5 }),
  plainSample({ pid: 1, tid: 10, frames: [A2, B3], timeUs: 7, isIdle: true }),
  plainSample({ pid: 1, tid: 11, frames: [A1, C4], timeUs: 11 }),
  plainSample({ pid: 2, tid: 20, frames: [A1], timeUs: 13, memoryBytes: 64 }),
];

/** A tree as indented text. */
function outline(node: ViewNode, indent = ""): string {
  const { name, value, own, children } = node;
  const below = children.map((child) => outline(child, `${indent} `));
  return `${indent}${name} ${value} ${own}\n${below.join("")}`;
}

Deno.test("viewTree() shows processes, threads and functions", () => {
  assert.equal(
    outline(viewTree(documentOf(SAMPLES), WHOLE)),
    `all 36 0
 process 1 23 0
  thread 10 12 0
   a 12 0
    b 12 12
  thread 11 11 0
   a 11 0
    b 11 11
 process 2 13 0
  thread 20 13 0
   a 13 13
`,
  );
});

Deno.test("viewTree() shows lines, without processes and threads", () => {
  const view = {
    ...WHOLE,
    byLine: true,
    showsProcesses: false,
    showsThreads: false,
  };
  assert.equal(
    outline(viewTree(documentOf(SAMPLES), view)),
    `all 36 0
 a:1 29 13
  b:3 5 5
  b:4 11 11
 a:2 7 0
  b:3 7 7
`,
  );
});

Deno.test("viewTree() tells functions of one name in two files apart", () => {
  const view = { ...WHOLE, showsProcesses: false, showsThreads: false };
  const [a] = viewTree(documentOf(SAMPLES), view).children;
  assert.deepEqual(a!.children.map(({ file, value }) => [file, value]), [
    ["x.py", 12],
    ["y.py", 11],
  ]);
});

Deno.test("viewTree() shows one process, one thread, one metric", () => {
  const document = documentOf(SAMPLES);
  const value = (view: Partial<typeof WHOLE>) =>
    viewTree(document, { ...WHOLE, ...view }).value;
  assert.deepEqual(document.metrics.map(({ name }) => name), [
    "wall",
    "cpu",
    "gained",
    "released",
  ]);
  assert.equal(value({ process: 0 }), 23);
  assert.equal(value({ thread: 1 }), 11);
  assert.equal(value({ metric: 1 }), 29);
  assert.equal(value({ metric: 2 }), 64);
  assert.equal(value({ metric: 3 }), 0);
});

Deno.test("viewTree() compares with a base by function, whatever its process", () => {
  const base = [
    plainSample({ pid: 9, tid: 9, frames: [A2, B3], timeUs: 100 }),
  ];
  const root = viewTree(documentOf(SAMPLES, { base }), WHOLE);
  const [a] = root.children;
  assert.deepEqual([root.value, root.base], [36, 100]);
  assert.deepEqual([a!.name, a!.value, a!.base], ["a", 36, 100]);
  assert.deepEqual(a!.children.map(({ base }) => base), [100, 0]);
});

Deno.test("viewTree() shows stacks deeper than any browser draws, cut", () => {
  const frames = Array.from(
    { length: 20_000 },
    (_, i) => lineFrame("deep.py", `f${i}`, 1),
  );
  const document = documentOf([plainSample({ frames, timeUs: 3 })], {
    limit: 100_000,
  });
  assert.ok(document.parents.length < 1_300);
  let node = viewTree(document, WHOLE);
  while (node.children.length > 0) node = node.children[0]!;
  assert.deepEqual([node.kind, node.own], ["mark", 3]);
});

const sample = fc.record({
  pid: fc.constantFrom(1, 2),
  tid: fc.constantFrom(1, 2, 3),
  frames: fc.array(fc.constantFrom(A1, A2, B3, C4), { maxLength: 9 }),
  isIdle: fc.boolean(),
  isInvalid: fc.boolean(),
  isCollecting: fc.boolean(),
  timeUs: fc.nat({ max: 1_000 }),
  memoryBytes: fc.integer({ min: -1_000, max: 1_000 }),
}).map(plainSample);

const view = fc.record({
  metric: fc.nat({ max: 3 }),
  byLine: fc.boolean(),
  showsProcesses: fc.boolean(),
  showsThreads: fc.boolean(),
  process: fc.constant(-1),
  thread: fc.constant(-1),
});

Deno.test("viewTree() keeps every total, however it is looked at and whatever is merged", () => {
  const samples = fc.array(sample, { maxLength: 40 });
  const limit = fc.integer({ min: 1, max: 60 });
  fc.assert(fc.property(samples, view, limit, (samples, view, limit) => {
    const root = viewTree(documentOf(samples, { limit }), view);
    const weights = samples.map(({ timeUs, isIdle, memoryBytes }) =>
      [
        timeUs,
        isIdle ? 0 : timeUs,
        Math.max(memoryBytes, 0),
        Math.max(-memoryBytes, 0),
      ][view.metric]!
    );
    assert.equal(root.value, weights.reduce((sum, weight) => sum + weight, 0));
    checkTotals(root);
  }));
});

function checkTotals(node: ViewNode): void {
  const below = node.children.reduce((sum, { value }) => sum + value, 0);
  assert.equal(node.value, node.own + below);
  const ids = new Set(node.children.map(({ id }) => id));
  assert.equal(ids.size, node.children.length);
  node.children.forEach(checkTotals);
}
