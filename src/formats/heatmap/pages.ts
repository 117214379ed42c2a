/**
 * The pages of a heat map. There is no script: the shade of a line is a number
 * between 0 and 1 in its style for each thing that can be shown, and which of
 * them is seen is decided by the choice that is checked.
 */

import { escapeControls } from "../../output/escape.ts";
import type { Metric } from "../metric.ts";
import type { Heat, HotFile, HotLine } from "./heatmap.ts";
import { type LinePart, lineParts } from "./line_parts.ts";

const STYLE = `
:root { color-scheme: light dark; --hot: 255 90 0; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 1rem 1.5rem; }
h1 { font-size: 1.2rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; }
td, th { padding: 0 .6em; text-align: right; white-space: pre; font-variant-numeric: tabular-nums; }
th { position: sticky; top: 0; background: Canvas; text-align: right; }
td.name, th.name, td.code { text-align: left; }
td.code, td.number { font-family: ui-monospace, monospace; tab-size: 8; }
td.code { background: rgb(var(--hot) / calc(var(--h, 0) * .6)); }
td.number { opacity: .6; }
td.code span { border-bottom: 3px solid rgb(var(--hot) / var(--h, 0)); }
tr.cold td.number, tr.cold td.code { background: none; }
td.bar { min-width: 10em; padding: 0; }
td.bar i { display: block; height: .9em; width: calc(var(--h, 0) * 100%); background: rgb(var(--hot) / .8); }
.m { display: none; }
label { white-space: nowrap; margin-right: 1em; }
:target { outline: 2px solid rgb(var(--hot)); }
`;

/** @returns the list of all files. */
export function indexPage(
  title: string,
  metrics: readonly Metric[],
  files: readonly HotFile[],
): string {
  const most = largest(files.map(({ heat }) => heat), metrics.length);
  const rows = files.map(({ path, page, heat }) =>
    `<tr style="${shades(heat, most)}">${amounts(heat, metrics)}` +
    `<td class="bar"><i></i></td>` +
    `<td class="name"><a href="${escapeHtml(encodeURI(page))}">${
      escapeHtml(path)
    }</a></td></tr>`
  );
  return page(title, metrics, [
    `<table><tr>${heading(metrics)}<th></th><th class="name">file</th></tr>`,
    ...rows,
    "</table>",
  ]);
}

/** @param source its lines, or null where they are not known. @returns the page of one file. */
export function sourcePage(
  metrics: readonly Metric[],
  { path, lines }: HotFile,
  source: readonly string[] | null,
): string {
  const heats = [...lines.values()].map(({ heat }) => heat);
  const most = largest(heats, metrics.length);
  const numbers = source === null
    ? [...lines.keys()].sort((a, b) => a - b)
    : [...lines.has(0) ? [0] : [], ...source.map((_, i) => i + 1)];
  const note = source === null
    ? [
      "<p>The source is not on this machine: these are the lines that took anything.</p>",
    ]
    : [];
  const rows = numbers.map((number) =>
    sourceRow(number, source?.[number - 1] ?? "", {
      line: lines.get(number),
      metrics,
      most,
    })
  );
  return page(path, metrics, [
    '<p><a href="index.html">All files</a></p>',
    ...note,
    `<table><tr>${
      heading(metrics)
    }<th>line</th><th class="name">source</th></tr>`,
    ...rows,
    "</table>",
  ]);
}

const NOTHING: Heat = { own: [], total: [] };

/** What a line is shown with. */
interface RowContext {
  readonly line: HotLine | undefined;
  readonly metrics: readonly Metric[];
  readonly most: Heat;
}

function sourceRow(
  number: number,
  text: string,
  { line, metrics, most }: RowContext,
): string {
  const label = number === 0 ? "?" : String(number);
  const cells = line === undefined
    ? amounts(NOTHING, metrics)
    : amounts(line.heat, metrics);
  const style = line === undefined
    ? ' class="cold"'
    : ` style="${shades(line.heat, most)}"`;
  const parts = lineParts(text, line?.ranges ?? []);
  const code = parts.map((part) => partHtml(part, line, metrics)).join("");
  return `<tr id="L${number}"${style}>${cells}<td class="number">${label}</td>` +
    `<td class="code">${code}</td></tr>`;
}

/** The part's share is that of its line, so that it is told apart in cool lines too. */
function partHtml(
  { text, heat }: LinePart,
  line: HotLine | undefined,
  metrics: readonly Metric[],
): string {
  const shown = escapeHtml(text);
  if (heat === null || line === undefined) return shown;
  const facts = metrics.map(({ title, unit }, i) =>
    `${title}: ${amount(heat.own[i]!, unit) || "0"} own, ${
      amount(heat.total[i]!, unit) || "0"
    } total`
  );
  const style = shades(heat, line.heat);
  return `<span style="${style}" title="${facts.join("\n")}">${shown}</span>`;
}

function page(
  title: string,
  metrics: readonly Metric[],
  content: readonly string[],
): string {
  return [
    "<!doctype html>",
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}${choiceStyles(metrics)}</style>`,
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${choices(metrics)}</p>`,
    ...content,
    "</html>\n",
  ].join("\n");
}

/** Names of what can be shown: of each metric, own and total. */
function shownThings(
  metrics: readonly Metric[],
): { id: string; title: string }[] {
  return metrics.flatMap(({ title }, i) => [
    { id: `o${i}`, title: `${title}, own` },
    { id: `t${i}`, title: `${title}, total` },
  ]);
}

function choices(metrics: readonly Metric[]): string {
  return shownThings(metrics).map(({ id, title }, i) =>
    `<label><input type="radio" name="shown" id="${id}"${
      i === 0 ? " checked" : ""
    }> ${title}</label>`
  ).join("");
}

function choiceStyles(metrics: readonly Metric[]): string {
  return shownThings(metrics).map(({ id }) =>
    `body:has(#${id}:checked) { :is(tr, span) { --h: var(--${id}, 0); } .m${
      id.slice(1)
    } { display: table-cell; } }\n`
  ).join("");
}

function heading(metrics: readonly Metric[]): string {
  return shownThings(metrics).map(({ id, title }) =>
    `<th class="m m${id.slice(1)}">${title}</th>`
  ).join("");
}

function amounts({ own, total }: Heat, metrics: readonly Metric[]): string {
  return metrics.map(({ unit }, i) =>
    [own, total].map((column) =>
      `<td class="m m${i}">${amount(column[i] ?? 0, unit)}</td>`
    ).join("")
  ).join("");
}

function amount(value: number, unit: Metric["unit"]): string {
  if (value === 0) return "";
  return unit === "us"
    ? `${(value / 1000).toFixed(1)} ms`
    : `${(value / 1024).toFixed(1)} KiB`;
}

/** The square root keeps lines that take a hundredth of the hottest visible. */
function shades({ own, total }: Heat, most: Heat): string {
  return own.map((_, i) =>
    `--o${i}:${shade(own[i]!, most.own[i]!)};` +
    `--t${i}:${shade(total[i]!, most.total[i]!)}`
  ).join(";");
}

function shade(value: number, most: number): string {
  return most === 0 ? "0" : Math.sqrt(value / most).toFixed(3);
}

function largest(heats: readonly Heat[], count: number): Heat {
  const most = { own: zeros(count), total: zeros(count) };
  for (const { own, total } of heats) {
    for (let i = 0; i < count; i++) {
      most.own[i] = Math.max(most.own[i]!, own[i]!);
      most.total[i] = Math.max(most.total[i]!, total[i]!);
    }
  }
  return most;
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  const visible = text.split("\t").map(escapeControls).join("\t");
  return visible.replaceAll(/[&<>"]/g, (character) => entities[character]!);
}
