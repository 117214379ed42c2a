/**
 * A run as the page shows it while it goes on: samples added up in bounded
 * memory, and facts about them.
 */

import { FrameTable } from "../../events/frame_table.ts";
import type { Sink } from "../../events/sink.ts";
import { buildDocument } from "../../formats/flame_graph/build_document.ts";
import type { FlameDocument } from "../../formats/flame_graph/document.ts";
import { factsOf } from "../../formats/flame_graph/facts.ts";
import { FrameIndex } from "../../formats/frame_index.ts";
import { metricsOf } from "../../formats/metric.ts";
import type { Profile } from "../../formats/profile.ts";
import type { ProfileEvent } from "../../formats/profile_events.ts";
import { SampleTree } from "../../formats/sample_tree.ts";

/** Nodes that are kept; each takes some 100 bytes. */
const MAX_NODES = 100_000;

/** Nodes that are sent, each second to each browser. */
const MAX_SENT_NODES = 8_000;

/** A run that goes on. */
export class LiveProfile {
  readonly frames: FrameTable = new FrameTable();
  /** To be given to the reader. */
  readonly index: FrameIndex = new FrameIndex(this.frames);
  readonly metadata: Map<string, string> = new Map();
  /** What is sampled, for people. */
  readonly title: string;
  /** What it is compared with. */
  base: Profile | null = null;
  readonly #maxNodes: number;
  #samples: SampleTree | null = null;

  /** @param title what is sampled, for people. */
  constructor(title: string, maxNodes: number = MAX_NODES) {
    this.title = title;
    this.#maxNodes = maxNodes;
  }

  /** What was added up. */
  get samples(): SampleTree {
    this.#samples ??= new SampleTree(
      this.frames,
      metricsOf(this.metadata.get("mode")),
      this.#maxNodes,
    );
    return this.#samples;
  }

  /** How much has been taken; changes with everything that is. */
  get version(): number {
    return (this.#samples?.samples ?? 0) + this.metadata.size;
  }

  /** Takes what the sampler says. */
  take(event: ProfileEvent): void {
    if (event.kind === "sample") this.samples.add(event.sample);
    else this.metadata.set(event.key, event.value);
  }

  /** @returns a sink that is the same as `take`. */
  asSink(): Sink {
    return {
      metadata: (key, value) => void this.metadata.set(key, value),
      sample: (sample) => void this.samples.add(sample),
      start: () => {},
      passEnd: () => {},
      end: () => {},
      close: () => {},
    };
  }

  /** @returns what a page shows. */
  document(): FlameDocument {
    return buildDocument({
      title: this.title,
      facts: factsOf(this.metadata),
      samples: this.samples,
      base: this.base?.samples ?? null,
    }, MAX_SENT_NODES);
  }
}
