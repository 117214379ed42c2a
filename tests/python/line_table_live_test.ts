import assert from "node:assert/strict";
import type { Python, Version } from "../../scripts/pythons.ts";
import type { Location } from "../../src/python/line_table.ts";
import { findLocation } from "../../src/python/line_table.ts";
import { testEachPython } from "../support/each_python.ts";
import { layoutOf } from "../support/layouts.ts";
import { slowTier } from "../support/needs.ts";
import { TARGETS } from "../support/target.ts";

/** Bytes of the standard library whose code is compared; it has some 10 MB, with its tests 30. */
const SIZE = slowTier.met ? 2 ** 31 : 1_000_000;

/** A run of code units with the same place, as CPython tells it; columns count from 0 here. */
type Run = readonly [
  units: number,
  line: number | null,
  endLine?: number | null,
  column?: number | null,
  endColumn?: number | null,
];

type Dump = readonly [
  name: string,
  firstLine: number,
  table: string,
  runs: readonly Run[],
];

testEachPython(
  "findLocation() finds what CPython itself does",
  async (python) => {
    let compared = 0;
    for await (const dump of dumps(python)) {
      compared += compare(python.version, dump);
    }
    assert.ok(compared > 10_000, `only ${compared} instructions`);
    const { fullVersion } = python;
    const remark = `${compared} instructions of CPython ${fullVersion}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(remark));
  },
);

/** Has `line_tables.py` tell of every code object. */
async function* dumps(python: Python): AsyncGenerator<Dump> {
  const script = await python.install(`${TARGETS}/line_tables.py`);
  const [program = "", ...args] = python.command;
  const child = new Deno.Command(program, {
    args: [...args, "-B", script, `${SIZE}`],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
  assert.equal((await child.status).success, true);
}

/** Compares every instruction of a code object. @returns how many there are. */
function compare(version: Version, [name, firstLine, hex, runs]: Dump): number {
  const { lineTableIs } = layoutOf(version);
  const table = Uint8Array.fromHex(hex);
  let unit = 0;
  for (const run of runs) {
    const expected = locationOf(run);
    for (const end = unit + run[0]; unit < end; unit++) {
      const found = findLocation(lineTableIs, table, firstLine, unit * 2);
      if (areEqual(found, expected)) continue;
      assert.deepEqual(found, expected, `unit ${unit} of ${name}: ${hex}`);
    }
  }
  return unit;
}

function locationOf([, line, endLine, column, endColumn]: Run): Location {
  if (line === null || line < 1) {
    return { line: 0, endLine: 0, column: 0, endColumn: 0 };
  }
  return {
    line,
    endLine: endLine ?? 0,
    column: 1 + (column ?? -1),
    endColumn: 1 + (endColumn ?? -1),
  };
}

function areEqual(a: Location, b: Location): boolean {
  return a.line === b.line && a.endLine === b.endLine &&
    a.column === b.column && a.endColumn === b.endColumn;
}
