/**
 * The whole screen: from a profile at one moment and the user's choices to
 * cells. Nothing here knows of terminals or processes.
 */

import { fitted } from "./cell_text.ts";
import { drawFooter } from "./draw_footer.ts";
import { drawHeader } from "./draw_header.ts";
import { FoldedTree } from "./folded_tree.ts";
import { Grid, type Size } from "./grid.ts";
import {
  type Content,
  type Page,
  showFlame,
  showHelp,
  type Shown,
  showNothing,
  showOutput,
  showTable,
} from "./pages.ts";
import type { Session } from "./session.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ColourDepth } from "./style.ts";
import type { Ui } from "./ui.ts";

/** A screen, and what it is made of. */
export interface Screen {
  readonly grid: Grid;
  readonly content: Content;
  /** The choices, such as they can be. */
  readonly ui: Ui;
}

/** Smaller screens show nothing that is of use. */
const MIN_SIZE: Size = { columns: 20, rows: 6 };

/** Makes screens of one profile. */
export class Screens {
  readonly #depth: ColourDepth;
  readonly #folds = [new FoldedTree(false), new FoldedTree(true)] as const;
  /** What the nodes that the user chose belong to. */
  #nodesOf = "";

  constructor(depth: ColourDepth) {
    this.#depth = depth;
  }

  /** @returns the screen of that size for a moment. */
  screen(size: Size, snapshot: Snapshot, session: Session, chosen: Ui): Screen {
    const grid = new Grid(size);
    const fold = this.#folds[chosen.isByLine ? 1 : 0];
    if (snapshot.sums !== null) fold.update(snapshot.sums, chosen.metric);
    const ui = this.#forgetNodes(chosen, fold);
    const isTiny = size.columns < MIN_SIZE.columns || size.rows < MIN_SIZE.rows;
    if (isTiny) grid.put(0, 0, fitted("too small", size.columns));
    const top = isTiny ? 1 : drawHeader(grid, { snapshot, session, ui });
    const area = { top, bottom: Math.max(size.rows - 1, top) };
    const depth = this.#depth;
    const page = { grid, area, snapshot, session, ui, fold, depth };
    const { content, ui: settled } = isTiny ? showNothing(page) : show(page);
    if (!isTiny) drawFooter(grid, settled, session);
    return { grid, content, ui: settled };
  }

  /** Nodes mean something else when the tree was made anew. */
  #forgetNodes(ui: Ui, fold: FoldedTree): Ui {
    const nodesOf = `${fold.generation} ${ui.isByLine}`;
    if (nodesOf === this.#nodesOf) return ui;
    this.#nodesOf = nodesOf;
    const selected = { ...ui.selected, key: null };
    return { ...ui, selected, zoom: null, closed: new Set() };
  }
}

function show(page: Page): Shown {
  const { ui, snapshot } = page;
  if (ui.isHelp) return showHelp(page);
  if (ui.view === "output") return showOutput(page);
  if (snapshot.sums === null) return showNothing(page);
  return ui.view === "flame" ? showFlame(page) : showTable(page, ui.view);
}
