import assert from "node:assert/strict";
import fc from "fast-check";
import type { Layout } from "../../src/python/layouts/layout.ts";
import { LAYOUTS } from "../support/layouts.ts";
import { WalkedThread } from "../support/walked_thread.ts";

const SCOPES = ["f", "g", "h"];
const UNITS = 4;
const DEPTH = 60;
/** So small that a stack has several. */
const CHUNK_SIZE = 4096;

/** A thread with a stack of several chunks, in which a frame is a generator if `generator` says so. */
class ChangingThread {
  readonly walked: WalkedThread;
  readonly #codes: readonly number[];
  readonly #frames: readonly number[];

  constructor(layout: Layout, generator: number) {
    this.walked = new WalkedThread(layout);
    this.#codes = SCOPES.map((scope, i) =>
      this.walked.code(
        scope,
        ...Array.from({ length: UNITS }, (_, unit) => 10 * i + unit + 1),
      )
    );
    const frames = Array.from({ length: DEPTH }, (_, i) => ({
      code: this.#codes[i % SCOPES.length]!,
      apart: i === generator,
    }));
    const shape = { chunkSize: CHUNK_SIZE };
    this.#frames = this.walked.setStack(frames, shape).frames;
  }

  change([kind, index, value]: Change): void {
    const { python } = this.walked;
    const frame = this.#frames[index]!;
    const code = this.#codes[value % SCOPES.length]!;
    if (kind === "moves") python.setInstruction(frame, code, value % UNITS);
    else if (kind === "runs") python.setRunning(frame, value % 2 === 0);
    else if (kind === "dies") {
      python.memory.u64(frame + python.layout.frame.code, 1);
    } else python.setTop(this.walked.thread, frame);
  }
}

type Change = [
  kind: "moves" | "runs" | "dies" | "top",
  index: number,
  value: number,
];

const change = fc.tuple(
  fc.constantFrom("moves", "moves", "moves", "runs", "dies", "top"),
  // Mostly near the leaf, as in life.
  fc.oneof(fc.nat(4), fc.nat(DEPTH - 1)),
  fc.nat(UNITS * SCOPES.length),
) as fc.Arbitrary<Change>;

for (const [name, layout] of LAYOUTS) {
  if (layout.liveness === null) continue;

  Deno.test(`KnownStack makes no difference to what is found: ${name}`, () => {
    const passes = fc.array(fc.array(change, { maxLength: 2 }), {
      minLength: 2,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        passes,
        fc.integer({ min: -1, max: 8 }),
        (passes, generator) => {
          const [kept, anew] = [0, 1].map(() =>
            new ChangingThread(layout, generator)
          );
          for (const changes of passes) {
            for (const one of changes) {
              kept!.change(one);
              anew!.change(one);
            }
            anew!.walked.forget();
            assert.deepEqual(kept!.walked.walk(), anew!.walked.walk());
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  Deno.test(`KnownStack notices that a frame near the root has changed: ${name}`, () => {
    const thread = new ChangingThread(layout, -1);
    for (let i = 0; i < 4; i++) thread.walked.walk();
    const [, before] = thread.walked.walk();
    thread.change(["moves", DEPTH - 2, 1]);
    const [, after] = thread.walked.walk();
    assert.notEqual(after, before);
  });
}
