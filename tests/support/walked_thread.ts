/** One thread of a built CPython, and a walker that goes over it in a new snapshot each time. */

import { FrameTable } from "../../src/events/frame_table.ts";
import { Sample } from "../../src/events/sample.ts";
import { Snapshot } from "../../src/memory/snapshot.ts";
import { CodeReader } from "../../src/python/code.ts";
import { FrameWalker, type WalkStatus } from "../../src/python/frame.ts";
import { FrameInterner } from "../../src/python/frame_interner.ts";
import { HeapFrameWalker } from "../../src/python/heap_frames.ts";
import { Trail } from "../../src/python/trail.ts";
import { KnownStack } from "../../src/python/known_stack.ts";
import type { Layout } from "../../src/python/layouts/layout.ts";
import {
  type FrameFields,
  PythonMemory,
  type Stack,
  type StackShape,
} from "./python_memory.ts";

/** A thread that is walked. */
export class WalkedThread {
  readonly python: PythonMemory;
  readonly thread: number;
  readonly #frames = new FrameTable();
  readonly #snapshot: Snapshot;
  readonly #walk: (at: number, isFinal: boolean) => WalkStatus;
  readonly #sample = new Sample();
  #known = new KnownStack();

  constructor(layout: Layout) {
    this.python = new PythonMemory(layout);
    const { memory } = this.python;
    this.thread = this.python.thread(this.python.interpreter(), { tid: 7 });
    this.#snapshot = new Snapshot(memory, 64 * 1024 * 1024);
    const codes = new CodeReader(memory, layout);
    const interner = new FrameInterner(codes, this.#frames);
    const { heapFrames } = layout;
    if (heapFrames === null) {
      const walker = new FrameWalker(this.#snapshot, interner, layout);
      this.#walk = (at, isFinal) =>
        walker.walk(at, this.#sample, this.#known, isFinal);
    } else {
      const walker = new HeapFrameWalker(
        this.#snapshot,
        interner,
        memory,
        layout,
        heapFrames,
      );
      const trail = new Trail();
      this.#walk = (at, isFinal) =>
        walker.walk(at, trail, this.#sample, isFinal);
    }
  }

  setStack(frames: readonly FrameFields[], shape?: StackShape): Stack {
    return this.python.setStack(this.thread, frames, shape);
  }

  /** @returns the status, and the stack as text from the leaf, of the last attempt at it. */
  walkFinally(): [WalkStatus, string] {
    return this.walk(true);
  }

  /** @returns the status, and the stack as text from the leaf. */
  walk(isFinal = false): [WalkStatus, string] {
    this.#snapshot.read();
    const { size } = this.python.layout.thread;
    const at = this.#snapshot.locate(this.thread, size);
    const status = this.#walk(at, isFinal);
    const ids = this.#sample.frameIds.subarray(0, this.#sample.frameCount);
    const names = Array.from(ids, (id) => {
      const { scope, line } = this.#frames.get(id);
      return `${scope}:${line}`;
    });
    return [status, names.join(" ")];
  }

  /** Has the next walk take over nothing from the last one, as if frames had come and gone. */
  forget(): void {
    this.#known = new KnownStack();
  }

  /** @returns system calls that a walk takes. */
  readsOfWalk(): number {
    const before = this.python.memory.reads;
    this.walk();
    return this.python.memory.reads - before;
  }

  code(scope: string, ...lines: number[]): number {
    return this.python.code({ scope, lines, firstLine: lines[0] ?? 1 });
  }
}
