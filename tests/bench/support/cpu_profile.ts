/** V8's CPU profiles, as `deno run --cpu-prof` writes them. */

/** The parts of a `.cpuprofile` that are of interest here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** The node that was running, sample by sample. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** @returns microseconds in a function itself, by `name url`. */
export function selfTimes(profile: CpuProfile): Map<string, number> {
  const places = new Map(
    profile.nodes.map(({ id, callFrame }) => [
      id,
      `${callFrame.functionName} ${callFrame.url}`,
    ]),
  );
  const times = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const place = places.get(id) ?? "";
    times.set(
      place,
      (times.get(place) ?? 0) + (profile.timeDeltas[index] ?? 0),
    );
  }
  return times;
}
