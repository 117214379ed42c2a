/** Opens the output in the form that was asked for. */

import { OutputError, UsageError } from "../../errors.ts";
import type { FrameTable } from "../../events/frame_table.ts";
import type { Sink } from "../../events/sink.ts";
import type { FormatOptions, OutputFolder } from "../../formats/format.ts";
import { ByteWriter } from "../../output/byte_writer.ts";
import { type Format, formatRow } from "../formats.ts";
import { makeFolder, openOutput } from "../output.ts";

/** Where samples go, and in which form. */
export interface Destination {
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
 * @throws OutputFileError when it cannot be made, UsageError when there has to be one.
 */
export async function openSink(
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
