import assert from "node:assert/strict";
import { Grid } from "../../../src/views/tui/grid.ts";
import { Painter } from "../../../src/views/tui/painter.ts";
import {
  Colour,
  colourDepth,
  sequenceOf,
  style,
} from "../../../src/views/tui/style.ts";

const SIZE = { columns: 20, rows: 3 };

function gridOf(...lines: string[]): Grid {
  const grid = new Grid(SIZE);
  lines.forEach((line, row) => grid.put(row, 0, line));
  return grid;
}

Deno.test("Painter writes everything at first, then what changed", () => {
  const painter = new Painter(256);
  const first = painter.paint(gridOf("one", "two"));
  assert.equal(
    first,
    "\x1b[?2026h\x1b[0m\x1b[2J\x1b[1;1H\x1b[0mone\x1b[2;1Htwo\x1b[0m\x1b[?2026l",
  );
  assert.equal(painter.paint(gridOf("one", "two")), "");
  assert.equal(
    painter.paint(gridOf("one", "twa!")),
    "\x1b[?2026h\x1b[2;3H\x1b[0ma!\x1b[0m\x1b[?2026l",
  );
});

Deno.test("Painter begins anew when it was told to, or the size changed", () => {
  const painter = new Painter(256);
  painter.paint(gridOf("one"));
  painter.forget();
  assert.match(painter.paint(gridOf("one")), /2J.*one/);
  assert.match(painter.paint(new Grid({ columns: 9, rows: 9 })), /2J/);
});

Deno.test("Painter says where it is after what terminals disagree on", () => {
  const text = new Painter(256).paint(gridOf("漢x"));
  assert.ok(text.includes("漢\x1b[1;3Hx"), text);
});

Deno.test("Painter wipes out both halves of what was wide", () => {
  const painter = new Painter(256);
  painter.paint(gridOf("漢字"));
  const text = painter.paint(gridOf("ab字"));
  assert.ok(text.includes("\x1b[1;1H\x1b[0mab\x1b"), text);
});

Deno.test("Grid takes away the other half of a wide character", () => {
  const grid = gridOf("漢字漢字");
  grid.put(0, 1, "x");
  grid.put(0, 6, "y");
  assert.equal(grid.toString().split("\n")[0], " x字漢y");
  assert.equal(grid.texts.slice(0, 8).join("|"), " |x|字||漢||y| ");
});

Deno.test("Grid draws nothing outside", () => {
  const grid = new Grid({ columns: 4, rows: 1 });
  grid.put(0, 2, "漢字");
  grid.put(0, 3, "漢");
  grid.put(1, 0, "x");
  grid.put(-1, 0, "x");
  grid.put(0, -5, "x");
  assert.equal(grid.toString(), "  漢");
});

Deno.test.each(
  [
    [{ TERM: "xterm-256color" }, 256],
    [{ TERM: "xterm" }, 8],
    [{ TERM: "linux", COLORTERM: "truecolor" }, 256],
    [{ TERM: "vt100" }, 0],
    [{ TERM: "xterm-256color", NO_COLOR: "1" }, 0],
    [{ TERM: "xterm-256color", NO_COLOR: "" }, 256],
  ] as const,
)("colourDepth(%j) is %i", (environment, depth) => {
  assert.equal(colourDepth(environment), depth);
});

Deno.test("sequenceOf() uses the colours that there are", () => {
  const warm = style({
    colour: Colour.warm4,
    background: Colour.flame1,
    bold: true,
  });
  assert.equal(sequenceOf(warm, 256), "\x1b[0;1;38;5;196;48;5;215m");
  assert.equal(sequenceOf(warm, 8), "\x1b[0;1;31;43m");
  assert.equal(sequenceOf(warm, 0), "\x1b[0;1m");
});
