/**
 * Feeds a recorded profile to a sink, as a run would: its head, its samples,
 * its trailer.
 */

import type { Metrics, Sample } from "../events/sample.ts";
import type { Sink } from "../events/sink.ts";
import { metricsOfMode, type ProfileEvent } from "./profile_events.ts";

/** Takes a profile's events and gives them to a sink, which is made when the head is known. */
export class Replay {
  readonly #open: (metrics: Metrics) => Promise<Sink>;
  #sink: Sink | null = null;
  /** Metadata whose place, head or trailer, is not known yet. */
  #pending: [string, string][] = [];
  /** Samples so far. */
  samples = 0;

  /** @param open makes the sink; it is called once. */
  constructor(open: (metrics: Metrics) => Promise<Sink>) {
    this.#open = open;
  }

  /** Whether there is a sink, which wants to be ended. */
  get hasBegun(): boolean {
    return this.#sink !== null;
  }

  /** Takes the next events. */
  async take(events: Iterable<ProfileEvent>): Promise<void> {
    for (const event of events) {
      const begun = this.#take(event);
      // To wait for nothing after each sample takes longer than the sample.
      if (begun !== undefined) await begun;
    }
  }

  #take(event: ProfileEvent): Promise<void> | void {
    if (event.kind === "metadata") {
      this.#pending.push([event.key, event.value]);
    } else if (this.#sink === null) {
      return this.#begin().then((sink) => this.#sample(sink, event.sample));
    } else this.#sample(this.#sink, event.sample);
  }

  /** Nothing more comes for now: lets those see what there is who wait for it. */
  pause(): void {
    this.#sink?.passEnd();
  }

  /** The profile is over, or what is readable of it. */
  async end(): Promise<void> {
    const sink = this.#sink ?? await this.#begin();
    sink.end();
    this.#flush(sink);
    sink.close();
  }

  async #begin(): Promise<Sink> {
    const mode = new Map(this.#pending).get("mode");
    const sink = await this.#open(metricsOfMode(mode));
    this.#sink = sink;
    this.#flush(sink);
    sink.start();
    return sink;
  }

  #sample(sink: Sink, sample: Sample): void {
    if (this.#pending.length > 0) this.#flush(sink);
    this.samples++;
    sink.sample(sample);
  }

  #flush(sink: Sink): void {
    for (const [key, value] of this.#pending) sink.metadata(key, value);
    this.#pending = [];
  }
}
