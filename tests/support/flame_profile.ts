/** Profiles of known shape for tests of flame graphs, as files and as trees. */

import { FrameTable } from "../../src/events/frame_table.ts";
import type { Metrics } from "../../src/events/sample.ts";
import { buildDocument } from "../../src/formats/flame_graph/build_document.ts";
import type { FlameDocument } from "../../src/formats/flame_graph/document.ts";
import { FrameIndex } from "../../src/formats/frame_index.ts";
import { metricsOf } from "../../src/formats/metric.ts";
import { readProfile } from "../../src/formats/read_profile.ts";
import { SampleTree } from "../../src/formats/sample_tree.ts";
import { MODES, type PlainSample, writeProfile } from "./profile.ts";

/** Adds samples up, by way of a file. */
export function sampleTreeOf(
  samples: readonly PlainSample[],
  metrics: Metrics = "full",
): SampleTree {
  const frames = new FrameTable();
  const tree = new SampleTree(frames, metricsOf(MODES[metrics]));
  const bytes = writeProfile(samples, { format: "mojo", metrics });
  for (const event of readProfile([bytes], new FrameIndex(frames))) {
    if (event.kind === "sample") tree.add(event.sample);
  }
  return tree;
}

/** What a page shows of samples. */
export function documentOf(
  samples: readonly PlainSample[],
  options: {
    readonly metrics?: Metrics;
    readonly title?: string;
    readonly limit?: number;
    readonly base?: readonly PlainSample[];
  } = {},
): FlameDocument {
  const { metrics = "full", title = "a title", limit, base } = options;
  return buildDocument({
    title,
    facts: [],
    samples: sampleTreeOf(samples, metrics),
    base: base === undefined ? null : sampleTreeOf(base, metrics),
  }, limit);
}
