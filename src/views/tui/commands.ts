/** What keys do: they make other choices, or ask for something to be done. */

import { type Direction, neighbour } from "./flame_blocks.ts";
import type { Key, KeyName } from "./keys.ts";
import type { Content } from "./pages.ts";
import { SORTS, THRESHOLDS, type Ui, type ViewName, VIEWS } from "./ui.ts";

/** What somebody else has to do. */
export type Request =
  | { readonly kind: "quit" | "suspend" | "redraw" | "reset" | "nameFile" }
  | { readonly kind: "save"; readonly path: string };

/** What a key leads to. */
export interface Outcome {
  readonly ui: Ui;
  readonly request?: Request;
}

/** Characters of a line that is typed. */
const MAX_PROMPT_LENGTH = 500;

/** @param content what the key was pressed at the sight of. */
export function press(ui: Ui, key: Key, content: Content): Outcome {
  const seen = ui.notice === "" ? ui : { ...ui, notice: "" };
  if (key.name === "interrupt") return { ui: seen, request: { kind: "quit" } };
  if (key.name === "suspend") return { ui: seen, request: { kind: "suspend" } };
  if (key.name === "redraw") return { ui: seen, request: { kind: "redraw" } };
  if (seen.prompt !== null) return typed(seen, seen.prompt, key);
  if (key.name === "character") {
    return characterKeys[key.character.toLowerCase()]?.(seen, content) ??
      { ui: seen };
  }
  return namedKeys[key.name]?.(seen, content) ?? { ui: seen };
}

type Command = (ui: Ui, content: Content) => Outcome;

/** Keys that type a character, capital or not. */
const characterKeys: Readonly<Record<string, Command>> = {
  q: (ui) => ({ ui, request: { kind: "quit" } }),
  "?": toggleHelp,
  h: toggleHelp,
  "1": open("top"),
  t: open("top"),
  "2": open("stack"),
  w: open("stack"),
  "3": open("tree"),
  f: open("tree"),
  "4": open("flame"),
  g: open("flame"),
  "5": open("output"),
  o: open("output"),
  k: (ui, content) => move(ui, content, -1),
  j: (ui, content) => move(ui, content, 1),
  "[": (ui, content) => beside(ui, content, "previous"),
  "]": (ui, content) => beside(ui, content, "next"),
  "<": (ui) => ({ ui: sorted(ui, -1) }),
  ">": (ui) => ({ ui: sorted(ui, 1) }),
  r: (ui) => ({ ui: fromTop({ ...ui, isReversed: !ui.isReversed }) }),
  l: (ui) => ({ ui: fromTop({ ...ui, isByLine: !ui.isByLine }) }),
  m: (ui, { metricCount }) => ({
    ui: fromTop({ ...ui, metric: (ui.metric + 1) % metricCount }),
  }),
  "+": (ui) => ({ ui: threshold(ui, 1) }),
  "=": (ui) => ({ ui: threshold(ui, 1) }),
  "-": (ui) => ({ ui: threshold(ui, -1) }),
  _: (ui) => ({ ui: threshold(ui, -1) }),
  "/": (ui) => ({
    ui: { ...ui, isHelp: false, prompt: { kind: "filter", text: ui.filter } },
  }),
  p: togglePause,
  " ": togglePause,
  z: (ui) => ({
    ui: { ...fromTop(ui), thread: null, notice: "All samples are forgotten" },
    request: { kind: "reset" },
  }),
  s: (ui) => ({ ui, request: { kind: "nameFile" } }),
};

const namedKeys: Readonly<Partial<Record<KeyName, Command>>> = {
  help: toggleHelp,
  tab: (ui) => ({ ui: nextView(ui, 1) }),
  backTab: (ui) => ({ ui: nextView(ui, -1) }),
  left: (ui, content) => ({ ui: otherThread(ui, content, -1) }),
  right: (ui, content) => ({ ui: otherThread(ui, content, 1) }),
  shiftLeft: (ui, content) => beside(ui, content, "previous"),
  shiftRight: (ui, content) => beside(ui, content, "next"),
  up: (ui, content) => move(ui, content, -1),
  down: (ui, content) => move(ui, content, 1),
  pageUp: (ui, content) => move(ui, content, -content.pageSize),
  pageDown: (ui, content) => move(ui, content, content.pageSize),
  home: (ui, content) => move(ui, content, -Infinity),
  end: (ui, content) => move(ui, content, Infinity),
  enter: enter,
  backspace: (ui) => ({
    ui: ui.view === "flame"
      ? { ...ui, zoom: null }
      : { ...ui, closed: new Set<number>() },
  }),
  escape: (ui) => ({
    ui: ui.isHelp
      ? { ...ui, isHelp: false, scroll: 0 }
      : { ...ui, filter: "", zoom: null },
  }),
};

function toggleHelp(ui: Ui): Outcome {
  return { ui: { ...ui, isHelp: !ui.isHelp, scroll: 0 } };
}

function togglePause(ui: Ui): Outcome {
  return { ui: { ...ui, isPaused: !ui.isPaused } };
}

function open(view: ViewName): Command {
  return (ui) => ({ ui: fromTop({ ...ui, view, isHelp: false }) });
}

function nextView(ui: Ui, step: number): Ui {
  const place = VIEWS.indexOf(ui.view) + step + VIEWS.length;
  return fromTop({ ...ui, view: VIEWS[place % VIEWS.length]!, isHelp: false });
}

/** The first row is selected again. */
function fromTop(ui: Ui): Ui {
  return { ...ui, selected: { index: 0, key: null }, scroll: 0 };
}

/** Before the first thread are all of them. */
function otherThread(ui: Ui, { threadCount }: Content, step: number): Ui {
  const count = threadCount + 1;
  const place = (ui.thread ?? -1) + 1 + step;
  const next = (place + count) % count - 1;
  return { ...fromTop(ui), thread: next < 0 ? null : next, zoom: null };
}

function sorted(ui: Ui, step: number): Ui {
  if (ui.view !== "top" && ui.view !== "tree") return ui;
  const place = SORTS.indexOf(ui.sorts[ui.view]) + step + SORTS.length;
  const sorts = { ...ui.sorts, [ui.view]: SORTS[place % SORTS.length]! };
  return fromTop({ ...ui, sorts });
}

function threshold(ui: Ui, step: number): Ui {
  const place = ui.threshold + step;
  const last = THRESHOLDS.length - 1;
  return { ...ui, threshold: Math.min(Math.max(place, 0), last) };
}

function move(ui: Ui, content: Content, distance: number): Outcome {
  if (ui.isHelp || ui.view === "output") {
    const most = Math.max(content.lineCount - content.pageSize, 0);
    return { ui: { ...ui, scroll: clamped(ui.scroll + distance, most) } };
  }
  if (ui.view === "flame") {
    return beside(ui, content, distance < 0 ? "up" : "down");
  }
  const last = Math.max(content.rows.length - 1, 0);
  const index = clamped(ui.selected.index + distance, last);
  const key = content.rows[index]?.key ?? null;
  return { ui: { ...ui, selected: { index, key } } };
}

function clamped(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

function beside(ui: Ui, content: Content, direction: Direction): Outcome {
  if (ui.view !== "flame") return { ui };
  const { levels, fold } = content;
  const from = ui.selected.key ?? levels[0]?.[0]?.node ?? 0;
  const key = neighbour(levels, fold, from, direction);
  return { ui: { ...ui, selected: { index: 0, key } } };
}

/** Zooms into a block; opens or closes a branch. */
function enter(ui: Ui, { rows }: Content): Outcome {
  const { key, index } = ui.selected;
  if (ui.view === "flame") {
    return { ui: key === null ? ui : { ...ui, zoom: key } };
  }
  const node = rows[index]?.key;
  if (ui.view !== "tree" || node === undefined) return { ui };
  const closed = new Set(ui.closed);
  if (!closed.delete(node)) closed.add(node);
  return { ui: { ...ui, closed, selected: { index, key: node } } };
}

/** What is typed into a line. */
function typed(ui: Ui, prompt: NonNullable<Ui["prompt"]>, key: Key): Outcome {
  const { kind, text } = prompt;
  const change = (text: string): Outcome => {
    const next = { ...ui, prompt: { kind, text } };
    return { ui: kind === "filter" ? { ...next, filter: text } : next };
  };
  switch (key.name) {
    case "character":
      return change((text + key.character).slice(0, MAX_PROMPT_LENGTH));
    case "backspace":
      return change([...text].slice(0, -1).join(""));
    case "erase":
      return change("");
    case "escape":
      return {
        ui: { ...ui, prompt: null, ...kind === "filter" ? { filter: "" } : {} },
      };
    case "enter": {
      const done = { ...ui, prompt: null };
      return kind === "save" && text !== ""
        ? { ui: done, request: { kind: "save", path: text } }
        : { ui: done };
    }
    default:
      return { ui };
  }
}
