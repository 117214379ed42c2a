/**
 * The option table: all that is known of each option of `austin`, once.
 *
 * Parsing, `--help`, `--usage`, the man page and the completions all come from
 * it, so a new option is one entry here. Other programs of this family, which
 * are links to the same file, have tables of the same type.
 */

import { SELECTION_KEYS } from "../formats/selection.ts";
import { EXTENSION_LIST, FORMAT_LIST, listed } from "./formats.ts";
import type { ArgumentKind, ArgumentValue } from "./kinds.ts";
import { LINK_NAMES } from "./tool_names.ts";

/** One option. */
export type Option = Flag | Request | Argument;

interface Named {
  /** The letter after `-`; some options have only a long name. */
  readonly short?: string;
  /** The word after `--`, by which its value is known too. */
  readonly long: string;
  /** Heading under which the help text lists it. */
  readonly group: string;
  /** What it does, in whole sentences; the default is added to it. */
  readonly help: string;
}

/** An option that is there or not. */
export interface Flag extends Named {
  readonly kind: "flag";
}

/** An option that asks for a text and ends parsing; its long name says which. */
export interface Request extends Named {
  readonly kind: "request";
  readonly long: "help" | "usage" | "version" | "licenses";
}

/** An option with an argument, of one of the kinds. */
export type Argument = { [K in ArgumentKind]: ArgumentOf<K> }[ArgumentKind];

interface ArgumentOf<K extends ArgumentKind> extends Named {
  readonly kind: K;
  /** What the argument is called in the help text. */
  readonly argument: string;
  /** Its value when it is not given. */
  readonly default?: ArgumentValue<K>;
  /** Whether it may be given several times; its value is then a list. */
  readonly repeats?: true;
  /** Long name of an option of the same kind whose value it sets as well; of the two the last one counts. */
  readonly sets?: string;
}

/** Whether the option has an argument. */
export function takesArgument(option: Option): option is Argument {
  return option.kind !== "flag" && option.kind !== "request";
}

/** A program's command line. */
export interface OptionTable<O extends Option = Option> {
  /** Name under which the program is known. */
  readonly program: string;
  /** What follows the options. */
  readonly synopsis: string;
  /** What the program is, one paragraph. */
  readonly description: string;
  /** In the order of the help text: options of a group stand together. */
  readonly options: readonly O[];
  /** Whether options may stand between and after other words. */
  readonly permutes?: true;
  /** Long names whose abbreviations are theirs alone; see `resolveLong`. */
  readonly reserved: readonly string[];
  /** Paragraphs after the options. */
  readonly epilogue: readonly string[];
}

/** The values of a table's options, by long name. */
export type Values<O extends Option> = {
  readonly [K in Exclude<O, Request> as K["long"]]: ValueOf<K>;
};

type ValueOf<O extends Option> = O extends { repeats: true } & Argument
  ? readonly ArgumentValue<O["kind"]>[]
  : O extends Argument ?
      | ArgumentValue<O["kind"]>
      | (O extends { default: unknown } ? never : undefined)
  : boolean;

/**
 * The long options of Austin 3.7.0 and its `austinp`, in the order in which
 * it lists them. Scripts abbreviate them, so what 3.7.0 took an abbreviation
 * for it means for ever: `--c` is `--children` whatever else begins with a c,
 * and `--h` stays ambiguous. Options of ours share what is left. (The C
 * library's own `--program-name` and `--HANG` are not among them.)
 */
export const AUSTIN_3_7_LONG_OPTIONS = [
  "interval",
  "timeout",
  "sleepless",
  "memory",
  "full",
  "pid",
  "where",
  "output",
  "children",
  "exposure",
  "pipe",
  "gc",
  "heap",
  "binary",
  "kernel",
  "help",
  "usage",
  "version",
] as const;

/** The options of `austin`. */
export const austinOptions = [
  {
    short: "p",
    long: "pid",
    kind: "pid",
    argument: "PID",
    group: "What to sample",
    help: "Sample the running process PID instead of starting a command.",
  },
  {
    short: "w",
    long: "where",
    kind: "pid",
    argument: "PID",
    sets: "pid",
    group: "What to sample",
    help:
      "Do not sample: show once where each thread of the running process PID is.",
  },
  {
    short: "C",
    long: "children",
    kind: "flag",
    group: "What to sample",
    help:
      "Sample the processes that it starts as well, and those that they start.",
  },
  {
    short: "t",
    long: "timeout",
    kind: "timeout",
    argument: "n_ms",
    default: 1_000,
    group: "What to sample",
    help:
      "How long a process may take to become a Python interpreter, in milliseconds or with a unit: ms, s.",
  },
  {
    short: "s",
    long: "sleepless",
    kind: "flag",
    group: "What to measure",
    help: "Leave out threads that are off the CPU, to estimate CPU time.",
  },
  {
    short: "c",
    long: "cpu",
    kind: "flag",
    group: "What to measure",
    help: "The same as --sleepless.",
  },
  {
    short: "m",
    long: "memory",
    kind: "flag",
    group: "What to measure",
    help:
      "Measure memory, not time: by how many bytes the process's resident memory grows or shrinks.",
  },
  {
    short: "f",
    long: "full",
    kind: "flag",
    group: "What to measure",
    help: "Measure all at once: time, whether the thread is idle, and memory.",
  },
  {
    short: "g",
    long: "gc",
    kind: "flag",
    group: "What to measure",
    help: "Mark stacks that are taken while garbage is collected.",
  },
  {
    short: "n",
    long: "native",
    kind: "flag",
    group: "What to measure",
    help:
      "Show functions of machine code among Python's. Threads that run are halted for some 50 us to take a sample.",
  },
  {
    short: "k",
    long: "kernel",
    kind: "flag",
    group: "What to measure",
    help:
      "Show functions of the kernel too, which takes root or CAP_SYS_ADMIN. The same as --native besides.",
  },
  {
    short: "h",
    long: "heap",
    kind: "megabytes",
    argument: "n_mb",
    default: 0,
    group: "What to measure",
    help:
      "Memory that copies of the target's stacks may take in austin, in megabytes; 0 leaves the bound to austin.",
  },
  {
    short: "i",
    long: "interval",
    kind: "interval",
    argument: "n_us",
    group: "When to sample",
    help:
      "Time from one sample to the next, in microseconds or with a unit: us, ms, s. With 0 there is no pause between them. Default: 100us; with --native 10ms.",
  },
  {
    short: "x",
    long: "exposure",
    kind: "exposure",
    argument: "n_sec",
    default: 0,
    group: "When to sample",
    help: "Stop after this many seconds; 0 goes on until the process ends.",
  },
  {
    short: "o",
    long: "output",
    kind: "file",
    argument: "FILE",
    group: "Where samples go",
    help: "Write the samples to FILE, not to standard output.",
  },
  {
    short: "b",
    long: "binary",
    kind: "flag",
    group: "Where samples go",
    help: "The same as --format mojo: smaller files, with columns.",
  },
  {
    long: "format",
    kind: "format",
    argument: "FORMAT",
    group: "Where samples go",
    help:
      `What to make of the samples: ${FORMAT_LIST}. Without it FILE decides when it ends in ${EXTENSION_LIST}, then AUSTIN_FORMAT; else it is text.`,
  },
  {
    long: "from",
    kind: "file",
    argument: "FILE",
    group: "Where samples go",
    help:
      "Do not sample: take the samples from FILE, text or MOJO of any version; - is standard input.",
  },
  {
    long: "select",
    kind: "selection",
    argument: "KEY=VALUE",
    repeats: true,
    group: "Where samples go",
    help: `Only the samples that fit; KEY is ${
      listed(SELECTION_KEYS)
    }. VALUE is an id, a thread's name, a pattern with * and ?, or a range of time such as 1s..2.5s. Of several values of one KEY one has to fit.`,
  },
  {
    long: "resolve",
    kind: "flag",
    group: "Where samples go",
    help:
      "With --from: give machine code its source lines, by addr2line and the files on this machine.",
  },
  {
    long: "aggregate",
    kind: "flag",
    group: "Where samples go",
    help: "Write each stack once, with all that it took.",
  },
  {
    long: "diff",
    kind: "file",
    argument: "BASE",
    group: "Where samples go",
    help: "Write how the samples differ from those of the file BASE.",
  },
  {
    long: "top",
    kind: "count",
    argument: "N",
    default: 20,
    group: "Where samples go",
    help: "Rows of each table of a summary.",
  },
  {
    short: "P",
    long: "pipe",
    kind: "flag",
    group: "Where samples go",
    help:
      "For a program that reads the samples as they come: write each at once, all there is to know into the output and nothing to the terminal.",
  },
  {
    long: "json",
    kind: "flag",
    group: "Where samples go",
    help: "With --where: write one JSON document, for programs.",
  },
  {
    long: "tui",
    kind: "flag",
    group: "Views",
    help:
      "Show live in the terminal where time or memory goes: a top for Python. With --from, show a finished file.",
  },
  {
    long: "web",
    kind: "flag",
    group: "Views",
    help:
      "Show the samples as they come, or those of --from, as a flame graph in a browser. The address is printed.",
  },
  {
    long: "host",
    kind: "host",
    argument: "HOST",
    default: "127.0.0.1",
    group: "Views",
    help:
      "With --web: listen on this address. Others than this machine's own loopback are served only with the token in the address that is printed.",
  },
  {
    long: "port",
    kind: "port",
    argument: "PORT",
    default: 0,
    group: "Views",
    help: "With --web: listen on this port.",
  },
  {
    long: "open",
    kind: "flag",
    group: "Views",
    help: "With --web: open the browser.",
  },
  {
    long: "links",
    kind: "file",
    argument: "DIR",
    group: "About austin",
    help:
      `Make links in the folder DIR by whose names this file is another program: ${
        LINK_NAMES.join(", ")
      }.`,
  },
  {
    short: "?",
    long: "help",
    kind: "request",
    group: "About austin",
    help: "Show this text.",
  },
  {
    long: "usage",
    kind: "request",
    group: "About austin",
    help: "Show the options in short.",
  },
  {
    short: "V",
    long: "version",
    kind: "request",
    group: "About austin",
    help: "Show the version.",
  },
  {
    long: "licenses",
    kind: "request",
    group: "About austin",
    help: "Show the licences of everything inside this file.",
  },
] as const satisfies readonly Option[];

/** One of the options of `austin`. */
export type AustinOption = (typeof austinOptions)[number];

/** The command line of `austin`. */
export const austinTable: OptionTable<AustinOption> = {
  program: "austin",
  synopsis: "command [ARG...]",
  description:
    "Samples the stacks of all threads of a Python program many thousand times a second, from outside: the program needs no change and is never stopped.",
  options: austinOptions,
  reserved: AUSTIN_3_7_LONG_OPTIONS,
  epilogue: [
    "Options end at the first word that is none, or at --; from there on all words are the command's own.",
    "Report bugs to the issue tracker of the project.",
  ],
};
