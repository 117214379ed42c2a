/**
 * How a cell looks: colours and attributes in one number, and the sequences
 * that switch a terminal to them.
 *
 * Colours are named for what they are for. Each has a shade that is legible on
 * dark and on light backgrounds, for terminals with 256 colours and with 8.
 */

/** Numbers of colours; 0 is the terminal's own. */
export const Colour = {
  default: 0,
  accent: 1,
  muted: 2,
  good: 3,
  bad: 4,
  warm1: 5,
  warm2: 6,
  warm3: 7,
  warm4: 8,
  flame1: 9,
  flame2: 10,
  flame3: 11,
  flame4: 12,
  flame5: 13,
  black: 14,
  bar: 15,
} as const;

/** SGR parameters of a foreground, by colour: the number of 256, and one of 8 (30 to 37, 90 to 97). */
const SHADES: readonly (readonly [number, number])[] = [
  [0, 39],
  [38, 36],
  [244, 90],
  [71, 32],
  [167, 31],
  [107, 32],
  [178, 33],
  [208, 33],
  [196, 31],
  [215, 33],
  [209, 31],
  [222, 93],
  [180, 33],
  [216, 91],
  [16, 30],
  [24, 34],
];

const BACKGROUND_SHIFT = 5;
const BOLD = 1 << 10;
const DIM = 1 << 11;
const REVERSE = 1 << 12;
const UNDERLINE = 1 << 13;
const COLOUR_MASK = 31;

/** What a style is made of. */
export interface StyleParts {
  readonly colour?: number;
  readonly background?: number;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly reverse?: boolean;
  readonly underline?: boolean;
}

/** Cells of this style look as the terminal's own do. */
export const PLAIN = 0;

/** @returns a number for the style. */
export function style(parts: StyleParts): number {
  const { colour = 0, background = 0 } = parts;
  return colour | background << BACKGROUND_SHIFT |
    (parts.bold ? BOLD : 0) | (parts.dim ? DIM : 0) |
    (parts.reverse ? REVERSE : 0) | (parts.underline ? UNDERLINE : 0);
}

/** @returns the same style, marked as selected. */
export function selected(style: number): number {
  return style ^ REVERSE;
}

/** How many colours a terminal has: none at all, 8 and their bright ones, or 256. */
export type ColourDepth = 0 | 8 | 256;

/** The sequence that switches to a style from any other. ECMA-48 8.3.117 */
export function sequenceOf(style: number, depth: ColourDepth): string {
  const parameters = ["0"];
  if (style & BOLD) parameters.push("1");
  if (style & DIM) parameters.push("2");
  if (style & UNDERLINE) parameters.push("4");
  if (style & REVERSE) parameters.push("7");
  const colour = style & COLOUR_MASK;
  const background = style >> BACKGROUND_SHIFT & COLOUR_MASK;
  if (depth > 0 && colour > 0) parameters.push(shade(colour, depth, 0));
  if (depth > 0 && background > 0) parameters.push(shade(background, depth, 1));
  return `\x1b[${parameters.join(";")}m`;
}

function shade(
  colour: number,
  depth: ColourDepth,
  isBackground: 0 | 1,
): string {
  const [of256, of8] = SHADES[colour]!;
  if (depth === 8) return String(of8 + 10 * isBackground);
  return `${38 + 10 * isBackground};5;${of256}`;
}

/** The environment variables that tell of colours. */
export interface ColourEnvironment {
  readonly TERM?: string | undefined;
  readonly COLORTERM?: string | undefined;
  readonly NO_COLOR?: string | undefined;
}

/** @returns how many colours to use. https://no-color.org */
export function colourDepth(environment: ColourEnvironment): ColourDepth {
  const { TERM = "", COLORTERM = "", NO_COLOR = "" } = environment;
  if (NO_COLOR !== "" || TERM.startsWith("vt")) return 0;
  return COLORTERM !== "" || TERM.includes("256") || TERM.includes("direct")
    ? 256
    : 8;
}
