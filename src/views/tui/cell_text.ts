/**
 * Text in cells: what is harmless, and how wide it is. UAX #11
 *
 * Names come from targets and files and may hold anything. Here they become
 * clusters that take one or two cells each, with no effect beyond them.
 */

import { eastAsianWidth } from "get-east-asian-width";
import { visibleText } from "../../formats/visible_text.ts";

/** What takes no cell of its own but belongs to the one before. */
const COMBINING = /^[\p{Mn}\p{Me}\u1160-\u11ff]$/u;

/** What is shown in no way that terminals agree on. */
const DISPUTED = /[\p{Cf}\p{Co}\p{Cs}\p{Cn}\ufe00-\ufe0f]/gu;

/** Marks on one character; more of them only make a mess. */
const MAX_MARKS = 3;

const ASCII = /^[ -~]*$/;

/** What fills a cell, or two of them. */
export interface Cluster {
  readonly text: string;
  readonly width: 1 | 2;
}

/** Cuts a text into what fills cells. Nothing else than printable characters is left of it. */
export function clustersOf(text: string): Cluster[] {
  if (ASCII.test(text)) return [...text].map((text) => ({ text, width: 1 }));
  const clusters: { text: string; width: 1 | 2; marks: number }[] = [];
  for (const character of visibleText(text).replace(DISPUTED, "\ufffd")) {
    const last = clusters.at(-1);
    if (!COMBINING.test(character)) {
      const width = eastAsianWidth(character.codePointAt(0)!);
      clusters.push({ text: character, width, marks: 0 });
    } else if (last !== undefined && last.marks++ < MAX_MARKS) {
      last.text += character;
    }
  }
  return clusters;
}

/** @returns how many cells a text takes. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  return clustersOf(text).reduce((sum, { width }) => sum + width, 0);
}

/** Makes a text fit: what is too much at its end becomes `…`. */
export function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return width <= 0 ? "" : `${head(clustersOf(text), width - 1)}…`;
}

/** Makes a text fit that matters most at its end, as paths do. */
export function fittedEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return "";
  const clusters = clustersOf(text).reverse();
  return `…${taken(clusters, width - 1).reverse().join("")}`;
}

function head(clusters: readonly Cluster[], width: number): string {
  return taken(clusters, width).join("");
}

/** @returns the first clusters that fit. */
function taken(clusters: readonly Cluster[], width: number): string[] {
  const texts: string[] = [];
  let rest = width;
  for (const { text, width } of clusters) {
    rest -= width;
    if (rest < 0) break;
    texts.push(text);
  }
  return texts;
}
