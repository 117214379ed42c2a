/** Where threads were when they were last sampled: frame below frame, the outermost first. */

import type { FoldedTree } from "./folded_tree.ts";
import { threadTitle } from "./labels.ts";
import { filterOf, MAX_ROWS, type Row } from "./rows.ts";
import type { Snapshot, ThreadStack } from "./snapshot.ts";
import type { Ui } from "./ui.ts";

/** A stack and where it is in a tree. */
export interface PlacedStack {
  readonly stack: ThreadStack;
  /** Number of the thread. */
  readonly thread: number;
  /** By frame from the root, its node; -1 where there is none (any more). */
  readonly nodes: readonly number[];
}

/** @returns the last stacks of the thread that is looked at, or of all, by number of the thread. */
export function placeStacks(
  fold: FoldedTree,
  { stacks, sums }: Snapshot,
  thread: number | null,
): PlacedStack[] {
  const numbers = new Map(
    (sums?.samples.threads ?? []).map((
      identity,
      number,
    ) => [nameOf(identity), number]),
  );
  const placed: PlacedStack[] = [];
  for (const stack of stacks) {
    const number = numbers.get(nameOf(stack));
    if (number === undefined || thread !== null && number !== thread) continue;
    const nodes = nodesOf(fold, stack, fold.rootOf(number));
    placed.push({ stack, thread: number, nodes });
  }
  return placed.sort((one, other) => one.thread - other.thread);
}

function nodesOf(
  fold: FoldedTree,
  { frames }: ThreadStack,
  root: number,
): number[] {
  let node = root;
  return frames.map((frame) => {
    if (node >= 0) node = fold.find(node, fold.labels.ofFrame(frame));
    return node;
  });
}

/** @param threadNames by id, of threads that have one. */
export function stackRows(
  fold: FoldedTree,
  placed: readonly PlacedStack[],
  ui: Ui,
  threadNames: ReadonlyMap<number, string>,
): Row[] {
  const rows: Row[] = [];
  for (const one of placed) {
    if (rows.length >= MAX_ROWS) break;
    if (ui.filter !== "" && !one.stack.frames.some(isWanted(ui))) continue;
    rows.push(threadRow(fold, one, rows.length, threadNames));
    for (const row of frameRows(fold, one)) {
      rows.push({ ...row, key: rows.length });
    }
  }
  return rows;
}

function isWanted(ui: Ui): (frame: { scope: string; file: string }) => boolean {
  const passes = filterOf(ui);
  return ({ scope, file }) =>
    passes({ kind: "frame", name: scope, file, line: 0 });
}

function threadRow(
  fold: FoldedTree,
  { stack, thread }: PlacedStack,
  key: number,
  threadNames: ReadonlyMap<number, string>,
): Row {
  const root = fold.rootOf(thread);
  const known = threadNames.get(stack.tid);
  const title = threadTitle(stack) + (known === undefined ? "" : ` ${known}`);
  return {
    key,
    own: null,
    total: fold.total[root] ?? null,
    label: { kind: "thread", name: title, file: "", line: 0 },
    line: 0,
    guide: "",
    isLast: stack.isRecent,
    note: stateOf(stack),
  };
}

function stateOf(
  { isRecent, isIdle, isCollecting, isInvalid }: ThreadStack,
): string {
  return [
    isRecent ? "" : "not seen lately",
    isIdle ? "idle" : "",
    isCollecting ? "collecting garbage" : "",
    isInvalid ? "frames are missing" : "",
  ].filter((word) => word !== "").join(", ");
}

function frameRows(fold: FoldedTree, { stack, nodes }: PlacedStack): Row[] {
  return stack.frames.map(({ scope, file, line }, depth) => {
    const node = nodes[depth]!;
    const isLeaf = depth === stack.frames.length - 1;
    return {
      key: 0,
      own: node < 0 ? null : fold.own[node]!,
      total: node < 0 ? null : fold.total[node]!,
      label: { kind: "frame", name: scope, file, line },
      line,
      guide: isLeaf ? "└ " : "│ ",
      isLast: isLeaf && stack.isRecent,
      note: "",
    };
  });
}

/** @returns what makes a thread the same one. */
export function nameOf(
  { pid, iid, tid, threadName }: {
    readonly pid: number;
    readonly iid: number;
    readonly tid: number;
    readonly threadName: string;
  },
): string {
  return `${pid} ${iid} ${tid} ${threadName}`;
}
