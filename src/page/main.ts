/**
 * The page of a flame graph: of a document that is in the page, or of those
 * that a server sends while a run goes on.
 */

import { formatAmount, formatShare } from "../formats/flame_graph/amount.ts";
import {
  colorOf,
  ORIGINS,
  type Palette,
} from "../formats/flame_graph/color.ts";
import {
  amountsOf,
  describe,
  placeOf,
  type Whole,
} from "../formats/flame_graph/describe.ts";
import type { FlameDocument } from "../formats/flame_graph/document.ts";
import { flameSvg } from "../formats/flame_graph/svg.ts";
import { type ViewNode, viewTree } from "../formats/flame_graph/view_tree.ts";
import { element } from "./dom.ts";
import { FlameChart } from "./flame_chart.ts";
import { LiveConnection, type LiveSetup } from "./live.ts";
import { matchedValue, matchOf } from "./search.ts";
import { firstState, type PageState } from "./state.ts";
import { functionTable } from "./table.ts";
import { Toolbar } from "./toolbar.ts";
// Last, so that it has the last word.
import "./page.css";

/** All that is on the page. */
class Page {
  #document: FlameDocument;
  #state: PageState;
  #root: ViewNode | null = null;
  /** Whether a frame is described, which stays when another document comes. */
  #isLooking = false;
  readonly #toolbar: Toolbar;
  readonly #chart: FlameChart;
  readonly #title = element("h1");
  readonly #facts = element("p", { class: "facts" });
  readonly #graph = element("div", {
    class: "graph",
    role: "tree",
    "aria-label": "Flame graph",
  });
  readonly #table = element("div", { class: "table" });
  readonly #look = element("div", { class: "look" });
  readonly #legend = element("div", { class: "legend" });

  constructor(shown: FlameDocument, live: LiveConnection | null) {
    this.#document = shown;
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    this.#state = firstState(isDark ? "dark" : "light");
    this.#toolbar = new Toolbar(this.#state, {
      onChange: (change) => this.#change(change),
      onReset: () => this.#chart.zoomTo([]),
      onSvg: () => this.#saveSvg(),
    }, live === null ? [] : [live.status, ...live.controls()]);
    const name = element("div", { class: "name" }, this.#title, this.#facts);
    document.body.append(
      element("header", {}, name, this.#toolbar.actions),
      this.#toolbar.element,
      element("main", {}, this.#graph, this.#table),
      element("footer", {}, this.#look, this.#legend),
    );
    this.#chart = new FlameChart(this.#graph, {
      onLook: (node) => this.#showLook(node),
      onZoom: (path) => this.#toolbar.showZoom(path.length > 0),
    });
    this.#render();
  }

  /** Shows another document, as much as can be like the one before. */
  show(shown: FlameDocument): void {
    this.#document = shown;
    this.#render();
  }

  #change(change: Partial<PageState>): void {
    const isSearch = Object.keys(change).join() === "term";
    this.#state = { ...this.#state, ...change };
    if (isSearch && this.#state.tab === "graph") this.#search();
    else this.#render();
  }

  /** Shows another search in the graph that is there. */
  #search(): void {
    const isMatch = matchOf(this.#state.term);
    this.#showFound(isMatch);
    this.#chart.mark(isMatch);
  }

  #showFound(isMatch: ReturnType<typeof matchOf>): void {
    const root = this.#root!;
    const found = isMatch === null
      ? ""
      : formatShare(matchedValue(root, isMatch), root.value);
    this.#toolbar.show(this.#document, this.#state, found);
  }

  #render(): void {
    const { theme, term, tab } = this.#state;
    const shown = this.#document;
    const root = viewTree(shown, this.#state.view);
    const isMatch = matchOf(term);
    this.#root = root;
    document.documentElement.dataset["theme"] = theme;
    document.title = `${shown.title} · austin`;
    this.#title.textContent = shown.title;
    this.#showFacts();
    this.#showFound(isMatch);
    this.#graph.hidden = tab !== "graph";
    this.#table.hidden = tab !== "functions";
    if (tab === "graph") this.#draw(root, isMatch);
    else this.#tabulate(root, isMatch);
    this.#toolbar.showZoom(this.#chart.path.length > 0);
    this.#showLegend();
    if (!this.#isLooking) this.#showLook(null);
  }

  #draw(root: ViewNode, isMatch: ReturnType<typeof matchOf>): void {
    const palette = this.#palette(root);
    const whole = this.#whole(root);
    this.#chart.draw({
      root,
      isMatch,
      isIcicle: this.#state.isIcicle,
      colorOf: (node) => colorOf(node, palette),
      describe: (node) => describe(node, whole),
    });
  }

  #tabulate(root: ViewNode, isMatch: ReturnType<typeof matchOf>): void {
    this.#table.replaceChildren(functionTable({
      whole: this.#whole(root),
      order: this.#state.order,
      isMatch,
      palette: this.#palette(root),
      onOrder: (order) => this.#change({ order }),
      onRow: ({ name }) => this.#change({ term: name, tab: "graph" }),
    }));
  }

  #palette(root: ViewNode): Palette {
    const compared = this.#document.base === null ? null : root;
    return { theme: this.#state.theme, compared };
  }

  #whole(root: ViewNode): Whole {
    const metric = this.#document.metrics[this.#state.view.metric]!;
    return { root, metric, isCompared: this.#document.base !== null };
  }

  #showFacts(): void {
    const { facts, samples, metrics } = this.#document;
    const { title, unit } = metrics[this.#state.view.metric]!;
    const all: (readonly [string, string])[] = [
      [title, formatAmount(this.#root!.value, unit)],
      ["Samples", samples.toLocaleString("en")],
      ...facts,
    ];
    this.#facts.replaceChildren(
      ...all.map(([label, value]) =>
        element("span", {}, element("b", {}, label), ` ${value}`)
      ),
    );
  }

  #showLook(node: ViewNode | null): void {
    this.#isLooking = node !== null;
    if (node === null) {
      const { dropped } = this.#document;
      const note = dropped === 0
        ? ""
        : `${
          dropped.toLocaleString("en")
        } nodes with little weight are merged. `;
      this.#look.textContent =
        `${note}Click or Enter zooms, / searches, Esc goes back, arrow keys walk.`;
      return;
    }
    const place = placeOf(node);
    this.#look.replaceChildren(
      element("b", {}, node.name),
      ...place === "" ? [] : [element("span", { class: "place" }, place)],
      element("span", {}, amountsOf(node, this.#whole(this.#root!))),
    );
  }

  #showLegend(): void {
    const { theme } = this.#state;
    const sample = { ...this.#root!, kind: "frame", name: "" } as const;
    const item = (title: string, color: string) => {
      const spot = element("i");
      spot.style.background = color;
      return element("span", {}, spot, title);
    };
    if (this.#document.base !== null) {
      const compared = { value: 1, base: 1 };
      const change = (value: number, base: number) =>
        colorOf({ ...sample, value, base }, { theme, compared });
      this.#legend.replaceChildren(
        item("smaller share than in the base", change(0, 0.25)),
        item("larger share", change(0.25, 0)),
      );
      return;
    }
    const palette = { theme, compared: null };
    this.#legend.replaceChildren(
      ...ORIGINS.map(({ title, name }) =>
        item(title, colorOf({ ...sample, file: EXAMPLES[name] }, palette))
      ),
    );
  }

  #saveSvg(): void {
    const text = flameSvg(this.#document, this.#state.view, {
      theme: this.#state.theme,
      isIcicle: this.#state.isIcicle,
      zoom: this.#chart.path,
    });
    const url = URL.createObjectURL(
      new Blob([text], { type: "image/svg+xml" }),
    );
    element("a", { href: url, download: "flame_graph.svg" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}

/** A file of each origin, for the legend. */
const EXAMPLES = {
  own: "main.py",
  packages: "/site-packages/a.py",
  library: "<frozen a>",
  native: "native",
} as const;

/** What the server or the writer of the file has put into the page as JSON. */
function dataOf(id: string): unknown {
  const text = document.getElementById(id)?.textContent;
  return text === undefined || text === null ? null : JSON.parse(text);
}

function start(): void {
  const shown = dataOf("document") as FlameDocument | null;
  const setup = dataOf("live") as LiveSetup | null;
  if (shown !== null) new Page(shown, null);
  if (setup === null) return;
  let page: Page | null = null;
  const live = new LiveConnection(setup, (shown) => {
    if (page === null) page = new Page(shown, live);
    else page.show(shown);
  });
}

start();
