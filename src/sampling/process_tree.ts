/**
 * The processes of a run: the one that was asked for and, where wanted, all
 * that it starts.
 *
 * A process is kept as long as it lives, whether it runs a Python or not: a
 * shell may become one by exec, or start one. Looks at processes without a
 * Python grow rare. Nothing here is hot but that `update` has nothing to do.
 */

import type { ProcessSampler } from "./process_sampler.ts";

/** What a look at a process gave instead of a sampler. */
export type AttachFailure =
  /** It has ended. */
  | "gone"
  /** We may not read it. */
  | "denied"
  /** It runs no Python, or none that we can read, or not yet. */
  | "notPython";

/** How the tree learns about processes. */
export interface Discovery {
  /**
   * Looks for a Python in a process.
   * @param attempt counts the looks at this process from 1.
   */
  attach(pid: number, attempt: number): ProcessSampler | AttachFailure;
  /** @returns the processes that it started and that have not ended. */
  childrenOf(pid: number): readonly number[];
}

/** Time between two looks for the children of the same process, at the least. */
const CHILDREN_PERIOD_US = 25_000;

/** Time between two looks for children, which take 30 to 80 µs each: those at many processes must not make one pass late. */
const LOOK_PERIOD_US = 1_000;

/** Longest time between two looks for a Python in the same process. */
const MAX_ATTACH_PERIOD_US = 100_000;

const FIRST_ATTACH_PERIOD_US = 1_000;

/** One process. */
interface Node {
  readonly pid: number;
  sampler: ProcessSampler | null;
  attempt: number;
  nextAttemptUs: number;
  /** When to look for its children; -Infinity before the first time. */
  nextChildrenUs: number;
}

/** The processes of a run. */
export class ProcessTree {
  readonly #discovery: Discovery;
  readonly #followChildren: boolean;
  readonly #nodes = new Map<number, Node>();
  /** When there is something to do. */
  #nextUpdateUs = -Infinity;
  /** From when on a process may be asked again for its children. */
  #nextLookUs = -Infinity;
  #samplers: ProcessSampler[] = [];
  /** The process that was asked for, or that it is the launcher of. */
  rootPid: number;
  /** Whether some process could not be read for lack of permission. */
  isDenied = false;

  constructor(rootPid: number, followChildren: boolean, discovery: Discovery) {
    this.#discovery = discovery;
    this.#followChildren = followChildren;
    this.rootPid = rootPid;
    this.#add(rootPid);
  }

  /** Samplers of the processes that run a Python, the newest process first. */
  get samplers(): readonly ProcessSampler[] {
    return this.#samplers;
  }

  /** Whether every process has ended. */
  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  /** Takes another process for the one that was asked for. */
  follow(pid: number): void {
    if (pid === this.rootPid) return;
    this.#nodes.delete(this.rootPid);
    this.rootPid = pid;
    this.#add(pid);
  }

  /** Looks for new processes and new Pythons, if it is time to. */
  update(nowUs: number): void {
    if (nowUs < this.#nextUpdateUs) return;
    if (this.#followChildren) this.#findChildren(nowUs);
    for (const node of this.#nodes.values()) {
      if (node.sampler === null && nowUs >= node.nextAttemptUs) {
        this.#attach(node, nowUs);
      }
    }
    this.#nextUpdateUs = this.#timeOfNext();
  }

  /** The process has ended. */
  remove(sampler: ProcessSampler): void {
    this.#nodes.delete(sampler.pid);
    this.#release(sampler);
  }

  /** The process lives on without the interpreter that was sampled. */
  detach(sampler: ProcessSampler, nowUs: number): void {
    this.#release(sampler);
    const node = this.#nodes.get(sampler.pid);
    if (node === undefined) return;
    node.sampler = null;
    node.attempt = 0;
    node.nextAttemptUs = nowUs;
    this.#nextUpdateUs = -Infinity;
  }

  close(): void {
    for (const sampler of this.#samplers) sampler.close();
    this.#samplers = [];
    this.#nodes.clear();
  }

  #add(pid: number): void {
    this.#nodes.set(pid, {
      pid,
      sampler: null,
      attempt: 0,
      nextAttemptUs: -Infinity,
      nextChildrenUs: -Infinity,
    });
    this.#nextUpdateUs = -Infinity;
  }

  /** Asks new processes for their children, and of the others the one that has waited longest. */
  #findChildren(nowUs: number): void {
    const due = this.#longestWaiting();
    if (
      due !== null && nowUs >= this.#nextLookUs && nowUs >= due.nextChildrenUs
    ) {
      this.#nextLookUs = nowUs + LOOK_PERIOD_US;
      this.#addChildren(due, nowUs);
    }
    // Nodes that are added meanwhile are visited as well: grandchildren are found at once.
    for (const node of this.#nodes.values()) {
      if (node.nextChildrenUs === -Infinity) this.#addChildren(node, nowUs);
    }
  }

  #addChildren(node: Node, nowUs: number): void {
    node.nextChildrenUs = nowUs + CHILDREN_PERIOD_US;
    for (const child of this.#discovery.childrenOf(node.pid)) {
      if (!this.#nodes.has(child)) this.#add(child);
    }
  }

  #longestWaiting(): Node | null {
    let longest: Node | null = null;
    for (const node of this.#nodes.values()) {
      if (longest === null || node.nextChildrenUs < longest.nextChildrenUs) {
        longest = node;
      }
    }
    return longest;
  }

  #timeOfNext(): number {
    let nextUs = Infinity;
    for (const { sampler, nextAttemptUs } of this.#nodes.values()) {
      if (sampler === null) nextUs = Math.min(nextUs, nextAttemptUs);
    }
    const longest = this.#followChildren ? this.#longestWaiting() : null;
    if (longest === null) return nextUs;
    const lookUs = Math.max(longest.nextChildrenUs, this.#nextLookUs);
    return Math.min(nextUs, lookUs);
  }

  #attach(node: Node, nowUs: number): void {
    node.attempt++;
    const found = this.#discovery.attach(node.pid, node.attempt);
    if (found === "gone") {
      this.#nodes.delete(node.pid);
    } else if (typeof found === "string") {
      this.isDenied ||= found === "denied";
      node.nextAttemptUs = nowUs + attachPeriodUs(node.attempt);
    } else {
      node.sampler = found;
      this.#samplers.unshift(found);
    }
  }

  #release(sampler: ProcessSampler): void {
    this.#samplers = this.#samplers.filter((other) => other !== sampler);
    sampler.close();
  }
}

function attachPeriodUs(attempt: number): number {
  return Math.min(FIRST_ATTACH_PERIOD_US * attempt, MAX_ATTACH_PERIOD_US);
}
