/**
 * Speedscope's own format, version 0.0.1 of its file-format schema.
 *
 * There is a profile for each thread and each metric: wall and CPU time in
 * microseconds, memory gained and released in bytes. Samples are in the order
 * in which they were taken; those of a run that is too long for that are added
 * up by stack.
 *
 * | frame of Speedscope | here                                               |
 * | ------------------- | -------------------------------------------------- |
 * | name                | the function's                                     |
 * | file, line          | where it was; each line of a function is a frame   |
 */

import type { Frame, FrameTable } from "../events/frame_table.ts";
import type { Sink } from "../events/sink.ts";
import type { ByteWriter } from "../output/byte_writer.ts";
import type { CallTree } from "./call_tree.ts";
import type { FormatOptions } from "./format.ts";
import type { Metric } from "./metric.ts";
import { Frames, type Profile, spansOf, threadTitle } from "./profile.ts";
import { ProfileSink } from "./profile_sink.ts";
import type { ThreadTimeline } from "./timeline.ts";

const SCHEMA = "https://www.speedscope.app/file-format-schema.json";

const UNITS = { us: "microseconds", bytes: "bytes" } as const;

/** Makes the sink. */
export function createSpeedscope(
  writer: ByteWriter,
  frames: FrameTable,
  options: FormatOptions,
): Sink {
  return new ProfileSink(
    frames,
    { ...options, hasTimeline: true },
    (profile) => {
      if (options.indent === 0) writeSpeedscope(writer, profile);
      else writeIndented(writer, profile, options.indent);
      writer.flush();
    },
  );
}

/** One of the profiles in the file: leaves of stacks, and the weight of each. */
interface Series {
  readonly name: string;
  readonly metric: Metric;
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
  readonly total: number;
}

/** What takes the text of a file. */
interface TextWriter {
  text(text: string): void;
}

function writeSpeedscope(writer: TextWriter, profile: Profile): void {
  const all = seriesOf(profile);
  const head = {
    $schema: SCHEMA,
    exporter: "austin",
    name: profile.title,
    activeProfileIndex: largest(all),
  };
  const { tree, frames: table } = profile.samples;
  const frames = new FrameList(new Frames(table));
  writer.text(`${JSON.stringify(head).slice(0, -1)},"profiles":[`);
  all.forEach((series, i) => {
    writer.text(i === 0 ? "\n" : ",\n");
    writeSeries(writer, series, (node) => frames.stackText(tree, node));
  });
  writer.text('\n],"shared":{"frames":[');
  frames.texts.forEach((text, i) => {
    writer.text((i === 0 ? "\n" : ",\n") + text);
  });
  writer.text("\n]}}\n");
}

/** For people, who read small files. */
function writeIndented(
  writer: ByteWriter,
  profile: Profile,
  indent: number,
): void {
  const texts: string[] = [];
  writeSpeedscope({ text: (text) => texts.push(text) }, profile);
  const file: unknown = JSON.parse(texts.join(""));
  writer.text(`${JSON.stringify(file, null, indent)}\n`);
}

/** @returns index of the profile to be shown first: of the first metric, the one of the busiest thread. */
function largest(all: readonly Series[]): number {
  let best = 0;
  all.forEach(({ metric, total }, i) => {
    if (metric === all[0]!.metric && total > all[best]!.total) best = i;
  });
  return best;
}

/** @returns those in which anything was measured. */
function seriesOf(profile: Profile): Series[] {
  const { metrics, threads } = profile.samples;
  const spans = spansOf(profile);
  return metrics.flatMap((metric, column) =>
    threads.map((thread, number): Series => {
      const { nodes, weights } = columnsOf(spans[number]!, column);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const name = `${metric.title}: ${threadTitle(thread)}`;
      return { name, metric, nodes, weights, total };
    })
  ).filter(({ total }) => total > 0);
}

/** @returns what one thread has of one metric. */
function columnsOf(
  spans: ThreadTimeline,
  metric: number,
): Pick<Series, "nodes" | "weights"> {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let row = 0; row < spans.size; row++) {
    const weight = spans.weights[metric]![row]!;
    if (weight === 0) continue;
    nodes.push(spans.nodes[row]!);
    weights.push(weight);
  }
  return { nodes, weights };
}

function writeSeries(
  writer: TextWriter,
  { name, metric, nodes, weights, total }: Series,
  stackOf: (node: number) => string,
): void {
  const unit = UNITS[metric.unit];
  const head = { type: "sampled", name, unit, startValue: 0, endValue: total };
  writer.text(`${JSON.stringify(head).slice(0, -1)},"samples":[`);
  writeList(writer, nodes, stackOf);
  writer.text('],"weights":[');
  writeList(writer, weights, String);
  writer.text("]}");
}

function writeList(
  writer: TextWriter,
  items: readonly number[],
  textOf: (item: number) => string,
): void {
  items.forEach((item, i) => {
    const comma = i === 0 ? "" : ",";
    writer.text(comma + textOf(item));
  });
}

/** The frames of the file: those that differ in more than columns, which would tear functions apart. */
class FrameList {
  /** As JSON, by index. */
  readonly texts: string[] = [];
  readonly #frames: Frames;
  readonly #indexes = new Map<string, number>();
  readonly #known: number[] = [];

  constructor(frames: Frames) {
    this.#frames = frames;
  }

  /** @returns the node's stack as Speedscope has it: indexes of frames from the root. */
  stackText(tree: CallTree, node: number): string {
    const ids = this.#frames.ofStack(tree, node).reverse();
    const indexes = ids.map((id) => this.#known[id] ??= this.#indexOf(id));
    return `[${indexes.join(",")}]`;
  }

  #indexOf(id: number): number {
    const text = JSON.stringify(frameOf(this.#frames.get(id)));
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    const index = this.texts.push(text) - 1;
    this.#indexes.set(text, index);
    return index;
  }
}

/** What is not known is left out. */
function frameOf({ scope, file, line }: Frame): object {
  return {
    name: scope,
    ...file === "" ? {} : { file },
    ...line === 0 ? {} : { line },
  };
}
