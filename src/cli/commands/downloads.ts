/** A run that was added up, written in any of the formats. */

import type { LiveProfile } from "../../views/web/live_profile.ts";
import type { Download } from "../../views/web/server.ts";
import type { Sink } from "../../events/sink.ts";
import type { FormatOptions } from "../../formats/format.ts";
import { metricsOfMode } from "../../formats/profile_events.ts";
import { replayTree } from "../../formats/replay_tree.ts";
import { ByteWriter } from "../../output/byte_writer.ts";
import { tarOf } from "../../views/web/tar.ts";
import {
  ALL_FORMATS,
  type Format,
  formatNamed,
  formatRow,
} from "../formats.ts";

/** Formats that there are: name and label. */
export const DOWNLOADS: readonly (readonly [name: string, label: string])[] =
  ALL_FORMATS.map((format) => {
    const { names: [name = ""], extensions: [extension = ""], output } =
      formatRow(format);
    return [name, `${name} (${output === "folder" ? ".tar" : extension})`];
  });

/** @param top rows of the summary's tables. @returns the file, or null when there is no such format. */
export async function downloadOf(
  profile: LiveProfile,
  name: string,
  top: number,
): Promise<Download | null> {
  const format = formatNamed(name);
  return format === null ? null : await written(profile, format, top);
}

async function written(
  profile: LiveProfile,
  format: Format,
  top: number,
): Promise<Download> {
  const row = formatRow(format);
  const { frames } = profile.samples;
  const options: FormatOptions = {
    metrics: metricsOfMode(profile.metadata.get("mode")),
    flushPasses: false,
    title: profile.title,
    base: profile.base,
    top,
    indent: 0,
  };
  if (row.output === "folder") {
    const files: [string, Uint8Array][] = [];
    const folder = {
      write: (name: string, bytes: Uint8Array) =>
        void files.push([`austin/${name}`, bytes]),
    };
    feed((await row.load())(folder, frames, options), profile);
    return {
      name: `austin_${row.names[0]}.tar`,
      type: "application/x-tar",
      bytes: tarOf(files),
    };
  }
  const collected = new Collector();
  const create = await row.load();
  feed(create(new ByteWriter(collected), frames, options), profile);
  return {
    name: `austin${row.extensions[0] ?? ".txt"}`,
    type: "application/octet-stream",
    bytes: collected.bytes(),
  };
}

function feed(sink: Sink, { metadata, samples }: LiveProfile): void {
  for (const [key, value] of metadata) sink.metadata(key, value);
  sink.start();
  for (const sample of replayTree(samples)) sink.sample(sample);
  sink.passEnd();
  sink.end();
  sink.close();
}

/** Keeps what is written to it. */
class Collector {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];

  writeSync(bytes: Uint8Array): number {
    this.#pieces.push(new Uint8Array(bytes));
    return bytes.length;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const size = this.#pieces.reduce((sum, { length }) => sum + length, 0);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}
