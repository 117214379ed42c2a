/** The sink for each format that can be written while sampling. */

import type { FrameTable } from "../../events/frame_table.ts";
import type { Sink } from "../../events/sink.ts";
import type { ByteWriter } from "../../output/byte_writer.ts";
import { CollapsedSink } from "../../output/collapsed.ts";
import { MojoSink } from "../../output/mojo.ts";
import type { Settings } from "../settings.ts";

const SINKS = { text: CollapsedSink, mojo: MojoSink } as const;

/** @returns the sink that the settings ask for. */
export function createSink(
  settings: Settings,
  writer: ByteWriter,
  frames: FrameTable,
): Sink {
  return new SINKS[settings.format](writer, frames, {
    flushPasses: settings.pipe,
    metrics: settings.probes.metrics,
  });
}
