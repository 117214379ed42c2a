/** The rows above a view: which one it is, what is looked at, and how it does. */

import { fitted, widthOf } from "./cell_text.ts";
import type { Grid } from "./grid.ts";
import { graphOf } from "./history.ts";
import { clock, shortBytes, shortCount } from "./numbers.ts";
import type { Session } from "./session.ts";
import type { Snapshot } from "./snapshot.ts";
import { THEME } from "./theme.ts";
import { type Ui, VIEWS } from "./ui.ts";

/** Names of the views, in the order of their keys. */
const TITLES: Readonly<Record<Ui["view"], string>> = {
  top: "Top",
  stack: "Where",
  tree: "Tree",
  flame: "Graph",
  output: "Output",
};

/** Screens with fewer rows do without graphs. */
const MIN_ROWS_FOR_GRAPHS = 14;

/** What a header is made of. */
export interface HeaderContent {
  readonly snapshot: Snapshot;
  readonly session: Session;
  readonly ui: Ui;
}

/** @returns the row below the header. */
export function drawHeader(grid: Grid, content: HeaderContent): number {
  drawTabs(grid, content);
  drawTarget(grid, 1, content.session);
  drawFacts(grid, 2, content);
  const hasGraphs = grid.rows >= MIN_ROWS_FOR_GRAPHS && content.session.isLive;
  if (hasGraphs) drawGraphs(grid, 3, content.session);
  return hasGraphs ? 4 : 3;
}

function drawTabs(grid: Grid, { ui, session }: HeaderContent): void {
  grid.clear(0, THEME.bar);
  const state = stateText(ui, session);
  const end = grid.columns - widthOf(state) - 2;
  let column = 0;
  if (grid.columns >= 60) column = grid.put(0, 1, "austin ", THEME.bar, end);
  for (const [i, view] of VIEWS.entries()) {
    const isOpen = view === ui.view;
    const text = ` ${i + 1} ${TITLES[view]} `;
    const shown = grid.columns >= 60 ? text : ` ${TITLES[view]}`;
    if (column + widthOf(shown) > end) break;
    column = grid.put(
      0,
      column,
      shown,
      isOpen ? THEME.openTab : THEME.tab,
      end,
    );
  }
  grid.putRight(0, grid.columns - 1, state, THEME.openTab);
}

function stateText(
  { isPaused }: Ui,
  { phase, elapsedUs, isLive, readShare }: Session,
): string {
  const time = clock(elapsedUs / 1e6);
  if (phase === "ended") return `${isLive ? "ended" : "duration"} ${time}`;
  if (!isLive) {
    const share = Math.floor(100 * (readShare ?? 0));
    return readShare === null ? "reading" : `reading ${share}%`;
  }
  if (isPaused) return `paused ${time}`;
  return phase === "waiting" ? "waiting" : `● ${time}`;
}

function drawTarget(grid: Grid, row: number, { pid, title }: Session): void {
  let column = 1;
  if (pid !== null) {
    column = grid.put(row, column, "PID ", THEME.term);
    column = grid.put(row, column, `${pid}  `, THEME.name);
  }
  grid.put(row, column, fitted(title, grid.columns - column - 1), THEME.name);
}

/** A name and what it is. */
interface Fact {
  readonly term: string;
  readonly value: string;
  readonly style?: number;
}

/** What does not fit is left out, the least important first. */
function drawFacts(grid: Grid, row: number, content: HeaderContent): void {
  const { facts, errors, samples } = content.snapshot;
  const { rate, isLive, phase } = content.session;
  const mode = facts.get("mode") ?? "";
  const intervalUs = facts.get("interval");
  const every = intervalUs === undefined ? "" : ` ${interval(intervalUs)}`;
  const isRunning = isLive && phase === "sampling";
  const shown: Fact[] = [
    { term: "thread", value: threadText(content) },
    { term: "samples", value: shortCount(samples) },
    {
      term: "errors",
      value: shortCount(errors),
      ...errors > 0 ? { style: THEME.bad } : {},
    },
    { term: "rate", value: isRunning ? `${shortCount(rate)}/s` : "" },
    { term: "mode", value: mode === "" ? "" : `${mode}${every}` },
    { term: "shows", value: metricText(content) },
    { term: "Python", value: facts.get("python") ?? "" },
  ];
  let column = 1;
  for (const { term, value, style = THEME.fact } of shown) {
    if (value === "") continue;
    if (column + widthOf(`${term} ${value}`) > grid.columns) continue;
    column = grid.put(row, column, `${term} `, THEME.term);
    column = grid.put(row, column, value, style) + 2;
  }
}

/** @returns for instance `100us`, from a text that a file may hold. */
function interval(text: string): string {
  const us = Number(text);
  if (!Number.isFinite(us)) return "";
  return us >= 1_000 && us % 1_000 === 0 ? `${us / 1_000}ms` : `${us}us`;
}

function threadText({ snapshot, session, ui }: HeaderContent): string {
  const threads = snapshot.sums?.samples.threads ?? [];
  if (ui.thread === null) return `all ${threads.length}`;
  const thread = threads[ui.thread];
  if (thread === undefined) return "";
  const name = session.threadNames.get(thread.tid) ??
    (thread.threadName || String(thread.tid));
  return `${ui.thread + 1} of ${threads.length} ${fitted(name, 20)}`;
}

/** Where there is a choice, which metric it is. */
function metricText({ snapshot, ui }: HeaderContent): string {
  const metrics = snapshot.sums?.samples.metrics ?? [];
  return metrics.length > 1 ? metrics[ui.metric]?.title ?? "" : "";
}

/** CPU to the left, memory to the right. */
function drawGraphs(grid: Grid, row: number, { cpu, memory }: Session): void {
  const half = Math.floor(grid.columns / 2);
  const cpuText = cpu.length === 0 ? "" : `${Math.round(100 * cpu.at(-1)!)}%`;
  const memoryText = memory.length === 0 ? "" : shortBytes(memory.at(-1)!);
  grid.put(row, 1, "CPU", THEME.term);
  grid.put(row, 5, graphOf(cpu, half - 11, 1), THEME.cpu);
  grid.putRight(row, half, cpuText, THEME.cpu);
  grid.put(row, half + 1, "MEM", THEME.term);
  const width = grid.columns - half - 13;
  grid.put(row, half + 5, graphOf(memory, width, 0), THEME.memory);
  grid.putRight(row, grid.columns - 1, memoryText, THEME.memory);
}
