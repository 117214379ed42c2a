/** Styles by what they are for. */

import { Colour, style } from "./style.ts";

/** The styles of the screen. */
export const THEME = {
  bar: style({ reverse: true }),
  selected: style({ reverse: true }),
  tab: style({ reverse: true, dim: true }),
  openTab: style({ reverse: true, bold: true }),
  name: style({ bold: true }),
  fact: style({}),
  term: style({ colour: Colour.muted }),
  head: style({ colour: Colour.accent, bold: true }),
  sortedHead: style({ colour: Colour.accent, bold: true, underline: true }),
  guide: style({ colour: Colour.muted }),
  file: style({ colour: Colour.muted }),
  note: style({ colour: Colour.muted }),
  thread: style({ colour: Colour.accent, bold: true }),
  cpu: style({ colour: Colour.good }),
  memory: style({ colour: Colour.accent }),
  good: style({ colour: Colour.good, bold: true }),
  bad: style({ colour: Colour.bad, bold: true }),
  key: style({ bold: true }),
  hint: style({ colour: Colour.muted }),
  filter: style({ colour: Colour.warm2, bold: true }),
  match: style({ colour: Colour.black, background: Colour.accent }),
} as const;

/** Shares of the whole from which on something is that warm. */
const HEAT: readonly (readonly [number, number])[] = [
  [0.25, style({ colour: Colour.warm4, bold: true })],
  [0.1, style({ colour: Colour.warm3, bold: true })],
  [0.03, style({ colour: Colour.warm2 })],
  [0.005, style({ colour: Colour.warm1 })],
  [0, style({ colour: Colour.muted })],
];

/** @param share of the whole, of 1. */
export function heat(share: number): number {
  return (HEAT.find(([least]) => share >= least) ?? HEAT.at(-1)!)[1];
}

const FLAMES = [
  Colour.flame1,
  Colour.flame2,
  Colour.flame3,
  Colour.flame4,
  Colour.flame5,
];

/** @returns the style of a function in the flame graph, always the same one. */
export function flame(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = (hash * 31 + name.charCodeAt(i)) | 0;
  }
  const background = FLAMES[Math.abs(hash) % FLAMES.length]!;
  return style({ colour: Colour.black, background });
}
