/**
 * `austin --from FILE`: writes a recorded profile in another form.
 *
 * The file is read piece by piece and feeds the same sink that a run would.
 * What is readable of a damaged file is written before the damage is told.
 */

import { ExitCode, signalExitCode } from "../../errors.ts";
import { FrameTable } from "../../events/frame_table.ts";
import { FrameIndex } from "../../formats/frame_index.ts";
import { ProfileError } from "../../formats/profile_error.ts";
import { DetectingDecoder } from "../../formats/read_profile.ts";
import { Replay } from "../../formats/replay.ts";
import type { ConvertSettings } from "../convert_settings.ts";
import { type Input, openInput } from "../input.ts";
import { refuseSameFile } from "../output.ts";
import { ProgressBar } from "../progress_bar.ts";
import { printable, say } from "../style.ts";
import { openSink } from "./open_sink.ts";

/** Converts a profile. @returns the exit code. @throws AustinError */
export async function convertCommand(
  settings: ConvertSettings,
): Promise<number> {
  using input = openInput(settings.from);
  refuseSameFile(settings.from, settings.output);
  refuseSameFile(settings.diff, settings.output);
  using outputs = new DisposableStack();
  const frames = new FrameTable();
  const replay = new Replay(async (metrics) => {
    const options = {
      metrics,
      flushPasses: settings.pipe,
      title: input.title,
    };
    return outputs.use(await openSink(settings, frames, options)).sink;
  });
  await readInto(replay, input, await indexFor(settings, frames));
  if (replay.samples === 0 && !settings.pipe) {
    say(printable(`austin: There are no samples in ${input.title}\n`));
  }
  return input.signum === 0 ? ExitCode.ok : signalExitCode(input.signum);
}

async function indexFor(
  { from, resolve }: ConvertSettings,
  frames: FrameTable,
): Promise<FrameIndex> {
  if (!resolve) return new FrameIndex(frames);
  const { resolvingIndex } = await import("./resolve.ts");
  return await resolvingIndex(from, frames);
}

/** Reads all that can be read. @throws AustinError */
async function readInto(
  replay: Replay,
  input: Input,
  index: FrameIndex,
): Promise<void> {
  using progress = new ProgressBar(input.size);
  const decoder = new DetectingDecoder(index);
  try {
    for await (const chunk of input.chunks()) {
      await replay.take(decoder.decode(chunk));
      replay.pause();
      progress.advance(chunk.length);
    }
    await replay.take(decoder.end());
  } catch (error) {
    if (replay.hasBegun && error instanceof ProfileError) await replay.end();
    throw error;
  }
  await replay.end();
}
