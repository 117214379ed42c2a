/**
 * The graph itself: d3-flame-graph, with a tip, search and keys of our own.
 *
 * Where the graph is zoomed to is kept as the ids on the way from the root, so
 * that it stays when the next document comes.
 */

import flamegraph from "d3-flame-graph";
import { select } from "d3-selection";
import type { ViewNode } from "../formats/flame_graph/view_tree.ts";
import { element } from "./dom.ts";

/** Height of a frame in pixels. */
const ROW = 20;

/** Narrower frames are not drawn, which bounds the work of the browser. */
const NARROWEST = 0.7;

/** Narrower frames have no border, of which they would only consist. */
const THIN = 3;

const ZOOM_MS = 220;

/** What the library makes of a node, as far as it is used here. */
interface Drawn {
  readonly data: Flagged;
  readonly depth: number;
  readonly x0: number;
  readonly x1: number;
}

/** Flags by which the library knows where it is zoomed to. */
type Flagged = ViewNode & { hide?: boolean; fade?: boolean };

/** The library, as far as it is used here; it has no types. */
interface Library {
  (selection: unknown): void;
  width(pixels: number): Library;
  cellHeight(pixels: number): Library;
  minFrameSize(pixels: number): Library;
  transitionDuration(ms: number): Library;
  inverted(isIcicle: boolean): Library;
  resetHeightOnZoom(value: boolean): Library;
  tooltip(tip: unknown): Library;
  setColorMapper(color: (drawn: Drawn) => string): Library;
  setLabelHandler(label: () => string): Library;
  onHover(listener: (drawn: Drawn) => void): Library;
  update(root?: ViewNode): Library;
}

/** What is drawn. */
export interface Drawing {
  readonly root: ViewNode;
  readonly isIcicle: boolean;
  readonly colorOf: (node: ViewNode) => string;
  readonly describe: (node: ViewNode) => string;
  /** Null where nothing is searched. */
  readonly isMatch: ((node: ViewNode) => boolean) | null;
}

/** What the graph tells. */
export interface ChartListener {
  /** A frame is looked at; null when none is. */
  onLook(node: ViewNode | null): void;
  /** It was zoomed. @param path ids from below the root. */
  onZoom(path: readonly string[]): void;
}

/** A flame graph in an element. */
export class FlameChart {
  readonly #container: HTMLElement;
  readonly #listener: ChartListener;
  readonly #tip = element("div", { class: "tip", role: "tooltip" });
  readonly #chart: Library;
  #drawing: Drawing | null = null;
  #path: readonly string[] = [];
  /** Ids from below the root to the frame that has the focus. */
  #focus: readonly string[] = [];

  constructor(container: HTMLElement, listener: ChartListener) {
    this.#container = container;
    this.#listener = listener;
    this.#chart = this.#library();
    container.after(this.#tip);
    // Before the library sees it: it would zoom without telling where to.
    container.addEventListener("click", (event) => this.#onClick(event), true);
    container.addEventListener("keydown", (event) => this.#onKey(event));
    container.addEventListener("focusin", (event) => this.#onFocus(event));
    container.addEventListener("mouseleave", () => listener.onLook(null));
    new ResizeObserver(() => this.#resize()).observe(container);
  }

  /** Where it is zoomed to: ids from below the root. */
  get path(): readonly string[] {
    return this.#path;
  }

  /** Draws, zoomed to where it was as far as that is still there. */
  draw(drawing: Drawing): void {
    const isFirst = this.#drawing === null;
    this.#drawing = drawing;
    this.#flag();
    this.#chart.width(this.#container.clientWidth).inverted(drawing.isIcicle)
      .transitionDuration(0);
    if (isFirst) {
      select(this.#container).datum(drawing.root).call(this.#chart);
    } else this.#chart.update(drawing.root);
    this.#decorate();
  }

  /** Marks what matches, in what is drawn. */
  mark(isMatch: Drawing["isMatch"]): void {
    if (this.#drawing === null) return;
    this.#drawing = { ...this.#drawing, isMatch };
    this.#decorate();
  }

  /** Zooms to a frame. @param path ids from below the root. */
  zoomTo(path: readonly string[]): void {
    this.#path = path;
    this.#flag();
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#chart.transitionDuration(isCalm ? 0 : ZOOM_MS).update();
    this.#decorate();
    this.#listener.onZoom(this.#path);
  }

  #library(): Library {
    const tip = Object.assign(() => {}, {
      show: (event: MouseEvent, { data }: Drawn) => this.#showTip(event, data),
      hide: () => this.#tip.classList.remove("shown"),
    });
    return (flamegraph() as Library)
      .cellHeight(ROW)
      .minFrameSize(NARROWEST)
      .resetHeightOnZoom(true)
      .tooltip(tip)
      .setLabelHandler(() => "")
      .setColorMapper(({ data }) => this.#drawing!.colorOf(data))
      .onHover(({ data }) => this.#listener.onLook(data));
  }

  #resize(): void {
    if (this.#drawing === null) return;
    this.#chart.width(this.#container.clientWidth).transitionDuration(0)
      .update();
    this.#decorate();
  }

  /** Sets the library's flags: ancestors of the zoomed frame fade, what is beside them is hidden. */
  #flag(): void {
    const found: string[] = [];
    let node: Flagged = this.#drawing!.root;
    unflag(node);
    for (const id of this.#path) {
      const child = node.children.find((child) => child.id === id);
      if (child === undefined) break;
      node.fade = true;
      for (const sibling of node.children as Flagged[]) {
        sibling.hide = sibling !== child;
      }
      found.push(id);
      node = child;
    }
    this.#path = found;
  }

  /** Adds what the library does not: matches, and frames for keys and readers. */
  #decorate(): void {
    const { isMatch } = this.#drawing!;
    this.#container.classList.toggle("searching", isMatch !== null);
    const focus = this.#focus.join("\n");
    let target: Element | null = null;
    for (const frame of this.#frames()) {
      const { data, depth } = drawnOf(frame);
      const isThin = Number(frame.getAttribute("width")) < THIN;
      frame.classList.toggle("thin", isThin);
      frame.classList.toggle("match", isMatch?.(data) ?? false);
      frame.setAttribute("role", "treeitem");
      frame.setAttribute("aria-level", String(depth + 1));
      frame.setAttribute("tabindex", "-1");
      if (target === null || pathOf(data).join("\n") === focus) target = frame;
    }
    target?.setAttribute("tabindex", "0");
  }

  #frames(): NodeListOf<SVGGElement> {
    return this.#container.querySelectorAll<SVGGElement>("g.frame");
  }

  #showTip(event: MouseEvent, node: ViewNode): void {
    const tip = this.#tip;
    tip.textContent = this.#drawing!.describe(node);
    tip.classList.add("shown");
    const { offsetWidth: width, offsetHeight: height } = tip;
    const x = Math.min(event.clientX + 14, innerWidth - width - 8);
    const below = event.clientY + 18;
    const y = below + height < innerHeight ? below : event.clientY - height - 8;
    tip.style.left = `${Math.max(x, 8)}px`;
    tip.style.top = `${Math.max(y, 8)}px`;
  }

  #onClick(event: MouseEvent): void {
    const frame = (event.target as Element).closest("g.frame");
    if (frame === null) return;
    event.stopPropagation();
    this.#tip.classList.remove("shown");
    this.#focus = pathOf(drawnOf(frame).data);
    this.zoomTo(this.#focus);
  }

  #onFocus(event: FocusEvent): void {
    const frame = (event.target as Element).closest("g.frame");
    if (frame === null) return;
    const { data } = drawnOf(frame);
    this.#focus = pathOf(data);
    frame.setAttribute("aria-label", this.#drawing!.describe(data));
    this.#listener.onLook(data);
  }

  #onKey(event: KeyboardEvent): void {
    const frame = (event.target as Element).closest("g.frame");
    if (frame === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const next = this.#keyTarget(event.key, drawnOf(frame));
    if (next === undefined) return;
    event.preventDefault();
    if (next === null) return;
    for (const other of this.#frames()) other.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }

  /** @returns the frame that a key leads to, null when it leads nowhere, undefined when it is none of ours. */
  #keyTarget(key: string, at: Drawn): SVGGElement | null | undefined {
    const { isIcicle } = this.#drawing!;
    const outward = isIcicle ? "ArrowUp" : "ArrowDown";
    const inward = isIcicle ? "ArrowDown" : "ArrowUp";
    const middle = (at.x0 + at.x1) / 2;
    switch (key) {
      case outward:
        return this.#nearest((other) => other.depth === at.depth - 1, middle);
      case inward:
        return this.#nearest(
          (other) =>
            other.depth === at.depth + 1 && other.x0 >= at.x0 - 1e-9 &&
            other.x1 <= at.x1 + 1e-9,
          at.x0,
        );
      case "ArrowLeft":
        return this.#nearest(
          (other) => other.depth === at.depth && other.x1 <= at.x0 + 1e-9,
          at.x0,
        );
      case "ArrowRight":
        return this.#nearest(
          (other) => other.depth === at.depth && other.x0 >= at.x1 - 1e-9,
          at.x1,
        );
      case "Home":
        return this.#nearest((other) => other.depth === 0, 0);
      case "Enter":
      case " ":
        this.zoomTo(pathOf(at.data));
        return null;
    }
    return undefined;
  }

  /** @returns of the frames that are meant, the one nearest to a place between 0 and 1. */
  #nearest(
    isMeant: (drawn: Drawn) => boolean,
    x: number,
  ): SVGGElement | null {
    let best: SVGGElement | null = null;
    let bestDistance = Infinity;
    for (const frame of this.#frames()) {
      const drawn = drawnOf(frame);
      if (!isMeant(drawn)) continue;
      const distance = Math.max(drawn.x0 - x, x - drawn.x1, 0);
      if (distance >= bestDistance) continue;
      best = frame;
      bestDistance = distance;
    }
    return best;
  }
}

/** @returns ids from below the root to the frame. */
function pathOf(node: ViewNode): string[] {
  const path: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) path.push(at.id);
  return path.reverse();
}

function unflag(root: Flagged): void {
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    node.fade = false;
    node.hide = false;
    for (const child of node.children) stack.push(child);
  }
}

function drawnOf(frame: Element): Drawn {
  return select(frame).datum() as Drawn;
}
