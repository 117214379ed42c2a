/**
 * Adds up equal stacks and hands on each of them once, at the end; with a base,
 * by how much it differs from that.
 */

import type { FrameTable } from "../events/frame_table.ts";
import type { Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import { difference, withoutColumns } from "./difference.ts";
import type { FormatOptions } from "./format.ts";
import type { Profile } from "./profile.ts";
import { ProfileSink, type ProfileSinkOptions } from "./profile_sink.ts";
import { type AddedUp, replayTree } from "./replay_tree.ts";

/** How stacks are added up. */
export interface AggregateOptions
  extends Pick<FormatOptions, "metrics" | "title" | "base"> {
  /** Whether samples are counted, whatever they stand for. */
  readonly counts: boolean;
  /** Whether of a difference only that counts which is more than in the base. */
  readonly isGrowth: boolean;
  /** Whether stacks are equal that differ only in columns, for a receiver that has none. */
  readonly isByLine: boolean;
}

/** The sink that gets the stacks. */
export interface Receiver {
  readonly sink: Sink;
  /** What the frame ids mean that it will get; it must be empty. */
  readonly frames: FrameTable;
}

/** Hands on each stack once. */
export class AggregateSink implements Sink {
  readonly #receiver: Receiver;
  readonly #base: Profile | null;
  readonly #isGrowth: boolean;
  readonly #isByLine: boolean;
  readonly #profile: ProfileSink;

  /** @param frames what the samples' ids stand for. */
  constructor(
    frames: FrameTable,
    receiver: Receiver,
    { base, counts, isGrowth, isByLine, ...options }: AggregateOptions,
  ) {
    this.#receiver = receiver;
    this.#base = base;
    this.#isGrowth = isGrowth;
    this.#isByLine = isByLine;
    this.#profile = new ProfileSink(
      frames,
      counts ? { ...options, adapt: counted } : options,
      (profile) => this.#handOn(profile),
    );
  }

  metadata(key: string, value: string): void {
    this.#profile.metadata(key, value);
    this.#receiver.sink.metadata(key, value);
  }

  start(): void {
    this.#profile.start();
    this.#receiver.sink.start();
  }

  sample(sample: Sample): void {
    this.#profile.sample(sample);
  }

  passEnd(): void {}

  end(): void {
    this.#profile.close();
    this.#receiver.sink.end();
  }

  close(): void {
    this.#receiver.sink.close();
  }

  #handOn({ samples }: Profile): void {
    const stacks = this.#stacksOf(samples);
    const { sink, frames } = this.#receiver;
    for (const sample of replayTree(stacks)) {
      while (frames.size < stacks.frames.size) {
        frames.add(stacks.frames.get(frames.size));
      }
      sink.sample(sample);
    }
  }

  #stacksOf(samples: AddedUp): AddedUp {
    if (this.#base !== null) {
      return difference(samples, this.#base.samples, this.#isGrowth);
    }
    return this.#isByLine ? withoutColumns(samples) : samples;
  }
}

/** Each sample counts one where it stands for anything. */
const counted: NonNullable<ProfileSinkOptions["adapt"]> = (metrics) =>
  metrics.map((metric) => ({
    ...metric,
    of: (sample) => metric.of(sample) > 0 ? 1 : 0,
  }));
