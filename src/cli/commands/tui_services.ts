/** What the terminal view asks of the rest of the program. */

import { replayTree } from "../../formats/replay_tree.ts";
import { metricsOfMode } from "../../formats/profile_events.ts";
import type { SampleTree } from "../../formats/sample_tree.ts";
import type { ResidentMemory, System } from "../../process/process.ts";
import type { Services, Usage } from "../../views/tui/source.ts";
import { type Format, formatOfFile } from "../formats.ts";
import { refinementOf } from "../refinement.ts";
import { openSystem } from "../system.ts";
import { openSink } from "./open_sink.ts";

/** What a file is when neither its name nor an option says it. */
const DEFAULT_FORMAT: Format = "mojo";

/** What a file that is saved is like. */
export interface SaveOptions {
  /** The one that the user wants whatever the file is called. */
  readonly format: Format | undefined;
  /** How many rows a table has at most. */
  readonly top: number;
}

/** @param options for files that are saved. */
export function openServices(options: SaveOptions): Services {
  const system = openSystem();
  const memories = new Map<number, ResidentMemory>();
  return {
    usageOf: (pids) => usageOf(system, memories, pids),
    threadNamesOf: (pids) =>
      new Map(pids.flatMap((pid) => [...system.threadNames(pid)])),
    commandLineOf: (pid) => system.commandLine(pid).join(" "),
    save: (path, samples, facts) => saveProfile(path, options, samples, facts),
    fileName: () => fileName(new Date()),
  };
}

function usageOf(
  system: System,
  memories: Map<number, ResidentMemory>,
  pids: readonly number[],
): Usage | null {
  const usages: Usage[] = [];
  for (const pid of pids) {
    const cpuUs = system.cpuTimeUs(pid);
    if (cpuUs === null) {
      memories.get(pid)?.close();
      memories.delete(pid);
      continue;
    }
    const memory = memories.get(pid) ?? system.residentMemory(pid);
    memories.set(pid, memory);
    usages.push({ cpuUs, residentBytes: memory.read() });
  }
  return usages.length === 0 ? null : {
    cpuUs: usages.reduce((sum, { cpuUs }) => sum + cpuUs, 0),
    residentBytes: usages.reduce((sum, usage) => sum + usage.residentBytes, 0),
  };
}

/** Writes what was sampled, added up by stack. @returns what was done. @throws AustinError */
export async function saveProfile(
  path: string,
  { format, top }: SaveOptions,
  samples: SampleTree,
  facts: ReadonlyMap<string, string>,
): Promise<string> {
  const form = format ?? formatOfFile(path) ?? DEFAULT_FORMAT;
  const everything = { select: [], aggregate: false, diff: undefined, top };
  const refinement = refinementOf(everything, form, "austin");
  using opened = await openSink(
    { ...refinement, format: form, output: path },
    samples.frames,
    {
      metrics: metricsOfMode(facts.get("mode")),
      flushPasses: false,
      title: path.slice(path.search(/[^/\\]*$/)),
    },
  );
  const { sink } = opened;
  for (const [key, value] of facts) sink.metadata(key, value);
  sink.start();
  for (const sample of replayTree(samples)) sink.sample(sample);
  sink.passEnd();
  sink.end();
  sink.close();
  return `Saved as ${form}: ${path}`;
}

function fileName(now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  return `austin_${time.replace("T", "_")}.mojo`;
}
