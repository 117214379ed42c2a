/** What of a run's metadata is shown beside its flame graph, and how it is called there. */

import type { FlameDocument } from "./document.ts";

const LABELS: Readonly<Record<string, string>> = {
  mode: "Mode",
  python: "Python",
  interval: "Interval",
  duration: "Duration",
  errors: "Errors",
};

/** @param metadata by key, as `cli/commands/metadata.ts` has them. */
export function factsOf(
  metadata: ReadonlyMap<string, string>,
): FlameDocument["facts"] {
  const facts: [string, string][] = [];
  for (const [key, value] of metadata) {
    const label = LABELS[key];
    if (label !== undefined) facts.push([label, shown(key, value)]);
  }
  return facts;
}

function shown(key: string, value: string): string {
  if (key === "interval") return `${value} µs`;
  if (key !== "duration") return value;
  return `${(Number(value) / 1e6).toFixed(2)} s`;
}
