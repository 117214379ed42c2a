/**
 * The table of output formats: names, unmistakable extensions, and what makes
 * the sink of each.
 *
 * Only what plain sampling needs is there from the start. Everything else is
 * imported when it is asked for; the packed file keeps it apart (see
 * `scripts/pack/bundle.ts`), so a new format costs a run without it nothing.
 */

import type { CreateSink, OutputFolder } from "../formats/format.ts";
import { CollapsedSink } from "../output/collapsed.ts";
import { MojoSink } from "../output/mojo.ts";

interface FormatRow {
  /** Names that a user may give; the first is the one that the program itself uses. */
  readonly names: readonly string[];
  /** Ends of file names that leave no doubt. */
  readonly extensions: readonly string[];
  /** Whether samples are written as they come; other formats are written at the end. */
  readonly streams: boolean;
  /** Whether it can show a difference of two profiles. */
  readonly differs: boolean;
}

/** A format that is one file, or standard output. */
export interface FileFormat extends FormatRow {
  readonly output: "file";
  readonly load: () => Promise<CreateSink>;
}

/** A format that is a folder of files. */
export interface FolderFormat extends FormatRow {
  readonly output: "folder";
  readonly load: () => Promise<CreateSink<OutputFolder>>;
}

const FORMATS = {
  text: {
    names: ["text", "collapsed"],
    extensions: [".austin"],
    streams: true,
    differs: true,
    output: "file",
    load: () =>
      Promise.resolve((writer, frames, options) =>
        new CollapsedSink(writer, frames, options)
      ),
  },
  mojo: {
    names: ["mojo"],
    extensions: [".mojo"],
    streams: true,
    differs: true,
    output: "file",
    load: () =>
      Promise.resolve((writer, frames, options) =>
        new MojoSink(writer, frames, options)
      ),
  },
  speedscope: {
    names: ["speedscope"],
    extensions: [".speedscope.json"],
    streams: false,
    differs: false,
    output: "file",
    load: async () =>
      (await import("../formats/speedscope.ts")).createSpeedscope,
  },
  pprof: {
    names: ["pprof"],
    extensions: [".pb.gz"],
    streams: false,
    differs: true,
    output: "file",
    load: async () => (await import("../formats/pprof.ts")).createPprof,
  },
  gecko: {
    names: ["gecko"],
    extensions: [],
    streams: false,
    differs: false,
    output: "file",
    load: async () => (await import("../formats/gecko.ts")).createGecko,
  },
  heatmap: {
    names: ["heatmap"],
    extensions: [],
    streams: false,
    differs: false,
    output: "folder",
    load: async () =>
      (await import("../formats/heatmap/heatmap.ts")).createHeatmap,
  },
  summary: {
    names: ["summary"],
    extensions: [],
    streams: false,
    differs: true,
    output: "file",
    load: async () => (await import("../formats/summary.ts")).createSummary,
  },
  flamegraph: {
    names: ["flamegraph"],
    extensions: [".html"],
    streams: false,
    differs: true,
    output: "file",
    load: async () =>
      (await import("../formats/flame_graph/formats.ts")).createFlameGraph,
  },
  svg: {
    names: ["svg"],
    extensions: [".svg"],
    streams: false,
    differs: true,
    output: "file",
    load: async () =>
      (await import("../formats/flame_graph/formats.ts")).createFlameSvg,
  },
} as const satisfies Readonly<Record<string, FileFormat | FolderFormat>>;

/** One of the forms in which samples can be written. */
export type Format = keyof typeof FORMATS;

const ROWS = Object.entries(FORMATS) as [Format, FileFormat | FolderFormat][];

/** All of them. */
export const ALL_FORMATS: readonly Format[] = ROWS.map(([format]) => format);

/** Every name that a user may give. */
export const FORMAT_NAMES: readonly string[] = ROWS.flatMap(([, { names }]) =>
  names
);

/** The formats and the extensions, for the help text. */
export const FORMAT_LIST: string = listed(
  ROWS.map(([, { names }]) => names[0]!),
);
export const EXTENSION_LIST: string = listed(
  ROWS.flatMap(([, { extensions }]) => extensions),
);

/** The formats that can show a difference of two profiles. */
export const DIFFERING_FORMATS: readonly string[] = ROWS
  .filter(([, { differs }]) => differs).map(([, { names }]) => names[0]!);

/** @returns the words as a sentence lists them. */
export function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** @returns all that is known of a format. */
export function formatRow(format: Format): FileFormat | FolderFormat {
  return FORMATS[format];
}

/** @returns the format of that name, or null. */
export function formatNamed(name: string): Format | null {
  return ROWS.find(([, { names }]) => names.includes(name))?.[0] ?? null;
}

/** @returns the format that a file's name asks for, or null. */
export function formatOfFile(path: string): Format | null {
  const isMeant = (extension: string) => path.endsWith(extension);
  return ROWS.find(([, { extensions }]) => extensions.some(isMeant))?.[0] ??
    null;
}
