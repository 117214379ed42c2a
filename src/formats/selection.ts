/**
 * What of a profile is wanted: the words of `--select KEY=VALUE`.
 *
 * | key      | value                                                       |
 * | -------- | ----------------------------------------------------------- |
 * | process  | its id                                                      |
 * | thread   | its id, `<interpreter>:<id>`, or its name                   |
 * | function | pattern; stacks that have such a function                   |
 * | file     | pattern; stacks that have a function of such a file         |
 * | time     | `<from>..<to>` since the beginning, in seconds or with a unit: us, ms, s; either may be left out |
 *
 * In a pattern `*` stands for any characters and `?` for one; it is the whole
 * name. Of several values of one key one has to fit, of several keys each.
 */

const KEYS = ["process", "thread", "function", "file", "time"] as const;

/** What a selection is by. */
export type SelectionKey = typeof KEYS[number];

/** The keys, for messages. */
export const SELECTION_KEYS: readonly string[] = KEYS;

/** A span of time since the beginning of a run. */
export interface TimeRange {
  readonly fromUs: number;
  /** Infinity where it has no end. */
  readonly toUs: number;
}

/** One condition. */
export type Selection =
  | { readonly key: "process" | "thread"; readonly name: string }
  | { readonly key: "function" | "file"; readonly pattern: RegExp }
  | { readonly key: "time"; readonly range: TimeRange };

/** @returns what the word says, or null. */
export function parseSelection(word: string): Selection | null {
  const [, key = "", value = ""] = /^([a-z]+)=(.+)$/s.exec(word) ?? [];
  switch (key) {
    case "process":
      return /^\d+$/.test(value) ? { key, name: value } : null;
    case "thread":
      return { key, name: value };
    case "function":
    case "file":
      return { key, pattern: patternOf(value) };
    case "time":
      return timeSelection(value);
    default:
      return null;
  }
}

/** Runs of `*` become one, so that no name takes long to compare. */
function patternOf(text: string): RegExp {
  const parts = text.replaceAll(/\*+/g, "*").split(/([*?])/);
  const source = parts.map((part) =>
    part === "*" ? ".*" : part === "?" ? "." : escapeRegExp(part)
  );
  return new RegExp(`^${source.join("")}$`, "s");
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function timeSelection(text: string): Selection | null {
  const [, from, to] = /^(.*)\.\.(.*)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) return null;
  const fromUs = from === "" ? 0 : parseTime(from);
  const toUs = to === "" ? Infinity : parseTime(to);
  const isRange = fromUs !== null && toUs !== null && fromUs < toUs;
  return isRange ? { key: "time", range: { fromUs, toUs } } : null;
}

const MICROSECONDS: Readonly<Record<string, number>> = {
  "": 1_000_000,
  s: 1_000_000,
  ms: 1_000,
  us: 1,
};

function parseTime(text: string): number | null {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(text) ??
    [];
  const factor = MICROSECONDS[unit];
  return number === "" || factor === undefined ? null : Number(number) * factor;
}
