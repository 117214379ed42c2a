/** What nodes of a call tree stand for, in words. */

import type { Frame } from "../../events/frame_table.ts";
import { kindOf, NodeKind, numberOf } from "../../formats/call_tree.ts";
import { MARK_SCOPES } from "../../formats/profile.ts";
import type { ThreadIdentity } from "../../formats/recorded_threads.ts";
import type { SampleTree } from "../../formats/sample_tree.ts";

/** A function, a line of one, a thread, or what stands in their place. */
export interface Label {
  readonly kind: "frame" | "thread" | "process" | "mark";
  /** A function's qualified name, or words. */
  readonly name: string;
  /** Path of the source; empty where there is none. */
  readonly file: string;
  /** The line, where labels are of lines; else 0. */
  readonly line: number;
}

/** Labels as numbers, equal ones the same. */
export class Labels {
  readonly #isByLine: boolean;
  readonly #labels: Label[] = [];
  readonly #numbers = new Map<string, number>();

  /** @param isByLine whether a line, not a function, is what has a label. */
  constructor(isByLine: boolean) {
    this.#isByLine = isByLine;
  }

  /** Number of labels; all of them are below it. */
  get size(): number {
    return this.#labels.length;
  }

  get(number: number): Label {
    return this.#labels[number]!;
  }

  /** @returns the number of a frame's label. */
  ofFrame({ file, scope, line }: Frame): number {
    const shown = this.#isByLine ? line : 0;
    return this.#numberOf({ kind: "frame", name: scope, file, line: shown });
  }

  /** @returns the number of the label of a tree's key. */
  ofKey(key: number, samples: SampleTree): number {
    const number = numberOf(key);
    const kind = kindOf(key);
    if (kind === NodeKind.frame) {
      return this.ofFrame(samples.frames.get(number));
    }
    const nothing = { file: "", line: 0 };
    if (kind === NodeKind.thread) {
      const name = threadTitle(samples.threads[number]!);
      return this.#numberOf({ kind: "thread", name, ...nothing });
    }
    if (kind === NodeKind.process) {
      const name = `process ${samples.processes[number]}`;
      return this.#numberOf({ kind: "process", name, ...nothing });
    }
    const name = MARK_SCOPES[number] ?? "";
    return this.#numberOf({ kind: "mark", name, ...nothing });
  }

  #numberOf(label: Label): number {
    const { kind, name, file, line } = label;
    const text = `${kind}\0${name}\0${file}\0${line}`;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#labels.length);
    return this.#labels.push(label) - 1;
  }
}

/** @returns what a thread is called where its process is known. */
export function threadTitle(
  { pid, iid, tid, threadName }: ThreadIdentity,
): string {
  const name = threadName === "" ? String(tid) : threadName;
  // The first thread of a process has its id. Linux gettid(2)
  const title = tid === pid ? `main thread ${name}` : `thread ${name}`;
  return iid === 0 ? title : `${title}, interpreter ${iid}`;
}
