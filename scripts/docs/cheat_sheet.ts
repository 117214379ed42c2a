/**
 * The cheat sheet: one landscape page of A4 as SVG.
 *
 * Options come from the option table; formats, modes, environment and exit
 * codes from the README. Cards flow into three columns, and everything is as large
 * as the page allows. What would have to be too small to be read is an error, so
 * that no option can fall off the page.
 */

import {
  type Option,
  type OptionTable,
  takesArgument,
} from "../../src/cli/options.ts";
import { groupsOf } from "./groups.ts";
import { tableUnder } from "./markdown.ts";
import { escaped, textWidth, wrapped } from "./svg_text.ts";

/** Where the sheet's words are taken from. */
export interface SheetSources {
  readonly readme: string;
  readonly version: string;
}

/** A4 in landscape, in units of which a text is {@linkcode SIZE} high. */
interface Page {
  readonly width: number;
  readonly height: number;
  /** Width of a column. */
  readonly column: number;
}

/** Widths of the page that are tried, from large texts to small ones, in units. */
const WIDEST = { from: 1050, to: 1500, step: 10 };
const MARGIN = 26;
/** Height of what is above the cards. */
const HEAD = 66;
const COLUMNS = 3;
const GAP = 14;
const PADDING = 10;
const SIZE = 9.4;
const LINE = 11.8;
const TITLE = 22;
/** Between rows of a card. */
const ROW_GAP = 2.2;

const COMMANDS: readonly (readonly [command: string, does: string])[] = [
  ["austin -w PID", "where is each thread, this moment?"],
  ["austin -p PID -x 10 --format summary", "what takes the time?"],
  ["austin -p PID -x 30 -o flames.html", "a flame graph of half a minute"],
  ["austin -o flames.html python3 app.py", "of a program from its start"],
  [
    "austin -C -s -p PID -x 60 -o cpu.mojo",
    "CPU time of a server and its workers",
  ],
  ["austin -m -o memory.html python3 app.py", "where memory comes from"],
  ["austin -n -p PID -x 10 -o native.html", "with functions of machine code"],
  ["austin --web --open -p PID", "watch it live in a browser"],
  ["austin --from cpu.mojo -o cpu.pb.gz", "from one format to another"],
  [
    "austin --from new.mojo --diff old.mojo --format summary",
    "what has changed?",
  ],
];

/** What stands in a card: a key, and what it means. */
interface Row {
  readonly key: string;
  readonly text: string;
}

interface Card {
  readonly title: string;
  readonly colour: string;
  readonly rows: readonly Row[];
  /** Width of the keys; with 0 they stand above their texts. */
  readonly keys: number;
}

/** @returns the sheet. @throws Error when it does not fit on a page. */
export function cheatSheet(table: OptionTable, sources: SheetSources): string {
  const { page, columns } = layOut(cardsOf(table, sources.readme));
  const { width, height } = page;
  const body = columns.flatMap((cards, i) => {
    let y = HEAD;
    return cards.map((card) => {
      const x = MARGIN + i * (page.column + GAP);
      const drawn = draw(card, { x, y, width: page.column });
      y += heightOf(card, page.column) + GAP;
      return drawn;
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="210mm" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="${SIZE}">`,
    `<title>austin ${sources.version}: cheat sheet</title>`,
    "<style>",
    '.k { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-weight: bold; }',
    ".t { fill: #333 }",
    "</style>",
    `<rect width="${width}" height="${height}" fill="#f3f4f7"/>`,
    ...heading(table, sources.version, width),
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

function heading(table: OptionTable, version: string, width: number): string[] {
  const [first = ""] = sentences(table.description);
  return [
    `<text x="${MARGIN}" y="42" font-size="30" font-weight="bold" fill="#20242c">${table.program}<tspan font-size="13" font-weight="normal" fill="#666" dx="8">${version}</tspan></text>`,
    `<text x="${
      width - MARGIN
    }" y="32" text-anchor="end" font-size="10.5" class="t">${
      escaped(first)
    }</text>`,
    `<text x="${
      width - MARGIN
    }" y="48" text-anchor="end" font-size="10.5" class="k" fill="#20242c">${table.program} [OPTION...] ${
      escaped(table.synopsis)
    }</text>`,
  ];
}

function cardsOf(table: OptionTable, readme: string): Card[] {
  const rows = (heading: string): Row[] =>
    tableUnder(readme, heading).map(([key = "", text = ""]) => ({
      key: plain(key),
      text: plain(text),
    }));
  const formats = tableUnder(readme, "From samples to an answer");
  return [
    {
      title: "Common commands",
      colour: "#b3541e",
      keys: 0,
      rows: COMMANDS.map(([key, text]) => ({ key, text })),
    },
    {
      title: "Formats",
      colour: "#7a4a9c",
      keys: 92,
      rows: formats.map(([key = "", end = "", text = ""]) => ({
        key: plain(key),
        text: plain(end === "" ? text : `${text} (${end})`),
      })),
    },
    ...groupsOf(table).map((group) => ({
      title: group,
      colour: "#2b5d8a",
      keys: 134,
      rows: table.options.filter((option) => option.group === group)
        .map((option) => ({
          key: namesOf(option),
          text: sentences(option.help)[0] ?? "",
        })),
    })),
    {
      title: "Environment",
      colour: "#3a7d44",
      keys: 118,
      rows: rows("Environment"),
    },
    {
      title: "Exit codes",
      colour: "#3a7d44",
      keys: 56,
      rows: rows("Exit codes"),
    },
  ];
}

function namesOf(option: Option): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  const argument = takesArgument(option) ? `=${option.argument}` : "";
  return `${short}--${option.long}${argument}`;
}

/** @returns the page with the largest text that takes the cards, in their order. */
function layOut(cards: readonly Card[]): { page: Page; columns: Card[][] } {
  for (let width = WIDEST.from; width <= WIDEST.to; width += WIDEST.step) {
    const height = Math.round(width * 210 / 297);
    const column = (width - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;
    const columns = fill(cards, column, height - HEAD - MARGIN);
    if (columns.length <= COLUMNS) {
      return { page: { width, height, column: round(column) }, columns };
    }
  }
  throw new Error("The cheat sheet does not fit on a page: shorten help texts");
}

function fill(
  cards: readonly Card[],
  column: number,
  height: number,
): Card[][] {
  const columns: Card[][] = [];
  let left = 0;
  for (const card of cards) {
    const needed = heightOf(card, column);
    if (needed > height) return Array(COLUMNS + 1).fill([]);
    if (columns.length === 0 || needed > left) {
      columns.push([]);
      left = height;
    }
    columns.at(-1)!.push(card);
    left -= needed + GAP;
  }
  return columns;
}

function heightOf(card: Card, column: number): number {
  const rows = card.rows.map((row) =>
    linesOf(card, row, column).length * LINE + ROW_GAP
  );
  return TITLE + rows.reduce((sum, height) => sum + height, 0) + PADDING;
}

/** @returns the lines of a row; where keys stand above, the first one is the key's. */
function linesOf(card: Card, { key, text }: Row, column: number): string[] {
  const width = column - 2 * PADDING - card.keys;
  const lines = wrapped(text, width, SIZE);
  if (card.keys === 0) return [key, ...lines];
  // A key that is too long has a line of its own.
  return isLong(card, key) ? ["", ...lines] : lines;
}

function isLong(card: Card, key: string): boolean {
  return textWidth(key, SIZE, "mono") > card.keys - 4;
}

/** Where a card is. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function draw(card: Card, { x, y, width }: Place): string {
  const left = x + PADDING;
  const parts = [
    `<rect x="${x}" y="${y}" width="${width}" height="${
      round(heightOf(card, width))
    }" rx="5" fill="#fff" stroke="#d5d8df"/>`,
    `<text x="${left}" y="${
      y + 15
    }" font-size="11" font-weight="bold" fill="${card.colour}">${
      escaped(card.title)
    }</text>`,
  ];
  let at = y + TITLE + LINE - 3;
  for (const row of card.rows) {
    const lines = linesOf(card, row, width);
    parts.push(
      `<text x="${left}" y="${
        round(at)
      }" class="k" xml:space="preserve" fill="${card.colour}">${
        escaped(row.key)
      }</text>`,
    );
    const texts = card.keys === 0 ? ["", ...lines.slice(1)] : lines;
    texts.forEach((line, i) => {
      if (line === "") return;
      parts.push(
        `<text x="${round(left + card.keys)}" y="${
          round(at + i * LINE)
        }" class="t">${escaped(line)}</text>`,
      );
    });
    at += lines.length * LINE + ROW_GAP;
  }
  return parts.join("\n");
}

function sentences(text: string): string[] {
  return text.split(/(?<=\.) (?=[A-Z])/).map((one) => one.replace(/\.$/, ""));
}

function plain(markdown: string): string {
  return markdown.replaceAll("`", "").replaceAll("\\", "");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
