/** How a run is going, as the browsers are told. */

import type { FlameDocument } from "../../formats/flame_graph/document.ts";
import type { LiveProfile } from "./live_profile.ts";
import type { Show } from "./viewers.ts";

/** A run that is looked at. */
export class LiveRun implements Show {
  readonly profile: LiveProfile;
  #end: string | null = null;

  constructor(profile: LiveProfile) {
    this.profile = profile;
  }

  get version(): number {
    return this.profile.version + (this.isOver ? 1 : 0);
  }

  get isOver(): boolean {
    return this.#end !== null;
  }

  get state(): string {
    return this.#end ?? "Live";
  }

  document(): FlameDocument {
    return this.profile.document();
  }

  /** Nothing more comes. @param state how it ended, for people. */
  end(state: string): void {
    this.#end = state;
  }
}
