/** Where `standing.py` says that its threads stand, and that a profile of it agrees. */

import assert from "node:assert/strict";
import type { NamedFrame } from "./call_graph.ts";
import type { Target } from "./target.ts";

/** Samples that a thread has at least in a profile of a second at 5 ms, less what a busy machine takes. */
const MIN_SAMPLES = 10;

/** A thread, as `sys._current_frames()` of the target has it. */
export interface ToldThread {
  readonly tid: number;
  readonly name: string;
  /** From the leaf. */
  readonly stack: readonly [file: string, scope: string, line: number][];
}

/** @returns what the target told of its threads. */
export function toldBy({ facts }: Target): readonly ToldThread[] {
  return facts["threads"];
}

/** @param frames from the root; what they have besides names and lines is not compared. */
export function assertStands(
  frames: readonly NamedFrame[],
  { stack, name }: ToldThread,
): void {
  assert.deepEqual(
    frames.map(namesOnly),
    stack.map(([file, scope, line]) => ({ file, scope, line })).reverse(),
    name,
  );
}

/** @returns the samples of a thread, of which there have to be some. */
export function samplesOf<T extends { readonly tid: number }>(
  samples: readonly T[],
  { tid, name }: ToldThread,
): readonly T[] {
  const own = samples.filter((sample) => sample.tid === tid);
  assert.ok(own.length > MIN_SAMPLES, `${own.length} samples of ${name}`);
  return own;
}

/** The threads of a process, as `-w --json` shows them, are those that the target told of. */
export function assertShown(
  threads: readonly { tid: number; name: string; frames: NamedFrame[] }[],
  target: Target,
): void {
  for (const told of toldBy(target)) {
    const shown = threads.find(({ tid }) => tid === told.tid);
    assert.equal(shown?.name, told.name);
    assertStands(shown!.frames, told);
  }
}

function namesOnly({ file, scope, line }: NamedFrame): NamedFrame {
  return { file, scope, line };
}
