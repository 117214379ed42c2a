import assert from "node:assert/strict";
import type { SampleSettings } from "../../src/cli/settings.ts";
import { StatusLine, wantsStatusLine } from "../../src/cli/status_line.ts";

/** A terminal of one line, which shows what would be seen there. */
class OneLine {
  #width: number;
  #column = 0;
  #cells: string[] = [];
  writes = 0;

  constructor(width = 80) {
    this.#width = width;
  }

  /** What can be seen, without the spaces at its end. */
  get text(): string {
    return this.#cells.join("").trimEnd();
  }

  get column(): number {
    return this.#column;
  }

  columns(): number {
    return this.#width;
  }

  write(text: string): void {
    this.writes++;
    for (const character of text) {
      if (character === "\r") this.#column = 0;
      else this.#cells[this.#column++] = character;
      assert.ok(this.#column < this.#width, "the line wraps");
    }
  }
}

const SECOND = 1e6;

/** A status line in the middle of a run. */
function running(width = 80, endUs = Infinity) {
  const statistics = { samples: 0, errors: 0 };
  const tree = { samplers: [{ samples: 3 }, { samples: 1 }] };
  const terminal = new OneLine(width);
  const line = new StatusLine(terminal);
  line.begin({ statistics, tree, startUs: 5 * SECOND, endUs });
  return { statistics, tree, terminal, line };
}

Deno.test("StatusLine tells of the time, the rate, errors, processes and threads", () => {
  const { line, terminal, statistics } = running();
  statistics.samples = 500;
  line.tick(5.25 * SECOND);
  assert.equal(
    terminal.text,
    "0:00  2000 samples/s  0 errors  2 processes  4 threads",
  );
});

Deno.test("StatusLine tells of the rate since it was drawn last", () => {
  const { line, terminal, statistics, tree } = running();
  statistics.samples = 500;
  line.tick(6 * SECOND);
  statistics.samples = 600;
  statistics.errors = 1;
  tree.samplers.pop();
  tree.samplers[0]!.samples = 1;
  line.tick(3668 * SECOND);
  assert.equal(
    terminal.text,
    "1:01:03  0 samples/s  1 error  1 process  1 thread",
  );
});

Deno.test("StatusLine tells of the time that is left where it is known", () => {
  const { line, terminal } = running(80, 65 * SECOND);
  line.tick(5.25 * SECOND);
  assert.match(terminal.text, /^1:00 left {2}/);
  line.tick(66 * SECOND);
  assert.match(terminal.text, /^0:00 left {2}/);
});

Deno.test("StatusLine never wraps", () => {
  for (const width of [1, 2, 10, 40]) {
    const { line, terminal } = running(width);
    line.tick(6 * SECOND);
    assert.equal(terminal.text.length <= width - 1, true);
    line.clear();
    assert.equal(terminal.text, "");
  }
});

Deno.test("StatusLine leaves nothing behind, and the cursor at the start", () => {
  const { line, terminal } = running();
  line.tick(6 * SECOND);
  line.clear();
  assert.equal(terminal.text, "");
  assert.equal(terminal.column, 0);
});

Deno.test("StatusLine writes nothing where nothing was drawn", () => {
  const { line, terminal } = running();
  line.clear();
  assert.equal(terminal.writes, 0);
});

const settings = {
  mode: "attach",
  pid: 1,
  output: "x",
  pipe: false,
} as SampleSettings;

const launch = { ...settings, mode: "launch", command: "x", args: [] } as const;

Deno.test.each(
  [
    ["attach to a file", settings, [true, true], true],
    [
      "attach to the terminal",
      { ...settings, output: undefined },
      [true, true],
      false,
    ],
    [
      "attach to a pipe",
      { ...settings, output: undefined },
      [false, true],
      true,
    ],
    ["pipe mode", { ...settings, pipe: true }, [true, true], false],
    ["no terminal", settings, [true, false], false],
    ["a command that has the terminal", launch, [true, true], false],
    ["a command that has it not", launch, [false, true], true],
  ] as const,
)("wantsStatusLine() with %s", (_, settings, terminals, expected) => {
  const [stdout, stderr] = terminals.map((is) => ({ isTerminal: () => is }));
  const streams = { stdout: stdout!, stderr: stderr! };
  assert.equal(wantsStatusLine(settings, streams), expected);
});
