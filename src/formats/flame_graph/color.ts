/**
 * The colours of frames: by whose code it is, and a shade for each file; or,
 * where two runs are compared, by what has grown and what has shrunk.
 */

import type { ViewNode } from "./view_tree.ts";

/** Whose code a frame can be. */
export const ORIGINS = [
  { name: "own", title: "Your code", hue: 8, span: 38, saturation: 88 },
  { name: "packages", title: "Packages", hue: 204, span: 24, saturation: 72 },
  {
    name: "library",
    title: "Standard library",
    hue: 148,
    span: 30,
    saturation: 38,
  },
  { name: "native", title: "Native", hue: 262, span: 34, saturation: 55 },
] as const;

/** One of them. */
export type Origin = typeof ORIGINS[number];

const [OWN, PACKAGES, LIBRARY, NATIVE] = ORIGINS;

/** Light or dark. */
export type Theme = "light" | "dark";

/** What a colour depends on beside the frame. */
export interface Palette {
  readonly theme: Theme;
  /** The root of the graph when two runs are compared, else null. */
  readonly compared: Pick<ViewNode, "value" | "base"> | null;
}

/** @returns whose code is in a file. */
export function originOf(file: string): Origin {
  if (/^native$|^kernel$|\.so[.\d]*$/.test(file)) return NATIVE;
  if (/[\\/](site|dist)-packages[\\/]/.test(file)) return PACKAGES;
  const isFrozen = /^<(frozen|string|stdin)|^<__/.test(file);
  return isFrozen || /[\\/]lib[\\/]python\d/i.test(file) ? LIBRARY : OWN;
}

/** @returns a colour as CSS has it. */
export function colorOf(node: ViewNode, { theme, compared }: Palette): string {
  if (node.kind === "mark") return theme === "light" ? "#c9ccd1" : "#4a4e55";
  if (compared !== null) return differenceColor(node, compared, theme);
  if (node.kind !== "frame") return theme === "light" ? "#dfe3e8" : "#3a3f47";
  const { hue, span, saturation } = originOf(node.file);
  const shade = hash(node.file);
  const tint = hash(node.name);
  const tone = hue + span * shade;
  return theme === "light"
    ? hsl(tone, saturation, 69 + 12 * tint)
    : hsl(tone, 0.62 * saturation, 28 + 10 * tint);
}

/** Red has a larger share than before, blue a smaller one. */
function differenceColor(
  node: ViewNode,
  whole: Pick<ViewNode, "value" | "base">,
  theme: Theme,
): string {
  const grown = changeOf(node, whole);
  const strength = Math.min(1, Math.sqrt(Math.abs(grown) * 4));
  const hue = grown > 0 ? 6 : 214;
  return theme === "light"
    ? hsl(hue, 85 * strength, 91 - 27 * strength)
    : hsl(hue, 62 * strength, 27 + 13 * strength);
}

/** @returns by how much a frame's share of the whole has grown, from -1 to 1. */
export function changeOf(
  node: Pick<ViewNode, "value" | "base">,
  whole: Pick<ViewNode, "value" | "base">,
): number {
  return node.value / (whole.value || 1) - node.base / (whole.base || 1);
}

function hsl(hue: number, saturation: number, lightness: number): string {
  return `hsl(${hue.toFixed(0)} ${saturation.toFixed(0)}% ${
    lightness.toFixed(0)
  }%)`;
}

/** @returns a number from 0 to 1 that looks random and is always the same for a text. FNV-1a */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  }
  sum = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d);
  return ((sum ^ (sum >>> 13)) >>> 0) / 2 ** 32;
}
