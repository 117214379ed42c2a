/**
 * A CPython in built memory that never stays the same: code objects are made
 * where others were freed, threads come and go, and now and then the whole
 * process is another one. What a sampler keeps about it has to stay bounded.
 */

import { FrameTable } from "../../src/events/frame_table.ts";
import { Sample } from "../../src/events/sample.ts";
import type { Sink } from "../../src/events/sink.ts";
import { ThreadIndexes } from "../../src/python/thread.ts";
import type { ProcessSampler } from "../../src/sampling/process_sampler.ts";
import { layoutOf } from "./layouts.ts";
import { PythonMemory } from "./python_memory.ts";
import { SampledPython } from "./sampled_python.ts";

/** Threads at a time, and frames of each. */
const THREADS = 8;
const DEPTH = 12;

/** Of which the leaf is in another function at each step. */
const CHANGES = THREADS / 2;

/** Places for code objects: more than a sampler knows at a time. */
const CODES = 80_000;

/** Code units of each. */
const UNITS = 8;

/** Steps between two changes of the threads, and of the process. */
const THREAD_STEPS = 16;
const PROCESS_STEPS = 25_000;

const NAME_SIZE = 10;
const INTERVAL_US = 100;

/** One place for code objects. */
interface Slot {
  readonly code: number;
  /** Where the characters of its name are. */
  readonly name: number;
}

/** One place for a thread state. */
interface Place {
  readonly thread: number;
  readonly leaf: number;
}

/** Runs the program and its sampler in turn. */
export class ChurningPython {
  readonly frames: FrameTable = new FrameTable();
  /** Stacks so far. */
  samples = 0;
  /** The largest place in the tables by thread. */
  maxThreadIndex = 0;
  /** The most frames that were known at a time. */
  maxFrames = 0;
  readonly #python = new PythonMemory(layoutOf("3.12"));
  readonly #threadIndexes = new ThreadIndexes();
  readonly #sample = new Sample();
  readonly #interpreter = this.#python.interpreter();
  readonly #slots = Array.from({ length: CODES }, () => this.#makeSlot());
  readonly #places = Array.from(
    { length: 2 * THREADS },
    () => this.#makePlace(),
  );
  #live = this.#places.slice(0, THREADS);
  #sampler: ProcessSampler;
  #step = 0;
  #codes = 0;
  #tid = 0;
  #pid = 0;

  constructor() {
    this.#python.tids.clear();
    for (const place of this.#live) this.#begin(place);
    this.#linkThreads();
    this.#sampler = this.#nextProcess();
  }

  /** Lets the program go on and takes a stack of each thread. */
  step(sink: Sink): void {
    const step = ++this.#step;
    for (let i = 0; i < CHANGES; i++) this.#call(this.#live[i]!.leaf);
    if (step % THREAD_STEPS === 0) this.#replaceThread();
    if (step % PROCESS_STEPS === 0) {
      this.#sampler.close();
      this.#sampler = this.#nextProcess();
    }
    this.#sampler.pass(sink, step * INTERVAL_US);
    sink.passEnd();
    this.samples += this.#sampler.samples;
    this.maxFrames = Math.max(this.maxFrames, this.frames.size);
    this.maxThreadIndex = Math.max(
      this.maxThreadIndex,
      this.#sample.threadIndex,
    );
    // What the built memory counts is of no interest here.
    this.#python.memory.regionCounts.length = 0;
  }

  /** A new function is made where another was, and called. */
  #call(leaf: number): void {
    const number = this.#codes++;
    const { code, name } = this.#slots[number % CODES]!;
    const { memory, layout } = this.#python;
    memory.write(name, nameBytes(number));
    memory.u32(code + layout.code.firstLine, 1 + number % 100_000);
    this.#python.setInstruction(leaf, code, number % UNITS);
  }

  /** The oldest thread ends, another one begins. */
  #replaceThread(): void {
    const ended = this.#live.shift()!;
    this.#python.tids.delete(this.#tid - THREADS + 1);
    const free = this.#places.find((place) =>
      place !== ended && !this.#live.includes(place)
    )!;
    this.#begin(free);
    this.#live.push(free);
    this.#linkThreads();
  }

  #begin({ thread }: Place): void {
    const { memory, layout, tids } = this.#python;
    memory.u64(thread + layout.thread.nativeThreadId, ++this.#tid);
    tids.add(this.#tid);
  }

  #linkThreads(): void {
    const threads = this.#live.map(({ thread }) => thread).reverse();
    this.#python.setThreads(this.#interpreter, threads);
  }

  #nextProcess(): ProcessSampler {
    const { memory, layout, runtimeAddress, tids } = this.#python;
    const pid = ++this.#pid;
    const listThreads = () => tids;
    const process = { pid, memory, layout, runtimeAddress, listThreads };
    const shared = {
      frames: this.frames,
      threadIndexes: this.#threadIndexes,
      sample: this.#sample,
    };
    const startUs = this.#step * INTERVAL_US;
    return new SampledPython(process, shared, startUs).sampler;
  }

  #makeSlot(): Slot {
    const scope = this.#python.string("f".padEnd(NAME_SIZE, "0"));
    const code = this.#python.code({ scope, lines: Array(UNITS).fill(1) });
    const { asciiBytes } = this.#python.layout.string;
    return { code, name: scope + asciiBytes };
  }

  #makePlace(): Place {
    const python = this.#python;
    const thread = python.thread(this.#interpreter, { tid: 1 });
    const code = python.code({ scope: "outer", lines: [1, 2, 3] });
    const frames = Array.from({ length: DEPTH }, () => ({ code, unit: 1 }));
    const stack = python.setStack(thread, frames);
    return { thread, leaf: stack.frames[0]! };
  }
}

const encoder = new TextEncoder();

/** @returns the name of a function that was not there before. */
function nameBytes(number: number): Uint8Array {
  return encoder.encode(`f${String(number).padStart(NAME_SIZE - 1, "0")}`);
}
