/**
 * Reads collapsed stacks, strictly: whatever is not as `src/output/collapsed.ts`
 * describes it is an error. Written anew for the tests, so that a mistake in
 * the program's own reader cannot hide one in its writer.
 */

import type { NamedFrame } from "./call_graph.ts";

/** One line of samples. */
export interface CollapsedSample {
  readonly pid: number;
  readonly iid: number;
  readonly tid: number;
  readonly stack: CollapsedStack;
  /** As the mode has them: one number, or time, idle and memory. */
  readonly metrics: readonly number[];
}

/** The frames of a sample; equal stacks are the same object. */
export interface CollapsedStack {
  /** From the root to the leaf. */
  readonly frames: readonly NamedFrame[];
  readonly isInvalid: boolean;
  readonly isCollecting: boolean;
}

/** One file. */
export interface Collapsed {
  /** In the order in which they stand there. */
  readonly head: readonly (readonly [key: string, value: string])[];
  readonly samples: readonly CollapsedSample[];
  readonly trailer: readonly (readonly [key: string, value: string])[];
}

const METADATA = /^# ([a-z]+): (.+)$/;
const SAMPLE = /^P(\d+);T(\d+):(\d+)(;.*)? (-?\d+|\d+,[01],-?\d+)$/;
const FRAME = /^(.*):([^:]*):(\d+)$/;
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Reads a whole file. @throws {Error} that names the line which is malformed. */
export function parseCollapsed(text: string): Collapsed {
  const parser = new CollapsedParser();
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error("The last line is not ended");
  for (const line of lines) parser.line(line);
  return parser.end();
}

/** Reads a file line by line. */
export class CollapsedParser {
  readonly #head: [string, string][] = [];
  readonly #samples: CollapsedSample[] = [];
  readonly #trailer: [string, string][] = [];
  readonly #stacks = new Map<string, CollapsedStack>();
  #part: "head" | "samples" | "trailer" | "end" = "head";

  /** @throws {Error} when the line has no place where it stands. */
  line(line: string): void {
    if (line === "") return this.#nextPart();
    if (this.#part === "samples") this.#samples.push(this.#sample(line));
    else if (this.#part === "head") this.#head.push(metadata(line));
    else if (this.#part === "trailer") this.#trailer.push(metadata(line));
    else throw malformed("behind the end", line);
  }

  /** @throws {Error} when something is missing. */
  end(): Collapsed {
    if (this.#part !== "end") throw new Error(`It ends in the ${this.#part}`);
    return {
      head: this.#head,
      samples: this.#samples,
      trailer: this.#trailer,
    };
  }

  /** All samples so far. */
  get samples(): readonly CollapsedSample[] {
    return this.#samples;
  }

  #nextPart(): void {
    const next = {
      head: "samples",
      samples: "trailer",
      trailer: "end",
    } as const;
    if (this.#part === "end") throw new Error("It has one empty line too many");
    this.#part = next[this.#part];
  }

  #sample(line: string): CollapsedSample {
    const [, pid, iid, tid, stack, metrics] = SAMPLE.exec(line) ?? [];
    if (metrics === undefined || CONTROL.test(line)) {
      throw malformed("no sample", line);
    }
    return {
      pid: Number(pid),
      iid: Number(iid),
      tid: Number(tid),
      stack: this.#stack(stack ?? ""),
      metrics: metrics.split(",").map(Number),
    };
  }

  #stack(text: string): CollapsedStack {
    const known = this.#stacks.get(text);
    if (known !== undefined) return known;
    const stack = parseStack(text);
    this.#stacks.set(text, stack);
    return stack;
  }
}

function parseStack(text: string): CollapsedStack {
  let parts = text.split(";").slice(1);
  const isInvalid = parts[0] === ":INVALID:";
  if (isInvalid) parts = parts.slice(1);
  const isCollecting = parts.at(-1) === ":GC:";
  if (isCollecting) parts.pop();
  return { frames: parts.map(parseFrame), isInvalid, isCollecting };
}

function parseFrame(text: string): NamedFrame {
  const [, file, scope, line] = FRAME.exec(text) ?? [];
  if (file === undefined || scope === undefined) {
    throw malformed("no frame", text);
  }
  return { file, scope, line: Number(line) };
}

function metadata(line: string): [string, string] {
  const [, key, value] = METADATA.exec(line) ?? [];
  if (key === undefined || value === undefined) {
    throw malformed("no metadata", line);
  }
  return [key, value];
}

function malformed(what: string, line: string): Error {
  const shown = line.length > 300 ? `${line.slice(0, 300)}…` : line;
  return new Error(`Malformed line (${what}): ${JSON.stringify(shown)}`);
}
