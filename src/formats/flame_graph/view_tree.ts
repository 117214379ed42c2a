/**
 * What of a flame graph document is looked at: some of its processes and
 * threads, by function or by line, one metric. The page and the static SVG
 * show the same.
 */

import { kindOf, Mark, NodeKind, numberOf } from "../call_tree.ts";
import type { FlameDocument } from "./document.ts";

/** What is looked at. */
export interface View {
  /** Place of the metric in the document. */
  readonly metric: number;
  /** Whether each line is a frame, or each function. */
  readonly byLine: boolean;
  /** Whether processes and threads have frames of their own. */
  readonly showsProcesses: boolean;
  readonly showsThreads: boolean;
  /** Places of the only process and the only thread to show; -1 for all. */
  readonly process: number;
  readonly thread: number;
}

/** What all of a document is looked at with. */
export const WHOLE: View = {
  metric: 0,
  byLine: false,
  showsProcesses: true,
  showsThreads: true,
  process: -1,
  thread: -1,
};

/** A frame of the graph, in the shape that d3-flame-graph takes. */
export interface ViewNode {
  /** What it says; `file` and `line` are not in it. */
  readonly name: string;
  readonly kind: "all" | "process" | "thread" | "frame" | "mark";
  readonly file: string;
  /** 0 where the frame is a function, or no line is known. */
  readonly line: number;
  /** With all that is above it. */
  value: number;
  own: number;
  /** Value in the run that this one is compared with. */
  base: number;
  readonly children: ViewNode[];
  readonly parent: ViewNode | null;
  /** What tells it from its siblings, so that it is found again in the next document. */
  readonly id: string;
}

const MARKS: Readonly<Record<number, string>> = {
  [Mark.gc]: "garbage collection",
  [Mark.invalid]: "frames missing",
  [Mark.merged]: "merged: little weight",
};

/** @returns the root of what is looked at. */
export function viewTree(document: FlameDocument, view: View): ViewNode {
  const root = newNode(null, {
    name: "all",
    kind: "all",
    id: "",
    file: "",
    line: 0,
  });
  const nodes: ViewNode[] = [root];
  const children = new Map<ViewNode, Map<string, ViewNode>>();
  const places: (ViewNode | null)[] = [];
  const { parents, keys, own, base } = document;
  for (let i = 0; i < parents.length; i++) {
    const parent = i === 0 ? root : places[parents[i]!]!;
    const node = i === 0 ? root : placeOf(i, parent);
    places.push(node);
    if (node === null) continue;
    node.own += own[view.metric]![i]!;
    if (base !== null) node.base += base[view.metric]![i]!;
  }
  addUp(nodes);
  dropEmpty(nodes);
  return root;

  function placeOf(i: number, parent: ViewNode | null): ViewNode | null {
    if (parent === null) return null;
    const key = keys[i]!;
    if (isFilteredOut(key, view)) return null;
    if (isHidden(key, view)) return parent;
    const words = wordsOf(key, document, view.byLine);
    let siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, siblings = new Map());
    const known = siblings.get(words.id);
    if (known !== undefined) return known;
    const node = newNode(parent, words);
    siblings.set(words.id, node);
    parent.children.push(node);
    nodes.push(node);
    return node;
  }
}

function isFilteredOut(key: number, { process, thread }: View): boolean {
  const kind = kindOf(key);
  if (kind === NodeKind.process) {
    return process >= 0 && numberOf(key) !== process;
  }
  return kind === NodeKind.thread && thread >= 0 && numberOf(key) !== thread;
}

function isHidden(
  key: number,
  { showsProcesses, showsThreads }: View,
): boolean {
  const kind = kindOf(key);
  return kind === NodeKind.process && !showsProcesses ||
    kind === NodeKind.thread && !showsThreads;
}

type Words = Pick<ViewNode, "name" | "kind" | "id" | "file" | "line">;

function wordsOf(key: number, document: FlameDocument, byLine: boolean): Words {
  const number = numberOf(key);
  const nowhere = { file: "", line: 0 };
  switch (kindOf(key)) {
    case NodeKind.process: {
      const name = `process ${document.processes[number]}`;
      return { name, kind: "process", id: name, ...nowhere };
    }
    case NodeKind.thread: {
      const name = `thread ${document.threads[number]}`;
      return { name, kind: "thread", id: `${name} ${number}`, ...nowhere };
    }
    case NodeKind.mark: {
      const name = MARKS[number] ?? "";
      return { name, kind: "mark", id: name, ...nowhere };
    }
  }
  const { names, frames } = document;
  const file = names[frames[3 * number]!]!;
  const scope = names[frames[3 * number + 1]!]!;
  const line = byLine ? frames[3 * number + 2]! : 0;
  const name = line === 0 ? scope : `${scope}:${line}`;
  return { name, kind: "frame", id: `${name}\0${file}`, file, line };
}

function newNode(parent: ViewNode | null, words: Words): ViewNode {
  return { ...words, parent, value: 0, own: 0, base: 0, children: [] };
}

/** @param nodes with each parent before its children. */
function addUp(nodes: readonly ViewNode[]): void {
  for (const node of nodes) node.value = node.own;
  for (const node of nodes.toReversed()) {
    if (node.parent === null) continue;
    node.parent.value += node.value;
    node.parent.base += node.base;
  }
}

/** What has nothing of this metric is not there, and equal graphs have equal orders. */
function dropEmpty(nodes: readonly ViewNode[]): void {
  for (const { children } of nodes) {
    const kept = children.filter(({ value }) => value > 0);
    kept.sort(byName);
    children.splice(0, children.length, ...kept);
  }
}

function byName(one: ViewNode, other: ViewNode): number {
  return one.id < other.id ? -1 : 1;
}
