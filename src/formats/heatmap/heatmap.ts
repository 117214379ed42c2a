/**
 * A heat map of the sources: a folder of pages that need nothing else.
 *
 * | file             | what                                                   |
 * | ---------------- | ------------------------------------------------------ |
 * | index.html       | every source file, with what it took                   |
 * | 0001-NAME.html … | a source file: each line, and where columns are known each expression, shaded by what it took |
 *
 * Sources are read where they were recorded to be; a file that is not there
 * is shown by its line numbers alone.
 */

import type { Frame, FrameTable } from "../../events/frame_table.ts";
import type { Sink } from "../../events/sink.ts";
import type { FormatOptions, OutputFolder } from "../format.ts";
import { type PlaceOf, sumsByPlace } from "../place_sums.ts";
import type { Profile } from "../profile.ts";
import { ProfileSink } from "../profile_sink.ts";
import { indexPage, sourcePage } from "./pages.ts";
import { readSource } from "./source.ts";

/** Makes the sink. */
export function createHeatmap(
  folder: OutputFolder,
  frames: FrameTable,
  options: FormatOptions,
): Sink {
  return new ProfileSink(
    frames,
    options,
    (profile) => writeHeatmap(folder, profile),
  );
}

/** What a place took, of each metric. */
export interface Heat {
  readonly own: readonly number[];
  readonly total: readonly number[];
}

/** A part of a line; columns count bytes from 1. */
export interface HotRange {
  readonly column: number;
  /** Column after the last one; Infinity where it ends on another line. */
  readonly endColumn: number;
  readonly heat: Heat;
}

/** A line that took anything. */
export interface HotLine {
  readonly heat: Heat;
  readonly ranges: HotRange[];
}

/** A source file that took anything. */
export interface HotFile {
  readonly path: string;
  /** Name of its page. */
  readonly page: string;
  readonly heat: Heat;
  /** By number; 0 is where no line is known. */
  readonly lines: ReadonlyMap<number, HotLine>;
}

function writeHeatmap(folder: OutputFolder, profile: Profile): void {
  const { title, samples: { metrics } } = profile;
  const encoder = new TextEncoder();
  const files = hotFiles(profile);
  const index = indexPage(title, metrics, files);
  folder.write("index.html", encoder.encode(index));
  for (const file of files) {
    const page = sourcePage(metrics, file, readSource(file.path));
    folder.write(file.page, encoder.encode(page));
  }
}

/** @returns the hottest first. */
function hotFiles(profile: Profile): HotFile[] {
  const linesOf = hotLines(profile);
  const files = [...heatBy(profile, ({ file }) => file)]
    .filter(([path]) => path !== "")
    .sort(([, a], [, b]) => b.own[0]! - a.own[0]! || b.total[0]! - a.total[0]!);
  return files.map(([path, heat], i) => ({
    path,
    page: pageName(path, i + 1),
    heat,
    lines: linesOf.get(path) ?? new Map(),
  }));
}

/** Keeps what makes a file of a path readable, and nothing that could lead out of the folder. */
function pageName(path: string, number: number): string {
  const name = path.slice(path.search(/[^/\\]*$/)).replaceAll(/[^\w.-]+/g, "_");
  return `${String(number).padStart(4, "0")}-${name.slice(0, 80)}.html`;
}

/** Separates the parts of a key; no name of a file has it. */
const SEPARATOR = "\0";

function hotLines(profile: Profile): Map<string, Map<number, HotLine>> {
  const files = new Map<string, Map<number, HotLine>>();
  for (const [key, heat] of heatBy(profile, lineKey)) {
    const [file = "", line] = key.split(SEPARATOR);
    const lines = files.get(file) ?? new Map<number, HotLine>();
    files.set(file, lines.set(Number(line), { heat, ranges: [] }));
  }
  for (const [key, heat] of heatBy(profile, rangeKey)) {
    const [file = "", line, column, endColumn] = key.split(SEPARATOR);
    if (Number(column) === 0) continue;
    const range = { column: Number(column), endColumn: Number(endColumn) };
    files.get(file)?.get(Number(line))?.ranges.push({ ...range, heat });
  }
  return files;
}

function lineKey({ file, line }: Frame): string {
  return [file, line].join(SEPARATOR);
}

function rangeKey(frame: Frame): string {
  const { file, line, endLine, column, endColumn } = frame;
  const end = endLine > line || endColumn === 0 ? Infinity : endColumn;
  return [file, line, column, end].join(SEPARATOR);
}

function heatBy({ samples }: Profile, placeOf: PlaceOf): Map<string, Heat> {
  const { metrics } = samples;
  const heats = new Map<string, { own: number[]; total: number[] }>();
  metrics.forEach((_, metric) => {
    for (
      const [place, { own, total }] of sumsByPlace(samples, metric, placeOf)
    ) {
      let heat = heats.get(place);
      if (heat === undefined) {
        heat = { own: metrics.map(() => 0), total: metrics.map(() => 0) };
        heats.set(place, heat);
      }
      heat.own[metric] = own;
      heat.total[metric] = total;
    }
  });
  return heats;
}
