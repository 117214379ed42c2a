/** What a screen says that does not come from samples. */

/** Where a run stands. */
export type Phase = "waiting" | "sampling" | "ended";

/** The state of a run, as the header and the footer tell it. */
export interface Session {
  /** A command line, or a file's name. */
  readonly title: string;
  /** Null where no process is looked at. */
  readonly pid: number | null;
  /** Whether samples come from a process now, not from a file. */
  readonly isLive: boolean;
  readonly phase: Phase;
  /** How much of a file has been read, of 1; null where that is not known. */
  readonly readShare: number | null;
  /** How it ended, when that was not as it should. */
  readonly trouble: string;
  /** Duration so far. */
  readonly elapsedUs: number;
  /** Samples of the last second. */
  readonly rate: number;
  /** Shares of one CPU, oldest first. */
  readonly cpu: readonly number[];
  /** Bytes in memory, oldest first. */
  readonly memory: readonly number[];
  /** By thread id, where they are known. */
  readonly threadNames: ReadonlyMap<number, string>;
  /** What the command wrote to standard error: the last lines, and how many there were. */
  readonly output: readonly string[];
  readonly outputCount: number;
  /** What becomes of the command's output, in a sentence; empty where there is no command. */
  readonly outputNote: string;
}
