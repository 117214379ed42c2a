/**
 * A terminal's screen as SVG: text with the colours that `tmux capture-pane -e`
 * tells by SGR sequences.
 */

import { escaped } from "../docs/svg_text.ts";

/** Size of a cell and of what is in it, in pixels. */
const CELL = { width: 8.43, height: 18, font: 14 };
const MARGIN = 12;
const BACKGROUND = "#1b1e26";
const FOREGROUND = "#d8dce4";

/** The first sixteen of a terminal's colours. */
const COLOURS = [
  ...["#2b303b", "#e06c75", "#8fc379", "#e5c07b"],
  ...["#61afef", "#c678dd", "#56b6c2", "#c5cad3"],
  ...["#6b7280", "#ef8f96", "#a9d694", "#f0d399"],
  ...["#85c4f5", "#d69ae6", "#7accd6", "#ffffff"],
];

/** How cells look from here on. */
interface Style {
  colour: string | null;
  background: string | null;
  isBold: boolean;
  isDim: boolean;
  isReversed: boolean;
}

const PLAIN: Readonly<Style> = {
  colour: null,
  background: null,
  isBold: false,
  isDim: false,
  isReversed: false,
};

/** @param lines the screen's lines. @param columns its width. */
export function terminalSvg(lines: readonly string[], columns: number): string {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans Mono, monospace" font-size="${CELL.font}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    ...drawnLines(lines),
    "</svg>",
    "",
  ].join("\n");
}

function drawnLines(lines: readonly string[]): string[] {
  const style = { ...PLAIN };
  return lines.flatMap((line, row) => {
    let column = 0;
    // deno-lint-ignore no-control-regex
    return line.split(/\x1b\[([\d;]*)m/).flatMap((part, i) => {
      if (i % 2 === 1) {
        change(style, part.split(";").map(Number));
        return [];
      }
      const drawn = drawnRun(part, style, column, row);
      column += [...part].length;
      return drawn;
    });
  });
}

function drawnRun(
  text: string,
  style: Style,
  column: number,
  row: number,
): string[] {
  if (text === "") return [];
  const x = MARGIN + column * CELL.width;
  const y = MARGIN + row * CELL.height;
  const width = [...text].length * CELL.width;
  const { isBold, isDim, isReversed } = style;
  const colours = [style.colour ?? FOREGROUND, style.background] as const;
  const [colour, background] = isReversed
    ? [colours[1] ?? BACKGROUND, colours[0]]
    : colours;
  return [
    ...background === null ? [] : [
      `<rect x="${x}" y="${y}" width="${
        width + 0.4
      }" height="${CELL.height}" fill="${background}"/>`,
    ],
    ...text.trim() === "" ? [] : [
      `<text x="${x}" y="${
        y + 13.5
      }" xml:space="preserve" textLength="${width}" fill="${colour}"${
        isBold ? ' font-weight="bold"' : ""
      }${isDim ? ' opacity="0.6"' : ""}>${escaped(text)}</text>`,
    ],
  ];
}

/** Changes a style by the numbers of an SGR sequence. */
function change(style: Style, codes: readonly number[]): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 0) Object.assign(style, PLAIN);
    else if (code === 1) style.isBold = true;
    else if (code === 2) style.isDim = true;
    else if (code === 22) style.isBold = style.isDim = false;
    else if (code === 7 || code === 27) style.isReversed = code === 7;
    else if (code === 39) style.colour = null;
    else if (code === 49) style.background = null;
    else if (code === 38 || code === 48) {
      const rest = codes.slice(i + 1);
      const colour = rest[0] === 5
        ? indexed(rest[1] ?? 0)
        : `rgb(${rest.slice(1, 4).join(",")})`;
      if (code === 38) style.colour = colour;
      else style.background = colour;
      i += rest[0] === 5 ? 2 : 4;
    } else if (isIn(code, 30)) style.colour = COLOURS[code - 30]!;
    else if (isIn(code, 40)) style.background = COLOURS[code - 40]!;
    else if (isIn(code, 90)) style.colour = COLOURS[code - 82]!;
    else if (isIn(code, 100)) style.background = COLOURS[code - 92]!;
  }
}

function isIn(code: number, first: number): boolean {
  return first <= code && code < first + 8;
}

/** @returns one of a terminal's 256 colours: 16, then a cube of 6, then greys. */
function indexed(index: number): string {
  if (index < 16) return COLOURS[index]!;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey},${grey},${grey})`;
  }
  const level = (value: number) => value === 0 ? 0 : 55 + value * 40;
  const cube = index - 16;
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return `rgb(${parts.map(level).join(",")})`;
}
