/** The controls above the graph. They show the state and ask for another one, and keep none. */

import { kindOf, NodeKind, numberOf } from "../formats/call_tree.ts";
import type { FlameDocument } from "../formats/flame_graph/document.ts";
import type { View } from "../formats/flame_graph/view_tree.ts";
import { element } from "./dom.ts";
import type { PageState } from "./state.ts";

/** What the controls ask for. */
export interface ToolbarListener {
  onChange(change: Partial<PageState>): void;
  onReset(): void;
  onSvg(): void;
}

/** One of the choices of a list. */
type Choice = readonly [value: string, label: string];

/** The controls. */
export class Toolbar {
  /** What is looked at. */
  readonly element: HTMLElement;
  /** What can be done with it. */
  readonly actions: HTMLElement;
  readonly #listener: ToolbarListener;
  readonly #metric: HTMLSelectElement;
  readonly #process: HTMLSelectElement;
  readonly #thread: HTMLSelectElement;
  readonly #search: HTMLInputElement;
  readonly #found = element("output", {
    class: "found",
    "aria-live": "polite",
  });
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #reset: HTMLButtonElement;
  #state: PageState;

  /** @param extra more actions. */
  constructor(
    state: PageState,
    listener: ToolbarListener,
    extra: readonly HTMLElement[],
  ) {
    this.#state = state;
    this.#listener = listener;
    this.#metric = this.#select("metric", (metric) => this.#look({ metric }));
    this.#process = this.#select(
      "process",
      (process) => this.#look({ process, thread: -1 }),
    );
    this.#thread = this.#select("thread", (thread) => this.#look({ thread }));
    this.#search = element("input", {
      type: "search",
      placeholder: "Search name or file, or /regex/",
      "aria-label": "Search",
      input: () => listener.onChange({ term: this.#search.value }),
    });
    this.#reset = button("Reset zoom", () => listener.onReset(), "Esc");
    this.element = this.#controls();
    const svg = button("SVG", () => listener.onSvg(), "Save as SVG");
    svg.name = "svg";
    this.actions = element(
      "div",
      { class: "actions" },
      ...extra,
      svg,
      this.#toggle("dark", "Dark", () => {
        const theme = this.#state.theme === "dark" ? "light" : "dark";
        listener.onChange({ theme });
      }),
    );
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Shows a state of a document. @param found share of what is searched for, or an empty text. */
  show(document: FlameDocument, state: PageState, found: string): void {
    this.#state = state;
    const { view } = state;
    const metrics = document.metrics.map(({ title }) => title);
    setChoices(this.#metric, choicesOf(metrics), view.metric);
    const processes = document.processes.map((pid) => `process ${pid}`);
    setChoices(
      this.#process,
      [["-1", "all processes"], ...choicesOf(processes)],
      view.process,
    );
    const threads = threadChoices(document, view.process);
    setChoices(this.#thread, [["-1", "all threads"], ...threads], view.thread);
    if (this.#search.value !== state.term) this.#search.value = state.term;
    this.#found.textContent = found;
    for (const [name, pressed] of pressedButtons(state)) {
      this.#buttons.get(name)?.setAttribute("aria-pressed", String(pressed));
    }
  }

  /** @param canReset whether the graph is zoomed. */
  showZoom(canReset: boolean): void {
    this.#reset.disabled = !canReset;
  }

  #controls(): HTMLElement {
    const change = (change: Partial<PageState>) => () =>
      this.#listener.onChange(change);
    return element(
      "div",
      { class: "toolbar", role: "toolbar", "aria-label": "View" },
      this.#metric,
      this.#process,
      this.#thread,
      this.#group(
        this.#toggle(
          "processes",
          "Processes",
          () =>
            this.#look({ showsProcesses: !this.#state.view.showsProcesses }),
        ),
        this.#toggle(
          "threads",
          "Threads",
          () => this.#look({ showsThreads: !this.#state.view.showsThreads }),
        ),
      ),
      this.#group(
        this.#toggle(
          "byFunction",
          "By function",
          () => this.#look({ byLine: false }),
        ),
        this.#toggle("byLine", "By line", () => this.#look({ byLine: true })),
      ),
      this.#group(
        this.#toggle("icicle", "Icicle", change({ isIcicle: true })),
        this.#toggle("flame", "Flame", change({ isIcicle: false })),
      ),
      this.#group(
        this.#toggle("graph", "Graph", change({ tab: "graph" })),
        this.#toggle("table", "Table", change({ tab: "functions" })),
      ),
      element("span", { class: "search" }, this.#search, this.#found),
      this.#reset,
    );
  }

  #select(
    name: string,
    onChoice: (value: number) => void,
  ): HTMLSelectElement {
    const select = element("select", {
      "aria-label": name,
      name,
      change: () => onChoice(Number(select.value)),
    });
    return select;
  }

  #toggle(name: string, label: string, onPress: () => void): HTMLButtonElement {
    const made = button(label, onPress);
    made.name = name;
    this.#buttons.set(name, made);
    return made;
  }

  #group(...buttons: readonly HTMLButtonElement[]): HTMLElement {
    return element("span", { class: "group", role: "group" }, ...buttons);
  }

  #look(change: Partial<View>): void {
    this.#listener.onChange({ view: { ...this.#state.view, ...change } });
  }

  /** `/` and Ctrl-F go to the search, Escape leaves it, and the zoom. */
  #onKey(event: KeyboardEvent): void {
    const isTyping = event.target instanceof HTMLInputElement;
    const isFind = event.key === "f" && (event.ctrlKey || event.metaKey);
    if (isFind || event.key === "/" && !isTyping) {
      event.preventDefault();
      this.#search.focus();
      this.#search.select();
    } else if (event.key === "Escape") {
      if (this.#state.term !== "") this.#listener.onChange({ term: "" });
      else this.#listener.onReset();
    }
  }
}

/** Makes a button. @param hint shown when the pointer rests on it. */
export function button(
  label: string,
  onPress: () => void,
  hint = "",
): HTMLButtonElement {
  const title = hint === "" ? {} : { title: hint };
  return element("button", { type: "button", click: onPress, ...title }, label);
}

function pressedButtons(state: PageState): [name: string, boolean][] {
  const { view, isIcicle, theme, tab } = state;
  return [
    ["processes", view.showsProcesses],
    ["threads", view.showsThreads],
    ["byFunction", !view.byLine],
    ["byLine", view.byLine],
    ["icicle", isIcicle],
    ["flame", !isIcicle],
    ["graph", tab === "graph"],
    ["table", tab === "functions"],
    ["dark", theme === "dark"],
  ];
}

function choicesOf(labels: readonly string[]): Choice[] {
  return labels.map((label, i) => [String(i), label]);
}

/** Threads that are in the graph, of one process or of all. */
function threadChoices(
  { parents, keys, processes, threads }: FlameDocument,
  process: number,
): Choice[] {
  const choices: Choice[] = [];
  for (let i = 1; i < keys.length; i++) {
    if (kindOf(keys[i]!) !== NodeKind.thread) continue;
    const thread = numberOf(keys[i]!);
    const owner = numberOf(keys[parents[i]!]!);
    if (process >= 0 && owner !== process) continue;
    const isAlone = process >= 0 || processes.length < 2;
    const where = isAlone ? "" : ` of ${processes[owner]}`;
    choices.push([String(thread), `thread ${threads[thread]}${where}`]);
  }
  return choices;
}

/** Sets the choices where they have changed; a list that is open stays open. */
function setChoices(
  select: HTMLSelectElement,
  choices: readonly Choice[],
  chosen: number,
): void {
  const known = [...select.options].map(({ value, text }) =>
    `${value} ${text}`
  );
  const wanted = choices.map(([value, label]) => `${value} ${label}`);
  if (known.join("\n") !== wanted.join("\n")) {
    const options = choices.map(([value, label]) =>
      element("option", { value }, label)
    );
    select.replaceChildren(...options);
  }
  select.value = String(chosen);
  const real = choices.filter(([value]) => value !== "-1");
  select.hidden = real.length < 2 && chosen <= 0;
}
