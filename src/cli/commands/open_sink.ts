/** Opens the output in the form that was asked for. */

import { OutputError, UsageError } from "../../errors.ts";
import { FrameTable } from "../../events/frame_table.ts";
import type { Metrics } from "../../events/sample.ts";
import type { Sink } from "../../events/sink.ts";
import type { FormatOptions, OutputFolder } from "../../formats/format.ts";
import type { Profile } from "../../formats/profile.ts";
import { ByteWriter } from "../../output/byte_writer.ts";
import { type Format, formatRow } from "../formats.ts";
import { makeFolder, openOutput } from "../output.ts";
import type { Refinement } from "../refinement.ts";

/** Where samples go, in which form, and which of them. */
export interface Destination extends Refinement {
  readonly format: Format;
  /** undefined for standard output. */
  readonly output: string | undefined;
}

/** A sink with its output. */
export interface OpenSink extends Disposable {
  readonly sink: Sink;
}

/**
 * Opens the output before anything else begins.
 * @param frames what the ids of the samples stand for.
 * @throws OutputFileError when it cannot be made, UsageError when there has to
 *   be one, InputError or ProfileError when there is nothing to compare with.
 */
export async function openSink(
  destination: Destination,
  frames: FrameTable,
  options: Pick<FormatOptions, "metrics" | "flushPasses" | "title">,
): Promise<OpenSink> {
  const base = await readBase(destination.diff, options.metrics);
  const adds = destination.aggregate ||
    base !== null && formatRow(destination.format).streams;
  const known = adds ? new FrameTable() : frames;
  const { top, indent } = destination;
  const opened = await openFormat(destination, known, {
    ...options,
    base,
    top,
    indent,
  });
  let { sink } = opened;
  if (adds) {
    const { AggregateSink } = await import("../../formats/aggregate_sink.ts");
    const receiver = { sink, frames: known };
    const { counts, isGrowth } = destination;
    sink = new AggregateSink(frames, receiver, {
      ...options,
      base,
      counts,
      isGrowth,
      isByLine: destination.format === "text",
    });
  }
  if (destination.selections.length > 0) {
    const { selections } = destination;
    const { SelectSink } = await import("../../formats/select_sink.ts");
    sink = new SelectSink(sink, frames, selections, options.metrics);
  }
  return { sink, [Symbol.dispose]: () => opened[Symbol.dispose]() };
}

/**
 * Reads what to compare with.
 * @param path undefined for nothing, which is null.
 * @throws InputError, ProfileError, UsageError when the two do not go together.
 */
export async function readBase(
  path: string | undefined,
  metrics: Metrics,
): Promise<Profile | null> {
  if (path === undefined) return null;
  const { openInput } = await import("../input.ts");
  const { readWhole } = await import("../../formats/read_whole.ts");
  using input = openInput(path);
  const base = await readWhole(input.chunks(), input.title);
  if (base.metrics === metrics) return base;
  throw new UsageError(
    `austin: '${path}' has other metrics than what is compared with it`,
    "both must be of time, of memory, or full",
  );
}

async function openFormat(
  { format, output }: Destination,
  frames: FrameTable,
  options: FormatOptions,
): Promise<OpenSink> {
  const row = formatRow(format);
  if (row.output === "file") {
    const create = await row.load();
    const opened = openOutput(output);
    return {
      sink: create(new ByteWriter(opened), frames, options),
      [Symbol.dispose]: () => opened[Symbol.dispose](),
    };
  }
  if (output === undefined) {
    throw new UsageError(
      `austin: the ${format} format is a folder of files`,
      "name it with `-o/--output`",
    );
  }
  const create = await row.load();
  makeFolder(output);
  return {
    sink: create(folderAt(output), frames, options),
    [Symbol.dispose]: () => {},
  };
}

function folderAt(path: string): OutputFolder {
  return {
    write(name, bytes) {
      try {
        Deno.writeFileSync(`${path}/${name}`, bytes);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new OutputError(
          `Cannot write '${path}/${name}': ${reason}`,
          "make room, or name another folder with `-o/--output`",
          { cause },
        );
      }
    },
  };
}
