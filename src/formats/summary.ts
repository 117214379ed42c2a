/**
 * A summary as plain text, for reading on the spot: for each metric, the
 * functions and lines that took most of it themselves.
 *
 * | column | what it is                                                      |
 * | ------ | --------------------------------------------------------------- |
 * | own    | what the function, or line, took itself                         |
 * | total  | with all that it called; of recursive calls the outermost counts |
 * | ±own   | with a base: how much more than there                           |
 *
 * Rows are sorted by own; with a base by how far that has changed.
 */

import type { Frame, FrameTable } from "../events/frame_table.ts";
import type { Sink } from "../events/sink.ts";
import type { ByteWriter } from "../output/byte_writer.ts";
import { escapeControls } from "../output/escape.ts";
import { ROOT } from "./call_tree.ts";
import type { FormatOptions } from "./format.ts";
import { type PlaceOf, type PlaceSums, sumsByPlace } from "./place_sums.ts";
import type { Profile } from "./profile.ts";
import { ProfileSink } from "./profile_sink.ts";
import type { SampleTree } from "./sample_tree.ts";

/** Makes the sink. */
export function createSummary(
  writer: ByteWriter,
  frames: FrameTable,
  options: FormatOptions,
): Sink {
  return new ProfileSink(frames, options, (profile) => {
    writer.text(summaryOf(profile, options));
    writer.flush();
  });
}

type SummaryOptions = Pick<FormatOptions, "base" | "top">;

function summaryOf(profile: Profile, options: SummaryOptions): string {
  const { metrics } = profile.samples;
  const sections = metrics.map((_, metric) =>
    section(profile, metric, options)
  );
  return [head(profile, options), ...sections].join("\n");
}

function head(
  { title, metadata, samples }: Profile,
  { base }: SummaryOptions,
): string {
  const { processes, threads } = samples;
  const facts = ["python", "mode", "interval", "duration"].flatMap((key) => {
    const value = metadata.get(key);
    return value === undefined ? [] : [`${key} ${value}${UNITS_OF[key] ?? ""}`];
  });
  const counts = [
    counted(samples.samples, "sample", "samples"),
    counted(processes.length, "process", "processes"),
    counted(threads.length, "thread", "threads"),
  ];
  const against = base === null ? "" : `, compared with ${base.title}`;
  return escapeControls(title + against) + "\n" +
    escapeControls([...facts, ...counts].join(", ")) + "\n";
}

/** Units of metadata. */
const UNITS_OF: Readonly<Record<string, string>> = {
  interval: " us",
  duration: " us",
};

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The part about one metric. */
function section(
  { samples }: Profile,
  metric: number,
  { base, top }: SummaryOptions,
): string {
  const { title, unit, name } = samples.metrics[metric]!;
  const whole = wholeOf(samples, metric);
  const baseMetric = base === null
    ? -1
    : base.samples.metrics.findIndex((other) => other.name === name);
  const baseWhole = baseMetric < 0 ? 0 : wholeOf(base!.samples, baseMetric);
  if (whole === 0 && baseWhole === 0) return `${title}: none\n`;
  const scale = scaleOf(unit, Math.max(whole, baseWhole));
  const change = baseMetric < 0
    ? ""
    : `, ${amount(Math.abs(whole - baseWhole), scale)} ${
      whole < baseWhole ? "less" : "more"
    } than in the base`;
  const tables = PLACES.map(([kind, placeOf]) => {
    const sums = sumsByPlace(samples, metric, placeOf);
    const before = baseMetric < 0
      ? null
      : sumsByPlace(base!.samples, baseMetric, placeOf);
    return table({ kind, whole, scale, top }, rowsOf(sums, before));
  });
  return [
    `${title}: ${amount(whole, scale)}${change}\n`,
    ...tables,
  ].join("\n");
}

/** What there are tables of; marks have no file. */
const PLACES: readonly (readonly [kind: string, PlaceOf])[] = [
  ["function", functionName],
  ["line", lineName],
];

function functionName({ scope, file }: Frame): string {
  return file === "" ? scope : `${scope} (${file})`;
}

function lineName({ scope, file, line }: Frame): string {
  return file === "" ? scope : `${file}:${line} (${scope})`;
}

function wholeOf({ tree }: SampleTree, metric: number): number {
  return tree.totals(metric)[ROOT]!;
}

/** A line of a table. */
interface Row {
  readonly place: string;
  readonly own: number;
  readonly total: number;
  /** null without a base. */
  readonly ownChange: number | null;
}

function rowsOf(sums: PlaceSums, before: PlaceSums | null): Row[] {
  const places = new Set([...sums.keys(), ...before?.keys() ?? []]);
  const nothing = { own: 0, total: 0 };
  const rows = [...places].map((place): Row => {
    const { own, total } = sums.get(place) ?? nothing;
    const ownChange = before === null
      ? null
      : own - (before.get(place) ?? nothing).own;
    return { place, own, total, ownChange };
  });
  const weight = ({ own, ownChange }: Row) =>
    ownChange === null ? own : Math.abs(ownChange);
  return rows.sort((a, b) =>
    weight(b) - weight(a) || b.total - a.total ||
    (a.place < b.place ? -1 : 1)
  );
}

/** How a table is laid out. */
interface Layout {
  readonly kind: string;
  readonly whole: number;
  readonly scale: Scale;
  readonly top: number;
}

function table(
  { kind, whole, scale, top }: Layout,
  rows: readonly Row[],
): string {
  const hasChange = rows[0]?.ownChange !== undefined &&
    rows[0].ownChange !== null;
  const titles = [
    "own",
    "own %",
    ...hasChange ? ["±own"] : [],
    "total",
    "total %",
  ];
  const heading = titles.map((title) => title.padStart(WIDTH)).join("");
  const lines = rows.slice(0, top).map((row) => {
    const cells = [
      amount(row.own, scale),
      share(row.own, whole),
      ...hasChange ? [signed(row.ownChange ?? 0, scale)] : [],
      amount(row.total, scale),
      share(row.total, whole),
    ];
    return `${cells.map((cell) => cell.padStart(WIDTH)).join("")}  ${
      escapeControls(row.place)
    }`;
  });
  const rest = rows.length - lines.length;
  const more = rest > 0 ? [`${" ".repeat(WIDTH)}and ${rest} more`] : [];
  return [`${heading}  ${kind}`, ...lines, ...more, ""].join("\n");
}

const WIDTH = 12;

/** A unit for all numbers of a table. */
interface Scale {
  readonly unit: string;
  readonly divisor: number;
}

function scaleOf(unit: "us" | "bytes", largest: number): Scale {
  if (unit === "us") {
    if (largest >= 1e6) return { unit: "s", divisor: 1e6 };
    return { unit: "ms", divisor: 1e3 };
  }
  if (largest >= 2 ** 20) return { unit: "MiB", divisor: 2 ** 20 };
  return { unit: "KiB", divisor: 2 ** 10 };
}

function amount(value: number, { unit, divisor }: Scale): string {
  return `${(value / divisor).toFixed(3)} ${unit}`;
}

function signed(value: number, scale: Scale): string {
  const sign = value < 0 ? "-" : "+";
  return sign + amount(Math.abs(value), scale);
}

function share(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : 100 * part / whole).toFixed(2)} %`;
}
