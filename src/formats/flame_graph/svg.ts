/**
 * A flame graph as one static SVG, which needs nothing else and does nothing:
 * every frame has a title that says all about it.
 */

import { colorOf, type Theme } from "./color.ts";
import { describe, type Whole } from "./describe.ts";
import type { FlameDocument } from "./document.ts";
import { type View, type ViewNode, viewTree } from "./view_tree.ts";

/** How a graph is drawn. */
export interface SvgOptions {
  readonly theme: Theme;
  /** Whether the outermost frames are at the top. */
  readonly isIcicle: boolean;
  /** The frame that takes the whole width, as ids from the root; empty for the root itself. */
  readonly zoom: readonly string[];
}

const WIDTH = 1200;
const MARGIN = 10;
const HEAD = 58;
const FOOT = 26;
const ROW = 17;
const CHARACTER = 6.65;
/** Narrower frames are not drawn; a pixel is as fine as one can see. */
const NARROWEST = 0.4;

/** Where a frame is drawn. */
interface Box {
  readonly node: ViewNode;
  readonly x: number;
  readonly width: number;
  readonly row: number;
}

/** Draws a graph. */
export function flameSvg(
  document: FlameDocument,
  view: View,
  options: SvgOptions,
): string {
  const root = viewTree(document, view);
  const { boxes, hidden } = layOut(root, options.zoom);
  const rows = 1 + boxes.reduce((most, { row }) => Math.max(most, row), 0);
  const height = HEAD + rows * ROW + FOOT;
  const metric = document.metrics[view.metric]!;
  const whole = { root, metric, isCompared: document.base !== null };
  const place = ({ row }: Box) =>
    HEAD + ROW * (options.isIcicle ? row : rows - 1 - row);
  const frames = boxes.map((box) => frame(box, place(box), whole, options));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="11">`,
    `<title>${escapeXml(document.title)}</title>`,
    ...heading(document, metric.title, options.theme),
    ...frames,
    footnote(document, hidden, height, options.theme),
    "</svg>\n",
  ].join("\n");
}

function layOut(
  root: ViewNode,
  zoom: readonly string[],
): { boxes: Box[]; hidden: number } {
  const boxes: Box[] = [];
  let hidden = 0;
  const width = WIDTH - 2 * MARGIN;
  const stack: Box[] = [{ node: root, x: MARGIN, width, row: 0 }];
  for (let box = stack.pop(); box !== undefined; box = stack.pop()) {
    if (box.width < NARROWEST) {
      hidden++;
      continue;
    }
    boxes.push(box);
    stack.push(...childrenOf(box, zoom));
  }
  return { boxes, hidden };
}

/** On the way to the frame that is zoomed to only that way is drawn, over the whole width. */
function childrenOf({ node, x, width, row }: Box, zoom: readonly string[]) {
  const next = zoom[row];
  if (next !== undefined) {
    const child = node.children.find(({ id }) => id === next);
    if (child !== undefined) return [{ node: child, x, width, row: row + 1 }];
  }
  const scale = width / (node.value || 1);
  let at = x;
  return node.children.map((child) => {
    const box = {
      node: child,
      x: at,
      width: child.value * scale,
      row: row + 1,
    };
    at += box.width;
    return box;
  });
}

function frame(
  { node, x, width }: Box,
  y: number,
  whole: Whole,
  { theme }: SvgOptions,
): string {
  const compared = whole.isCompared ? whole.root : null;
  const fill = colorOf(node, { theme, compared });
  const room = Math.floor((width - 6) / CHARACTER);
  const text = room < 3
    ? ""
    : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}" fill="${inkOf(theme)}">${
      escapeXml(shortened(node.name, room))
    }</text>`;
  return `<g><title>${escapeXml(describe(node, whole))}</title><rect x="${
    x.toFixed(2)
  }" y="${y}" width="${Math.max(width - 0.5, 0.3).toFixed(2)}" height="${
    ROW - 1
  }" rx="1.5" fill="${fill}"/>${text}</g>`;
}

function heading(
  { title, facts }: FlameDocument,
  metric: string,
  theme: Theme,
): string[] {
  const room = Math.floor((WIDTH - 2 * MARGIN) / 8);
  const known = [metric, ...facts.map((fact) => fact.join(" "))].join("   ");
  const ink = inkOf(theme);
  return [
    `<rect width="100%" height="100%" fill="${
      theme === "light" ? "#ffffff" : "#16181d"
    }"/>`,
    `<text x="${MARGIN}" y="25" font-size="15" font-weight="bold" fill="${ink}">${
      escapeXml(shortened(title, room))
    }</text>`,
    `<text x="${MARGIN}" y="44" fill="${ink}" fill-opacity=".7">${
      escapeXml(shortened(known, Math.floor((WIDTH - 20) / CHARACTER)))
    }</text>`,
  ];
}

function footnote(
  { dropped }: FlameDocument,
  hidden: number,
  height: number,
  theme: Theme,
): string {
  const notes = [
    ...dropped > 0 ? [`${dropped} rare stack nodes merged`] : [],
    ...hidden > 0 ? [`${hidden} frames too narrow to be drawn`] : [],
  ];
  return `<text x="${MARGIN}" y="${height - 9}" fill="${
    inkOf(theme)
  }" fill-opacity=".6">${notes.join(", ")}</text>`;
}

function inkOf(theme: Theme): string {
  return theme === "light" ? "#1b1d21" : "#eceef1";
}

function shortened(text: string, room: number): string {
  const characters = [...text];
  return characters.length <= room
    ? text
    : `${characters.slice(0, room - 1).join("")}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** @returns the text for any place in XML or HTML; what XML cannot have becomes U+FFFD. XML 1.0, 2.2 */
export function escapeXml(text: string): string {
  return text.toWellFormed()
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
