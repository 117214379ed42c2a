/**
 * The Firefox Profiler's processed format, version 48: the last one in which
 * every thread has tables of its own. The profiler upgrades it when it opens a
 * file. Types: github.com/firefox-devtools/profiler src/types/profile.js
 *
 * | table             | here                                                 |
 * | ----------------- | ---------------------------------------------------- |
 * | threads           | one for each thread                                  |
 * | samples           | when, which stack, and its weight: time in ms, or bytes gained |
 * | threadCPUDelta    | µs on the CPU, in full mode                          |
 * | nativeAllocations | bytes gained, and, negative, released; in memory and full mode |
 * | categories        | Python, native code, garbage collection              |
 *
 * Profiles of memory have no times; their samples are an interval apart.
 */

import type { Frame, FrameTable } from "../events/frame_table.ts";
import type { Sink } from "../events/sink.ts";
import type { ByteWriter } from "../output/byte_writer.ts";
import type { FormatOptions } from "./format.ts";
import { GeckoTables } from "./gecko_tables.ts";
import type { Metric } from "./metric.ts";
import { Frames, type Profile, spansOf, threadNumbers } from "./profile.ts";
import { ProfileSink } from "./profile_sink.ts";
import type { ThreadIdentity } from "./recorded_threads.ts";
import type { ThreadTimeline } from "./timeline.ts";

const PROCESSED_VERSION = 48;
/** Of the format that Firefox itself writes, at that time. */
const GECKO_VERSION = 28;

/** Makes the sink. */
export function createGecko(
  writer: ByteWriter,
  frames: FrameTable,
  options: FormatOptions,
): Sink {
  return new ProfileSink(
    frames,
    { ...options, hasTimeline: true },
    (profile) => writeGecko(writer, profile),
  );
}

function writeGecko(writer: ByteWriter, profile: Profile): void {
  const { threads } = profile.samples;
  const head = { meta: metaOf(profile), libs: [], counters: [] };
  writer.text(`${JSON.stringify(head).slice(0, -1)},"threads":[`);
  const writers = new ThreadMaker(profile);
  threads.forEach((thread, number) => {
    const comma = number === 0 ? "\n" : ",\n";
    writer.text(comma + JSON.stringify(writers.make(thread, number)));
  });
  writer.text("\n]}\n");
  writer.flush();
}

/** What the profiler is told of the whole. */
function metaOf({ title, metadata }: Profile): object {
  const python = metadata.get("python");
  return {
    interval: (Number(metadata.get("interval")) || 1) / 1000,
    startTime: 0,
    processType: 0,
    product: title,
    importedFrom: "austin",
    ...python === undefined ? {} : { misc: `Python ${python}` },
    stackwalk: 1,
    debug: false,
    toolkit: "",
    version: GECKO_VERSION,
    preprocessedProfileVersion: PROCESSED_VERSION,
    symbolicated: true,
    symbolicationNotSupported: true,
    usesOnlyOneStackType: true,
    sourceCodeIsNotOnSearchfox: true,
    categories: CATEGORIES.map((category) => ({
      ...category,
      subcategories: ["Other"],
    })),
    markerSchema: [],
    sampleUnits: { time: "ms", eventDelay: "ms", threadCPUDelta: "µs" },
  };
}

/** One of them must be grey: what has no category is of that one. */
const CATEGORIES = [
  { name: "Python", color: "yellow" },
  { name: "Native", color: "blue" },
  { name: "Garbage collection", color: "orange" },
  { name: "Other", color: "grey" },
] as const;

function categoryOf({ file, scope }: Frame): number {
  if (file === "") return scope === "(garbage collection)" ? 2 : 3;
  return file.startsWith("native@") || file === "kernel" ? 1 : 0;
}

/** Makes threads one after the other. */
class ThreadMaker {
  readonly #profile: Profile;
  readonly #frames: Frames;
  /** Nodes of each thread, those near the root first. */
  readonly #nodes: readonly number[][];
  readonly #spans: readonly ThreadTimeline[];

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#frames = new Frames(profile.samples.frames);
    this.#nodes = nodesByThread(profile);
    this.#spans = spansOf(profile);
  }

  make(thread: ThreadIdentity, number: number): object {
    const { pid, iid, tid, threadName } = thread;
    const tables = new GeckoTables();
    const stacks = this.#stacksOf(number, tables);
    const id = tid === 0 ? threadName : String(tid);
    const interpreter = iid === 0 ? "" : ` of interpreter ${iid}`;
    const isMainThread = tid === pid && iid === 0;
    return {
      processType: "default",
      processStartupTime: 0,
      processShutdownTime: null,
      registerTime: 0,
      unregisterTime: null,
      pausedRanges: [],
      name: (threadName || `Thread ${id}`) + interpreter,
      isMainThread,
      processName: `Process ${pid}`,
      pid: String(pid),
      tid: tid === 0 ? threadName : tid,
      ...this.#samplesOf(this.#spans[number]!, stacks),
      markers: {
        length: 0,
        data: [],
        name: [],
        startTime: [],
        endTime: [],
        phase: [],
        category: [],
      },
      ...tables.tables(),
    };
  }

  /** Fills in a thread's stacks. @returns the index of each, by node. */
  #stacksOf(number: number, tables: GeckoTables): number[] {
    const { tree } = this.#profile.samples;
    const frames = this.#frames;
    const stacks: number[] = [];
    for (const node of this.#nodes[number]!) {
      const id = frames.idOf(tree.key(node));
      const frame = frames.get(id < 0 ? frames.none : id);
      const hasCaller = frames.idOf(tree.key(tree.parent(node))) >= 0;
      const prefix = hasCaller ? stacks[tree.parent(node)]! : null;
      stacks[node] = tables.stack(prefix, frame, categoryOf(frame));
    }
    return stacks;
  }

  #samplesOf(
    spans: ThreadTimeline,
    stacks: readonly number[],
  ): object {
    const { metrics } = this.#profile.samples;
    const column = (name: Metric["name"]) =>
      metrics.findIndex((metric) => metric.name === name);
    const [first] = metrics;
    const gained = column("gained");
    const cpu = column("wall") < 0 ? -1 : column("cpu");
    const rows = sampleRows(spans, this.#intervalUs());
    const weight = (metric: number) =>
      rows.map(({ row, share }) => spans.weights[metric]![row]! * share);
    return {
      samples: {
        length: rows.length,
        stack: rows.map(({ row }) => stacks[spans.nodes[row]!]!),
        time: rows.map(({ timeUs }) => timeUs / 1000),
        weight: first?.unit === "us"
          ? weight(0).map((us) => us / 1000)
          : weight(0),
        weightType: first?.unit === "us" ? "tracing-ms" : "bytes",
        ...cpu < 0 ? {} : { threadCPUDelta: weight(cpu) },
      },
      ...gained < 0 ? {} : {
        nativeAllocations: allocations(spans, stacks, {
          gained,
          released: column("released"),
        }),
      },
    };
  }

  #intervalUs(): number {
    return Number(this.#profile.metadata.get("interval")) || 1;
  }
}

function nodesByThread({ samples: { tree, threads } }: Profile): number[][] {
  const nodes = threads.map((): number[] => []);
  threadNumbers(tree).forEach((number, node) => nodes[number]?.push(node));
  return nodes;
}

/** A sample: when it was taken, and what part it is of which span. */
interface SampleRow {
  readonly row: number;
  readonly timeUs: number;
  readonly share: number;
}

/**
 * The profiler draws each sample as far as halfway to its neighbours, so a long
 * span is one sample an interval after its beginning and one at its end.
 */
function sampleRows(spans: ThreadTimeline, intervalUs: number): SampleRow[] {
  const rows: SampleRow[] = [];
  for (let row = 0; row < spans.size; row++) {
    const [startUs, endUs] = [spans.startUs[row]!, spans.endUs[row]!];
    const spanUs = endUs - startUs;
    const first = spanUs > 2 * intervalUs ? intervalUs / spanUs : 0;
    if (first > 0) {
      rows.push({ row, timeUs: startUs + intervalUs, share: first });
    }
    rows.push({ row, timeUs: endUs, share: 1 - first });
  }
  return rows;
}

function allocations(
  spans: ThreadTimeline,
  stacks: readonly number[],
  { gained, released }: Record<"gained" | "released", number>,
): object {
  const time: number[] = [];
  const stack: (number | null)[] = [];
  const weight: number[] = [];
  for (let row = 0; row < spans.size; row++) {
    const amounts = [
      spans.weights[gained]![row]!,
      -spans.weights[released]![row]!,
    ];
    for (const amount of amounts) {
      if (amount === 0) continue;
      time.push(spans.endUs[row]! / 1000);
      stack.push(stacks[spans.nodes[row]!]!);
      weight.push(amount);
    }
  }
  return { length: time.length, time, stack, weight, weightType: "bytes" };
}
