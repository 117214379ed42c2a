/**
 * What the argument of an option can be: how it is read, what is said when it
 * cannot be, and how a default is shown in the help text.
 *
 * A new kind is one row here; options name it in their `kind`.
 */

import {
  formatInterval,
  parseCount,
  parseInterval,
  parseMegabytes,
  parsePid,
  parsePort,
  parseSeconds,
  parseTimeout,
} from "../units.ts";
import {
  parseSelection,
  type Selection,
  SELECTION_KEYS,
} from "../formats/selection.ts";
import { type Format, FORMAT_NAMES, formatNamed } from "./formats.ts";

interface Kind<Value> {
  /** @returns null when the word is no such value. */
  readonly parse: (word: string) => Value | null;
  /** Message for a word that is none, after the program's name; the words are those of Austin 3.7. */
  readonly complaint: string;
  /** A default value in the help text. */
  readonly show: (value: Value) => string;
}

/** Every kind of argument. */
export const argumentKinds = {
  interval: {
    parse: parseInterval,
    complaint: "the sampling interval must be a positive integer",
    show: formatInterval,
  } satisfies Kind<number>,
  timeout: {
    parse: parseTimeout,
    complaint: "timeout must be a positive integer",
    show: (timeoutMs: number) => formatInterval(timeoutMs * 1_000),
  } satisfies Kind<number>,
  exposure: {
    parse: parseSeconds,
    complaint: "the exposure must be a positive integer",
    show: (exposureSec: number) =>
      exposureSec === 0 ? "no limit" : `${exposureSec}s`,
  } satisfies Kind<number>,
  pid: {
    parse: parsePid,
    complaint: "invalid PID",
    show: String,
  } satisfies Kind<number>,
  megabytes: {
    parse: parseMegabytes,
    complaint: "the heap size must be a positive integer",
    show: String,
  } satisfies Kind<number>,
  count: {
    parse: parseCount,
    complaint: "the number of rows must be a positive integer",
    show: String,
  } satisfies Kind<number>,
  format: {
    parse: formatNamed,
    complaint: `the format must be one of: ${FORMAT_NAMES.join(", ")}`,
    show: String,
  } satisfies Kind<Format>,
  selection: {
    parse: parseSelection,
    complaint: `a selection must be KEY=VALUE, with a KEY of: ${
      SELECTION_KEYS.join(", ")
    }`,
    show: ({ key }: Selection) => key,
  } satisfies Kind<Selection>,
  port: {
    parse: parsePort,
    complaint: "the port must be a number up to 65535",
    show: (port: number) => port === 0 ? "any that is free" : String(port),
  } satisfies Kind<number>,
  host: {
    parse: (word: string): string | null => word === "" ? null : word,
    complaint: "invalid host",
    show: String,
  } satisfies Kind<string>,
  file: {
    parse: (word: string): string | null => word,
    complaint: "invalid file name",
    show: String,
  } satisfies Kind<string>,
} as const;

/** Name of a kind of argument. */
export type ArgumentKind = keyof typeof argumentKinds;

/** What an argument of this kind is once it has been read. */
export type ArgumentValue<K extends ArgumentKind> = NonNullable<
  ReturnType<(typeof argumentKinds)[K]["parse"]>
>;
