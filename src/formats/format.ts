/**
 * The border between output formats and whoever uses them.
 *
 * A format is a function that makes a sink. A live run feeds that sink pass by
 * pass, `--from` feeds it a finished file, and it cannot tell which. The table
 * of formats, by name, is `cli/formats.ts`; it imports a format only when that
 * is asked for.
 *
 * A sink that needs the whole run before it can write (`ProfileSink` collects
 * it) writes in `close`, so `sample` must be cheap and keep bounded memory.
 */

import type { FrameTable } from "../events/frame_table.ts";
import type { Metrics } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import type { ByteWriter } from "../output/byte_writer.ts";
import type { Profile } from "./profile.ts";

/** What a format is told beside the samples; what is known of the run comes as metadata. */
export interface FormatOptions {
  /** Which metrics of the samples count. */
  readonly metrics: Metrics;
  /** Write out after every pass, for a reader that waits for each sample. */
  readonly flushPasses: boolean;
  /** What the profile is about, for people: a command line, a file's name. */
  readonly title: string;
  /** How many rows a table has at most. */
  readonly top: number;
  /** Spaces by which JSON is indented; 0 writes it as it is shortest. */
  readonly indent: number;
  /** What to compare with; only formats that can show a difference are given one. */
  readonly base: Profile | null;
}

/** A folder that a format fills with files. */
export interface OutputFolder {
  /** Makes a file. @param name without folders. @throws OutputError */
  write(name: string, bytes: Uint8Array): void;
}

/**
 * Makes a sink.
 * @param output where it writes to. @param frames what the samples' frame ids stand for; see its `epoch`.
 */
export type CreateSink<Output = ByteWriter> = (
  output: Output,
  frames: FrameTable,
  options: FormatOptions,
) => Sink;
