/**
 * pprof's format: `profile.proto` of github.com/google/pprof, compressed.
 *
 * | part          | here                                                     |
 * | ------------- | -------------------------------------------------------- |
 * | sample types  | `wall`, `cpu` in microseconds, `memory_gained`, `memory_released` in bytes |
 * | sample        | a stack of one thread, with all that it took             |
 * | labels        | `process`, `thread`; `interpreter` where it is not the main one, `thread_name` where it is known |
 * | location      | a frame: function, line and column                       |
 * | function      | name and file; the line that it starts at is not known   |
 * | mapping       | the program; it says that there is nothing to look up    |
 * | period        | the sampling interval                                    |
 * | duration      | of the run                                               |
 *
 * With a base its samples are there too, negative and with the label that
 * `pprof -diff_base` gives them, so shares are of the base.
 */

import { gzipSync } from "node:zlib";
import {
  Function as PprofFunction,
  Label,
  Line,
  Location,
  Mapping,
  Profile as Message,
  Sample,
  StringTable,
  ValueType,
} from "pprof-format";
import type { Frame, FrameTable } from "../events/frame_table.ts";
import type { Sink } from "../events/sink.ts";
import type { ByteWriter } from "../output/byte_writer.ts";
import { ROOT } from "./call_tree.ts";
import type { FormatOptions } from "./format.ts";
import type { Metric } from "./metric.ts";
import { Frames, type Profile, threadNumbers } from "./profile.ts";
import { ProfileSink } from "./profile_sink.ts";
import type { ThreadIdentity } from "./recorded_threads.ts";

const TYPES: Readonly<Record<Metric["name"], string>> = {
  wall: "wall",
  cpu: "cpu",
  gained: "memory_gained",
  released: "memory_released",
};

const UNITS: Readonly<Record<Metric["unit"], string>> = {
  us: "microseconds",
  bytes: "bytes",
};

/** Marks the samples of a base. pprof internal/driver/fetch.go */
const BASE_LABEL = ["pprof::base", "true"] as const;

const MAPPING_ID = 1;

/** Makes the sink. */
export function createPprof(
  writer: ByteWriter,
  frames: FrameTable,
  options: FormatOptions,
): Sink {
  return new ProfileSink(frames, options, (profile) => {
    const message = pprofOf(profile, options.base);
    const bytes = gzipSync(message.encode());
    writer.reserve(bytes.length);
    writer.bytes.set(bytes, writer.position);
    writer.position += bytes.length;
    writer.flush();
  });
}

function pprofOf(profile: Profile, base: Profile | null): Message {
  const builder = new Builder(profile.samples.metrics);
  builder.add(profile, 1, []);
  if (base !== null) builder.add(base, -1, [BASE_LABEL]);
  return builder.message(profile);
}

/** Gives ids to functions and locations, and puts samples together. */
class Builder {
  readonly #metrics: readonly Metric[];
  readonly #strings = new StringTable();
  readonly #samples: Sample[] = [];
  readonly #locations: Location[] = [];
  readonly #functions: PprofFunction[] = [];
  /** Ids by what they stand for. */
  readonly #locationIds = new Map<string, number>();
  readonly #functionIds = new Map<string, number>();

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics;
  }

  /** Adds a run's samples. @param factor what their values are multiplied by. */
  add(
    { samples }: Profile,
    factor: number,
    more: readonly (readonly [string, string])[],
  ): void {
    const { tree, metrics, threads } = samples;
    const frames = new Frames(samples.frames);
    const columns = this.#metrics.map(({ name }) =>
      metrics.findIndex((metric) => metric.name === name)
    );
    const numbers = threadNumbers(tree);
    const labels = threads.map((thread) =>
      [...labelsOf(thread), ...more].map((pair) => this.#label(pair))
    );
    const locations: number[] = [];
    for (let node = ROOT + 1; node < tree.size; node++) {
      const value = columns.map((metric) =>
        metric < 0 ? 0 : factor * tree.own(metric, node)
      );
      if (value.every((one) => one === 0)) continue;
      const stack = frames.ofStack(tree, node);
      const locationId = stack.map((id) =>
        locations[id] ??= this.#locationOf(frames.get(id))
      );
      const label = labels[numbers[node]!] ?? [];
      this.#samples.push(new Sample({ locationId, value, label }));
    }
  }

  /** @param profile what is said of the run. */
  message({ title, metadata }: Profile): Message {
    const types = this.#metrics.map((metric) => this.#valueType(metric));
    const [first = new ValueType({})] = types;
    const time = this.#metrics.find(({ unit }) => unit === "us");
    return new Message({
      sampleType: types,
      sample: this.#samples,
      mapping: [
        new Mapping({
          id: MAPPING_ID,
          filename: this.#string(title),
          hasFunctions: true,
          hasFilenames: true,
          hasLineNumbers: true,
        }),
      ],
      location: this.#locations,
      function: this.#functions,
      durationNanos: 1000 * wholeNumber(metadata.get("duration")),
      periodType: new ValueType({
        type: this.#string(TYPES[time?.name ?? "wall"]),
        unit: this.#string(UNITS.us),
      }),
      period: wholeNumber(metadata.get("interval")),
      comment: [...metadata].map(([key, value]) =>
        this.#string(`${key}: ${value}`)
      ),
      defaultSampleType: first.type,
      stringTable: this.#strings,
    });
  }

  #valueType({ name, unit }: Metric): ValueType {
    return new ValueType({
      type: this.#string(TYPES[name]),
      unit: this.#string(UNITS[unit]),
    });
  }

  #label([key, value]: readonly [string, string]): Label {
    return new Label({ key: this.#string(key), str: this.#string(value) });
  }

  #locationOf(frame: Frame): number {
    const { line, column } = frame;
    const functionId = this.#functionOf(frame);
    const key = `${functionId} ${line} ${column}`;
    const known = this.#locationIds.get(key);
    if (known !== undefined) return known;
    const id = this.#locations.length + 1;
    this.#locations.push(
      new Location({
        id,
        mappingId: MAPPING_ID,
        line: [new Line({ functionId, line, column })],
      }),
    );
    this.#locationIds.set(key, id);
    return id;
  }

  #functionOf({ scope, file }: Frame): number {
    const name = this.#string(scope);
    const filename = this.#string(file);
    const key = `${name} ${filename}`;
    const known = this.#functionIds.get(key);
    if (known !== undefined) return known;
    const id = this.#functions.length + 1;
    // Where both names are equal pprof takes what is in angle brackets for C++
    // and removes it: `<module>` would be nothing. internal/symbolizer Demangle
    const systemName = this.#string(`${file}:${scope}`);
    this.#functions.push(new PprofFunction({ id, name, systemName, filename }));
    this.#functionIds.set(key, id);
    return id;
  }

  #string(text: string): number {
    return this.#strings.dedup(text.toWellFormed());
  }
}

function labelsOf(thread: ThreadIdentity): [string, string][] {
  const { pid, iid, tid, threadName } = thread;
  return [
    ["process", String(pid)],
    ...iid === 0 ? [] : [["interpreter", String(iid)] as [string, string]],
    ["thread", tid === 0 ? threadName : String(tid)],
    ...threadName === ""
      ? []
      : [["thread_name", threadName] as [string, string]],
  ];
}

/** @returns 0 for what is no number that can be written. */
function wholeNumber(text: string | undefined): number {
  const number = Number(text);
  return Number.isSafeInteger(number * 1000) && number > 0 ? number : 0;
}
