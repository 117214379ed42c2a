/** Where a view has its samples from, and what else it wants to know or to have done. */

import type { FrameIndex } from "../../formats/frame_index.ts";
import type { ProfileEvent } from "../../formats/profile_events.ts";
import type { SampleTree } from "../../formats/sample_tree.ts";
import type { LineTail } from "../line_tail.ts";

/** Where samples come from. */
export interface Source {
  /** A command line, or a file's name. */
  readonly title: string;
  /** The process that is looked at; null where that is not known beforehand. */
  readonly pid: number | null;
  /** Whether samples come from a process now, not from a file. */
  readonly isLive: boolean;
  /** What it and the command that it started wrote to standard error. */
  readonly output: LineTail;
  /** What becomes of the command's output; empty where there is no command. */
  readonly outputNote: string;
  /** @returns how much of a file has been read, of 1; null where that is not known. */
  readShare(): number | null;
  /**
   * Reads all there is.
   * @returns how it ended, for people; empty when it ended as it should.
   * @throws AustinError when it could not begin.
   */
  read(index: FrameIndex, take: (event: ProfileEvent) => void): Promise<string>;
}

/** What the operating system says of a process at a moment. */
export interface Usage {
  /** Time on CPUs since its start. */
  readonly cpuUs: number;
  readonly residentBytes: number;
}

/** What a view asks of the rest of the program. */
export interface Services {
  /** @returns what processes use together; null when there is none of them. */
  usageOf(pids: readonly number[]): Usage | null;
  /** @returns names of threads by their ids. */
  threadNamesOf(pids: readonly number[]): ReadonlyMap<number, string>;
  /** @returns the command line of a process; empty when it is not known. */
  commandLineOf(pid: number): string;
  /** Writes what was sampled. @returns what was done, for people. @throws AustinError */
  save(
    path: string,
    samples: SampleTree,
    facts: ReadonlyMap<string, string>,
  ): Promise<string>;
  /** @returns a name for a file that does not exist yet. */
  fileName(): string;
}
