// Hot path: no allocation per sample.
/**
 * The stack that a thread had last, as it was written.
 *
 * Stacks of one thread mostly begin alike. A sink that remembers where in the
 * writer's buffer each frame of the last one ends can make the next one by
 * copying what both share.
 */

import type { Sample } from "../events/sample.ts";

/** Frames of one thread's last sample, and where in the writer's buffer each ends. */
export class LastStack {
  readonly #pid: number;
  readonly #iid: number;
  readonly #tid: number;
  /** What every sample of this thread begins with. */
  readonly head: Uint8Array;
  /** Frame ids from the root; only the first `count` are valid. */
  ids = new Int32Array(64);
  /** Bytes from `start` to the end of the first n frames, at n. */
  ends = new Int32Array(65);
  count = 0;
  /** Position in the writer's buffer that `ends` count from, valid in `generation`. */
  start = 0;
  /** The writer's when the sample was written; -1 when nothing can be copied from it. */
  generation = -1;

  /** @param headSize bytes from `start` to the first frame. */
  constructor(sample: Sample, head: Uint8Array, headSize: number) {
    this.#pid = sample.pid;
    this.#iid = sample.iid;
    this.#tid = sample.tid;
    this.head = head;
    this.ends[0] = headSize;
  }

  /** Whether the sample is of the same thread; their indexes are used again. */
  isOf(sample: Sample): boolean {
    return this.#tid === sample.tid && this.#pid === sample.pid &&
      this.#iid === sample.iid;
  }

  /** @returns how many frames, from the root, the sample has in common with the last one. */
  sharedFrames(sample: Sample): number {
    const { ids } = this;
    const { frameIds, frameCount } = sample;
    const most = this.count < frameCount ? this.count : frameCount;
    let same = 0;
    while (same < most && ids[same] === frameIds[frameCount - 1 - same]) {
      same++;
    }
    return same;
  }

  /** Makes room for `count` frames. */
  grow(count: number): void {
    if (count <= this.ids.length) return;
    const { ids, ends } = this;
    this.ids = new Int32Array(count * 2);
    this.ends = new Int32Array(count * 2 + 1);
    this.ids.set(ids);
    this.ends.set(ends);
  }
}
