/**
 * From samples that were added up to what a flame graph shows of them.
 *
 * Frames that differ only in columns become one, and the rarest stacks are
 * merged, so that a page stays usable whatever was sampled.
 */

import type { Frame } from "../../events/frame_table.ts";
import {
  CallTree,
  keyOf,
  kindOf,
  Mark,
  NodeKind,
  numberOf,
  ROOT,
} from "../call_tree.ts";
import { pruneTree } from "../prune_tree.ts";
import type { ThreadIdentity } from "../recorded_threads.ts";
import type { SampleTree } from "../sample_tree.ts";
import { visibleText } from "../visible_text.ts";
import type { FlameDocument } from "./document.ts";

/** Nodes of a page; those of a large program that anyone looks at are some thousand. */
export const MAX_PAGE_NODES = 20_000;

/** Levels of a page. Browsers draw no deeper, and recursion of 1000 is Python's own limit. */
const MAX_PAGE_DEPTH = 1_200;

const MERGED = keyOf(NodeKind.mark, Mark.merged);

/** What a document is made of. */
export interface DocumentSource {
  readonly title: string;
  readonly facts: FlameDocument["facts"];
  readonly samples: SampleTree;
  /** What to compare with; processes and threads are then not told apart. */
  readonly base?: SampleTree | null;
}

/** @param limit how many nodes it may have, beside those for what was merged. */
export function buildDocument(
  source: DocumentSource,
  limit: number = MAX_PAGE_NODES,
): FlameDocument {
  const { title, facts, samples, base = null } = source;
  const places = new Places();
  const { metrics } = samples;
  const wide = new CallTree(metrics.length * (base === null ? 1 : 2));
  copyTree(samples, wide, { places, firstMetric: 0, isFlat: base !== null });
  if (base !== null) {
    const firstMetric = metrics.length;
    copyTree(base, wide, { places, firstMetric, isFlat: true });
  }
  const { tree, dropped } = pruneTree(wide, limit);
  const columns = metrics.map((_, metric) => ownOf(tree, metric));
  const nodes = Array.from({ length: tree.size }, (_, node) => node);
  return {
    title: visibleText(title),
    facts: facts.map(([label, value]) => [label, visibleText(value)]),
    metrics: metrics.map(({ name, title, unit }) => ({ name, title, unit })),
    ...places.used(nodes.map((node) => tree.key(node))),
    processes: samples.processes.map(String),
    threads: samples.threads.map(threadName),
    parents: nodes.map((node) => tree.parent(node)),
    own: columns,
    base: base === null
      ? null
      : metrics.map((_, i) => ownOf(tree, metrics.length + i)),
    samples: samples.samples,
    dropped: dropped + samples.dropped,
  };
}

/** How a tree is copied into another. */
interface CopyOptions {
  readonly places: Places;
  /** Column of the other tree for the first metric. */
  readonly firstMetric: number;
  /** Whether processes and threads are left out. */
  readonly isFlat: boolean;
}

/** Adds a tree to another, in which frames are places, and which is not too deep. */
function copyTree(
  samples: SampleTree,
  wide: CallTree,
  options: CopyOptions,
): void {
  const { tree } = samples;
  const targets = new Int32Array(tree.size);
  const depths = new Int32Array(tree.size);
  addOwn(tree, ROOT, wide, ROOT, options.firstMetric);
  for (let node = ROOT + 1; node < tree.size; node++) {
    const parent = tree.parent(node);
    const depth = depths[node] = depths[parent]! + 1;
    const target = targets[parent]!;
    const key = depth > MAX_PAGE_DEPTH
      ? MERGED
      : keyInPage(samples, node, options);
    const isBelow = key === null || depth > MAX_PAGE_DEPTH + 1;
    targets[node] = isBelow ? target : wide.child(target, key);
    addOwn(tree, node, wide, targets[node]!, options.firstMetric);
  }
}

/** @returns null where the node is to be part of its parent. */
function keyInPage(
  { tree, frames }: SampleTree,
  node: number,
  { places, isFlat }: CopyOptions,
): number | null {
  const key = tree.key(node);
  const kind = kindOf(key);
  if (kind === NodeKind.frame) return places.keyOf(frames.get(numberOf(key)));
  return isFlat && kind !== NodeKind.mark ? null : key;
}

function addOwn(
  tree: CallTree,
  node: number,
  wide: CallTree,
  target: number,
  firstMetric: number,
): void {
  for (let metric = 0; metric < tree.metricCount; metric++) {
    wide.add(target, firstMetric + metric, tree.own(metric, node));
  }
}

function ownOf(tree: CallTree, metric: number): number[] {
  return Array.from(
    { length: tree.size },
    (_, node) => tree.own(metric, node),
  );
}

function threadName({ iid, tid, threadName }: ThreadIdentity): string {
  const interpreter = iid === 0 ? "" : `${iid}:`;
  return visibleText(`${interpreter}${threadName || tid}`);
}

/** Machine code has the address of the instruction where others have a file; it is of no use to people. */
const NATIVE = /^native@/;

/** Frames as a page tells them apart: file, scope and line. */
class Places {
  readonly #numbers = new Map<string, number>();
  readonly #places: { file: string; scope: string; line: number }[] = [];

  keyOf({ file, scope, line, machine }: Frame): number {
    const module = machine?.kind === "native" ? machine.module : "";
    const shown = NATIVE.test(file) ? module || "native" : file;
    const text = `${line}\0${scope}\0${shown}`;
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#places.push({ file: shown, scope, line }) - 1;
      this.#numbers.set(text, number);
    }
    return keyOf(NodeKind.frame, number);
  }

  /** @returns the tables with only what these keys need, and the keys for them. */
  used(
    keys: readonly number[],
  ): Pick<FlameDocument, "names" | "frames" | "keys"> {
    const names = new Map<string, number>();
    const frames: number[] = [];
    const numbers = new Map<number, number>();
    const nameOf = (text: string) => {
      const name = names.get(text) ?? names.size;
      names.set(text, name);
      return name;
    };
    const renumbered = keys.map((key) => {
      if (key < 0 || kindOf(key) !== NodeKind.frame) return key;
      let number = numbers.get(key);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(key, number);
        const { file, scope, line } = this.#places[numberOf(key)]!;
        frames.push(nameOf(file), nameOf(scope), line);
      }
      return keyOf(NodeKind.frame, number);
    });
    return {
      names: [...names.keys()].map(visibleText),
      frames,
      keys: renumbered,
    };
  }
}
