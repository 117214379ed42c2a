import assert from "node:assert/strict";
import fc from "fast-check";
import {
  AUSTIN_3_7_LONG_OPTIONS,
  austinTable,
  type Option,
  type OptionTable,
} from "../../src/cli/options.ts";
import { parse, resolveLong } from "../../src/cli/parse.ts";
import { ExitCode, UsageError } from "../../src/errors.ts";
import * as austin37 from "./austin_3_7.ts";

function parseAustin(line: string) {
  return parse(austinTable, line.split(" "), "austin");
}

/** What there is without any option. */
const defaults = parseAustin("python").values;

Deno.test("parse() fills in defaults", () => {
  assert.deepEqual(defaults, {
    pid: undefined,
    where: undefined,
    children: false,
    timeout: 1_000,
    sleepless: false,
    cpu: false,
    memory: false,
    full: false,
    gc: false,
    heap: 0,
    interval: undefined,
    resolve: false,
    kernel: false,
    native: false,
    exposure: 0,
    output: undefined,
    binary: false,
    format: undefined,
    from: undefined,
    select: [],
    aggregate: false,
    diff: undefined,
    top: 20,
    pipe: false,
    json: false,
    tui: false,
    web: false,
    host: "127.0.0.1",
    port: 0,
    open: false,
    links: undefined,
  });
});

Deno.test.each([
  ["-i 10ms", { interval: 10_000 }],
  ["-i10ms", { interval: 10_000 }],
  ["-i 0", { interval: 0 }],
  ["-Pi1ms", { pipe: true, interval: 1_000 }],
  ["-Pi 1ms", { pipe: true, interval: 1_000 }],
  ["-PPx30", { pipe: true, exposure: 30 }],
  ["-x 0", { exposure: 0 }],
  ["-p 42", { pid: 42 }],
  ["-Pp42", { pipe: true, pid: 42 }],
  ["-t 10ms", { timeout: 10 }],
  ["-t 10s", { timeout: 10_000 }],
  ["-t 0", { timeout: 0 }],
  ["-o -", { output: "-" }],
  ["-o -P", { output: "-P" }],
  ["-oa=b", { output: "a=b" }],
  ["--top 3", { top: 3 }],
  [
    "--select process=1 --sel thread=2",
    {
      select: [{ key: "process", name: "1" }, { key: "thread", name: "2" }],
    },
  ],
  ["--interval=10ms", { interval: 10_000 }],
  ["--interval 10ms", { interval: 10_000 }],
  ["--interv 10", { interval: 10 }],
  ["--in=10", { interval: 10 }],
  ["--output=a=b", { output: "a=b" }],
  ["--output=", { output: "" }],
  ["--output --", { output: "--" }],
  ["--pip", { pipe: true }],
  ["-i 1ms -i 2ms", { interval: 2_000 }],
  ["-sCi 10ms", { sleepless: true, children: true, interval: 10_000 }],
  ["-Cp 42", { children: true, pid: 42 }],
  ["-bfgm", { binary: true, full: true, gc: true, memory: true }],
  ["-c", { cpu: true }],
  ["--cpu", { cpu: true }],
  ["--c", { children: true }],
  ["--f", { full: true }],
  ["--fo mojo", { format: "mojo" }],
  ["--format=collapsed", { format: "text" }],
  ["-h 5", { heap: 5 }],
])("parse() reads %s", (line, values) => {
  const { given: _, ...parsed } = parseAustin(line);
  assert.deepEqual(parsed, {
    request: null,
    values: { ...defaults, ...values },
    operands: [],
  });
});

Deno.test("parse() says which options were given, spelt out", () => {
  const { given } = parseAustin("-sCi 10ms --inter=1ms -ofile --pid 42 -- x");
  assert.deepEqual(given.map(({ word }) => word), [
    "--sleepless",
    "--children",
    "--interval=10ms",
    "--interval=1ms",
    "--output=file",
    "--pid=42",
  ]);
  assert.equal(given[2]?.long, "interval");
});

Deno.test.each([
  ["python x.py -i 20ms -V", "python x.py -i 20ms -V"],
  ["-P python -P", "python -P"],
  ["python -- x", "python -- x"],
  ["-P -- python -V", "python -V"],
  ["-- -V", "-V"],
  ["-- --", "--"],
  ["-- - --", "- --"],
  ["-", "-"],
  ["- -V", "- -V"],
])("parse() finds the command in %s", (line, operands) => {
  const parsed = parseAustin(line);
  assert.equal(parsed.request, null);
  assert.deepEqual(parsed.operands, operands.split(" "));
});

Deno.test("parse() takes an empty word for a command, not for an option", () => {
  assert.deepEqual(parse(austinTable, ["", "-P"], "austin").operands, [
    "",
    "-P",
  ]);
});

Deno.test.each([
  ["-?", "help"],
  ["--help", "help"],
  ["--hel", "help"],
  ["--u", "usage"],
  ["-V", "version"],
  ["--v", "version"],
  ["-PV", "version"],
  ["-V foo", "version"],
  ["-? -z", "help"],
  ["-?z", "help"],
  ["-V -?", "version"],
])("parse() finds the request in %s", (line, request) => {
  assert.equal(parseAustin(line).request, request);
});

Deno.test("parse() takes no word at all as a request for the usage", () => {
  assert.equal(parse(austinTable, [], "austin").request, "usage");
});

Deno.test("parse() takes -- alone as nothing to run", () => {
  const { request, operands } = parseAustin("--");
  assert.equal(request, null);
  assert.deepEqual(operands, []);
});

Deno.test.each(austin37.complaints)(
  "parse() says of `austin %s` what 3.7.0 says",
  (line, message) => {
    assert.throws(
      () => parse(austin37.table, line.split(" "), "austin"),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.message, message);
        assert.equal(error.hint, austin37.hint);
        assert.equal(error.exitCode, ExitCode.usage);
        return true;
      },
    );
  },
);

Deno.test.each([
  ["-i 99999999999999999999"],
  ["-i 9223372036854775807s"],
])("parse() refuses %s", (line) => {
  assert.throws(() => parseAustin(line), {
    message: "austin: the sampling interval must be a positive integer",
  });
});

Deno.test("parse() names the program as typed where getopt does", () => {
  assert.throws(() => parse(austinTable, ["-z"], "/x/y/aus"), {
    message: "/x/y/aus: invalid option -- 'z'",
    hint: "Try `aus --help' or `aus --usage' for more information.",
  });
});

Deno.test("parse() names the program without its folder where argp does", () => {
  assert.throws(() => parse(austinTable, ["-x", "a"], "/x/y/aus"), {
    message: "aus: the exposure must be a positive integer",
    hint: "Try `aus --help' or `aus --usage' for more information.",
  });
});

Deno.test("parse() throws nothing but UsageError, and changes no operand", () => {
  const letters = austinTable.options.map(({ long }) => `--${long}`);
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("--", "-", "-P", "-i", "-p", "10ms", "42", ...letters),
    fc.stringMatching(/^-[Pipxot?V]{0,3}[0-9a-z=-]{0,4}$/),
    fc.stringMatching(/^--[a-z]{0,4}(=[0-9a-z]{0,3})?$/),
  );
  fc.assert(
    fc.property(fc.array(word), (args) => {
      const parsed = parsedOrNull(args);
      if (parsed === null) return;
      const { operands } = parsed;
      const start = args.length - operands.length;
      assert.deepEqual(operands, args.slice(start));
    }),
    { numRuns: 2_000 },
  );
});

function parsedOrNull(args: readonly string[]) {
  try {
    return parse(austinTable, args, "austin");
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return null;
  }
}

const eachAbbreviation = austin37.abbreviations.flatMap(([names, prefixes]) =>
  prefixes.split(" ").map((prefix) => [prefix, names] as const)
);

Deno.test.each(eachAbbreviation)(
  "resolveLong() takes --%s for %s, as 3.7.0 does",
  (prefix, names) => {
    for (const table of [austinTable, crowdedTable()]) {
      assert.deepEqual(resolveLong(table, prefix), names.split(" "));
    }
  },
);

Deno.test("resolveLong() is tested with every abbreviation that 3.7.0 has", () => {
  const all = AUSTIN_3_7_LONG_OPTIONS.flatMap((long) =>
    [...long].map((_, index) => long.slice(0, index + 1))
  );
  const tested = new Set(eachAbbreviation.map(([prefix]) => prefix));
  assert.deepEqual(tested, new Set(all));
});

Deno.test.each([
  ["cp", "cpu"],
  ["fo", "format"],
  ["fr", "from"],
  ["ho", "host"],
  ["po", "port"],
  ["n", "native"],
  ["d", "diff"],
  ["web", "web"],
  ["se", "select"],
  ["l", "links licenses"],
  ["li", "links licenses"],
  ["lin", "links"],
  ["q", ""],
])("resolveLong() leaves --%s to options of ours: %s", (prefix, names) => {
  assert.deepEqual(
    resolveLong(crowdedTable(), prefix),
    names.split(" ").filter((name) => name !== ""),
  );
});

Deno.test("parse() does not know an option of 3.7.0 that has no entry", () => {
  const options: Option[] = [
    { long: "cpu", kind: "flag", group: "", help: "" },
  ];
  const table = { ...austinTable, options };
  assert.throws(() => parse(table, ["--c"], "austin"), {
    message: "austin: unrecognized option '--c'",
  });
});

/** Our options of a later day, which all begin like one of 3.7.0's. */
function crowdedTable(): OptionTable {
  const later = [
    "cpu",
    "format",
    "from",
    "host",
    "port",
    "native",
    "diff",
    "web",
    "tui",
    "json",
    "select",
    "aggregate",
    "links",
    "licenses",
    "resolve",
  ];
  const options = later.map((long): Option => (
    { long, kind: "flag", group: "", help: "" }
  ));
  return { ...austinTable, options };
}
