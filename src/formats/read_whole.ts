/** Reads a whole profile and adds it up, to compare another one with. */

import { FrameTable } from "../events/frame_table.ts";
import { FrameIndex } from "./frame_index.ts";
import type { Profile } from "./profile.ts";
import { ProfileSink } from "./profile_sink.ts";
import { DetectingDecoder } from "./read_profile.ts";
import { Replay } from "./replay.ts";

/** @param title what it is called, for people. @throws ProfileError */
export async function readWhole(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  title: string,
): Promise<Profile> {
  const frames = new FrameTable();
  let whole: Profile | undefined;
  const replay = new Replay((metrics) =>
    Promise.resolve(
      new ProfileSink(frames, { metrics, title }, (profile) => {
        whole = profile;
      }),
    )
  );
  const decoder = new DetectingDecoder(new FrameIndex(frames));
  for await (const chunk of chunks) await replay.take(decoder.decode(chunk));
  await replay.take(decoder.end());
  await replay.end();
  return whole!;
}
