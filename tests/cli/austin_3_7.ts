/**
 * The command line of Austin 3.7.0, recorded from its Linux binaries, as the
 * measure for ours.
 */

import type { Option, OptionTable } from "../../src/cli/options.ts";

/**
 * What `austinp` 3.7.0 takes each abbreviation for: names, then abbreviations.
 * (`austin` says the same, without the kernel. With `p` it also offers its C
 * library's `--program-name`, which we do not have.)
 */
export const abbreviations: readonly [string, string][] = [
  ["interval", "i in int inte inter interv interva interval"],
  ["timeout", "t ti tim time timeo timeou timeout"],
  ["sleepless", "s sl sle slee sleep sleepl sleeple sleeples sleepless"],
  ["memory", "m me mem memo memor memory"],
  ["full", "f fu ful full"],
  ["pid pipe", "p pi"],
  ["pid", "pid"],
  ["where", "w wh whe wher where"],
  ["output", "o ou out outp outpu output"],
  ["children", "c ch chi chil child childr childre children"],
  ["exposure", "e ex exp expo expos exposu exposur exposure"],
  ["pipe", "pip pipe"],
  ["gc", "g gc"],
  ["heap help", "h he"],
  ["heap", "hea heap"],
  ["binary", "b bi bin bina binar binary"],
  ["kernel", "k ke ker kern kerne kernel"],
  ["help", "hel help"],
  ["usage", "u us usa usag usage"],
  ["version", "v ve ver vers versi versio version"],
];

/** What `austin --usage` of 3.7.0 prints. */
export const usage =
  `Usage: austin [-bCfgmPs?V] [-h n_mb] [-i n_us] [-o FILE] [-p PID] [-t n_ms]
            [-w PID] [-x n_sec] [--binary] [--children] [--full] [--gc]
            [--heap=n_mb] [--interval=n_us] [--memory] [--output=FILE]
            [--pid=PID] [--pipe] [--sleepless] [--timeout=n_ms] [--where=PID]
            [--exposure=n_sec] [--help] [--usage] [--version] command [ARG...]
`;

/** The words after `austin` and what 3.7.0 says of them on stderr, with exit code 64, before its hint. */
export const complaints: readonly [string, string][] = [
  ["-i", "austin: option requires an argument -- 'i'"],
  ["-P -o", "austin: option requires an argument -- 'o'"],
  ["-z", "austin: invalid option -- 'z'"],
  ["-Pz", "austin: invalid option -- 'z'"],
  ["-P-", "austin: invalid option -- '-'"],
  ["-C=1", "austin: invalid option -- '='"],
  ["-W foo", "austin: invalid option -- 'W'"],
  ["-: -V", "austin: invalid option -- ':'"],
  ["-;", "austin: invalid option -- ';'"],
  ["-z -?", "austin: invalid option -- 'z'"],
  ["--foo", "austin: unrecognized option '--foo'"],
  ["--foo=3", "austin: unrecognized option '--foo=3'"],
  ["--x", "austin: unrecognized option '--x'"],
  ["--V", "austin: unrecognized option '--V'"],
  ["--ü", "austin: unrecognized option '--ü'"],
  ["--pid", "austin: option '--pid' requires an argument"],
  ["--interval", "austin: option '--interval' requires an argument"],
  ["--e", "austin: option '--exposure' requires an argument"],
  ["--hea", "austin: option '--heap' requires an argument"],
  ["--children=1", "austin: option '--children' doesn't allow an argument"],
  ["--child=1", "austin: option '--children' doesn't allow an argument"],
  ["--pip=x", "austin: option '--pipe' doesn't allow an argument"],
  ["--help=3", "austin: option '--help' doesn't allow an argument"],
  [
    "--h",
    "austin: option '--h' is ambiguous; possibilities: '--heap' '--help'",
  ],
  [
    "--h=3",
    "austin: option '--h=3' is ambiguous; possibilities: '--heap' '--help'",
  ],
  [
    "--pi",
    "austin: option '--pi' is ambiguous; possibilities: '--pid' '--pipe'",
  ],
  ["-i abc", "austin: the sampling interval must be a positive integer"],
  ["-i 10ns -V", "austin: the sampling interval must be a positive integer"],
  ["-i 1m -V", "austin: the sampling interval must be a positive integer"],
  ["-i -5 -V", "austin: the sampling interval must be a positive integer"],
  ["-i=1ms", "austin: the sampling interval must be a positive integer"],
  ["--interval=", "austin: the sampling interval must be a positive integer"],
  ["-t 10us -V", "austin: timeout must be a positive integer"],
  ["-t -1 -V", "austin: timeout must be a positive integer"],
  ["-x 1s -V", "austin: the exposure must be a positive integer"],
  ["-x -1 -V", "austin: the exposure must be a positive integer"],
  ["-x abc -V", "austin: the exposure must be a positive integer"],
  ["-p 0 -V", "austin: invalid PID"],
  ["-p -1 -V", "austin: invalid PID"],
  ["-p abc -?", "austin: invalid PID"],
  ["-p 12x -V", "austin: invalid PID"],
  ["--pid=", "austin: invalid PID"],
  ["-w 0 -V", "austin: invalid PID"],
];

/** The second line after each of these. */
export const hint =
  "Try `austin --help' or `austin --usage' for more information.";

/** The options of 3.7.0 that our parser and layout are tested with, whether ours has them already or not. */
export const table: OptionTable = {
  program: "austin",
  synopsis: "command [ARG...]",
  description: "Austin 3.7.0.",
  options: [
    flag("b", "binary"),
    flag("C", "children"),
    flag("f", "full"),
    flag("g", "gc"),
    // Any kind with an argument will do where only the layout and getopt's words are tested.
    { ...named("h", "heap"), kind: "file", argument: "n_mb" },
    { ...named("i", "interval"), kind: "interval", argument: "n_us" },
    flag("m", "memory"),
    { ...named("o", "output"), kind: "file", argument: "FILE" },
    { ...named("p", "pid"), kind: "pid", argument: "PID" },
    flag("P", "pipe"),
    flag("s", "sleepless"),
    { ...named("t", "timeout"), kind: "timeout", argument: "n_ms" },
    { ...named("w", "where"), kind: "pid", argument: "PID" },
    { ...named("x", "exposure"), kind: "exposure", argument: "n_sec" },
    { ...named("?", ""), long: "help", kind: "request" },
    { long: "usage", kind: "request", group: "", help: "" },
    { ...named("V", ""), long: "version", kind: "request" },
  ],
  reserved: [],
  epilogue: [],
};

function flag(short: string, long: string): Option {
  return { ...named(short, long), kind: "flag" };
}

function named(short: string, long: string) {
  return { short, long, group: "", help: "" };
}
