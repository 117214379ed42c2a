/** Flame graphs as output formats: a page that does much, and a picture that does nothing. */

import type { FrameTable } from "../../events/frame_table.ts";
import type { Sink } from "../../events/sink.ts";
import type { ByteWriter } from "../../output/byte_writer.ts";
import type { FormatOptions } from "../format.ts";
import type { Profile } from "../profile.ts";
import { ProfileSink } from "../profile_sink.ts";
import { buildDocument } from "./build_document.ts";
import type { FlameDocument } from "./document.ts";
import { factsOf } from "./facts.ts";
import { flameHtml } from "./html.ts";
import { pageAsset } from "./page_asset.ts";
import { flameSvg } from "./svg.ts";
import { WHOLE } from "./view_tree.ts";

/** Makes the sink of the page. @throws AustinError when the page was never built. */
export function createFlameGraph(
  writer: ByteWriter,
  frames: FrameTable,
  options: FormatOptions,
): Sink {
  const asset = pageAsset();
  return new ProfileSink(frames, options, (profile) => {
    writer.text(flameHtml(documentOf(profile, options.base), asset));
    writer.flush();
  });
}

/** Makes the sink of the picture. */
export function createFlameSvg(
  writer: ByteWriter,
  frames: FrameTable,
  options: FormatOptions,
): Sink {
  return new ProfileSink(frames, options, (profile) => {
    const document = documentOf(profile, options.base);
    const look = { theme: "light", isIcicle: false, zoom: [] } as const;
    writer.text(flameSvg(document, WHOLE, look));
    writer.flush();
  });
}

function documentOf(
  { title, metadata, samples }: Profile,
  base: Profile | null,
): FlameDocument {
  return buildDocument({
    title,
    facts: factsOf(metadata),
    samples,
    base: base?.samples ?? null,
  });
}
