import assert from "node:assert/strict";
import { screenAfter, type ScreenOptions } from "./screens.ts";

/** Lines of a screen below its header and the heads of columns, above its footer. */
function body(keys: readonly string[], options: ScreenOptions = {}): string[] {
  const { grid } = screenAfter({ ...options, keys });
  const lines = grid.toString().split("\n").slice(5, -1);
  return lines.map((line) => line.trim().replaceAll(/ +/g, " "))
    .filter((line) => line !== "");
}

function footer(keys: readonly string[], options: ScreenOptions = {}): string {
  const { grid } = screenAfter({ ...options, keys });
  return grid.toString().split("\n").at(-1)!.trim();
}

for (const [columns, rows] of [[40, 12], [80, 24], [200, 20]] as const) {
  Deno.test(`Screens show every view at ${columns} by ${rows}`, async (t) => {
    for (const key of ["1", "2", "3", "4", "5", "?"]) {
      const screen = screenAfter({ size: { columns, rows }, keys: [key] });
      await t.assertSnapshot(screen.grid.toString());
    }
  });
}

Deno.test("Screens of any size are of that size", () => {
  for (let columns = 1; columns < 130; columns += 11) {
    for (let rows = 1; rows < 40; rows += 5) {
      for (const key of ["1", "2", "3", "4", "5", "?", "/", "s"]) {
        const size = { columns, rows };
        const { grid } = screenAfter({ size, keys: [key] });
        assert.equal(grid.texts.length, columns * rows);
        assert.ok(grid.texts.every((text) => text !== undefined));
      }
    }
  }
});

Deno.test("Top adds up what a function has wherever it was called from", () => {
  assert.deepEqual(body(["1"]), [
    "550ms 550ms 55.0 55.0 query /app/db.py:7",
    "200ms 200ms 20.0 20.0 dumps /app/json.py:6",
    "200ms 200ms 20.0 20.0 (garbage collection)",
    "50.0ms 650ms 5.0 65.0 serve ◂ /app/main.py:20",
    "0 650ms 0.0 65.0 <module> /app/main.py:9",
    "0 350ms 0.0 35.0 Worker.run ◂ /app/pool.py:3",
  ]);
});

Deno.test("Top counts a function that calls itself once", () => {
  const [dumps] = body(["1", "/", "dumps"]);
  assert.match(dumps!, /^200ms 200ms 20\.0 20\.0 dumps/);
});

Deno.test("Top tells lines apart when asked to", () => {
  const queries = body(["l", "/", "query"]);
  assert.deepEqual(queries, [
    "450ms 450ms 45.0 45.0 query /app/db.py:7",
    "100ms 100ms 10.0 10.0 query /app/db.py:8",
  ]);
});

Deno.test("a thread's parts are parts of that thread", () => {
  assert.deepEqual(body(["\x1b[C", "\x1b[C"]), [
    "200ms 200ms 57.1 57.1 (garbage collection)",
    "150ms 150ms 42.9 42.9 query /app/db.py:7",
    "0 350ms 0.0 100 Worker.run ◂ /app/pool.py:3",
  ]);
});

Deno.test.each([
  [["\x1b[C"], "thread 1 of 2 42"],
  [["\x1b[C", "\x1b[C"], "thread 2 of 2 worker"],
  [["\x1b[C", "\x1b[C", "\x1b[C"], "thread all 2"],
  [["\x1b[D"], "thread 2 of 2 worker"],
])("threads are gone through by %s", (keys, text) => {
  assert.match(screenAfter({ keys }).grid.toString(), new RegExp(text));
});

Deno.test("the tree has the heaviest first, and only choices are moved in", () => {
  const names = body(["3"]).map((line) => line.split(" ").slice(4).join(" "));
  assert.deepEqual(names, [
    "├▾ main thread 42",
    "│▾ <module> ◂ /app/main.py:9",
    "│▾ serve ◂ /app/main.py:20",
    "│├· query /app/db.py:7",
    "│└▾ dumps /app/json.py:5",
    "│ · dumps /app/json.py:6",
    "└▾ thread 43",
    "▾ Worker.run ◂ /app/pool.py:3",
    "├· (garbage collection)",
    "└· query /app/db.py:7",
  ]);
});

Deno.test("branches of the tree are closed and opened", () => {
  const down = "\x1b[B";
  const closed = body(["3", down, down, "\r"]);
  assert.equal(closed.length, 7);
  assert.match(closed[2]!, /│▸ serve/);
  assert.equal(body(["3", down, down, "\r", "\r"]).length, 10);
  assert.equal(body(["3", down, down, "\r", "\x7f"]).length, 10);
});

Deno.test("the filter leaves functions and files, and in the tree the ways to them", () => {
  assert.equal(body(["/", "DB.py"]).length, 1);
  const tree = body(["3", "/", "json"]).join("\n");
  assert.match(
    tree,
    /main thread.*\n.*<module>.*\n.*serve.*\n.*dumps.*\n.*dumps/,
  );
  assert.doesNotMatch(tree, /query|Worker/);
  assert.equal(body(["/", "json", "\r", "\x1b"]).length, 6);
  assert.match(footer(["/", "json"]), /^Filter: json/);
  assert.match(footer(["/", "json", "\r"]), /\/json$/);
});

Deno.test("the threshold leaves out what is small", () => {
  const steps = (count: number) => Array<string>(count).fill("+");
  assert.equal(body(steps(6)).length, 6);
  assert.equal(body(steps(7)).length, 6);
  assert.equal(body(steps(8)).length, 3);
  assert.match(footer(steps(7)), /≥20%/);
  assert.equal(body([...steps(20), ...Array<string>(20).fill("-")]).length, 6);
});

Deno.test.each([
  [[], ["query", "dumps", "(garbage", "serve", "<module>", "Worker.run"]],
  [[">"], ["serve", "<module>", "query", "Worker.run", "dumps", "(garbage"]],
  [[">", ">"], [
    "(garbage",
    "<module>",
    "Worker.run",
    "dumps",
    "query",
    "serve",
  ]],
  [["<"], ["(garbage", "query", "dumps", "<module>", "serve", "Worker.run"]],
  [["r"], ["Worker.run", "<module>", "serve", "dumps", "(garbage", "query"]],
])("rows are sorted after %j", (keys, order) => {
  assert.deepEqual(body(keys).map((line) => line.split(" ")[4]), order);
});

Deno.test("the selected row stays selected, and in sight", () => {
  const size = { columns: 80, rows: 9 };
  const down = "\x1b[B";
  const screen = screenAfter({ size, keys: [down, down, down, down, down] });
  assert.equal(screen.ui.selected.index, 5);
  assert.match(screen.grid.toString(), /Worker\.run/);
  assert.doesNotMatch(screen.grid.toString(), /query/);
  const atEnd = screenAfter({ size, keys: ["\x1b[F"] });
  assert.equal(atEnd.ui.selected.index, 5);
  assert.equal(screenAfter({ size, keys: ["\x1b[F", "\x1b[H"] }).ui.scroll, 0);
  assert.equal(screenAfter({ size, keys: ["\x1b[6~"] }).ui.selected.index, 4);
});

Deno.test("the flame graph is as wide as times are long", () => {
  const { content } = screenAfter({
    keys: ["4"],
    size: { columns: 100, rows: 20 },
  });
  const spans = content.levels.map((blocks) =>
    blocks.map(({ label, start, end }) => `${label.name} ${start}-${end}`)
  );
  assert.deepEqual(spans, [
    ["all threads 0-100"],
    ["main thread 42 0-65", "thread 43 65-100"],
    ["<module> 0-65", "Worker.run 65-100"],
    ["serve 0-65", "query 65-80", "(garbage collection) 80-100"],
    ["query 0-40", "dumps 40-60"],
    ["dumps 40-60"],
  ]);
});

Deno.test("the flame graph is walked in and zoomed", () => {
  const down = "\x1b[B";
  const chosen = (...keys: string[]) => {
    const lines = screenAfter({ keys: ["4", ...keys] }).grid.toString();
    return lines.split("\n")[4]!.trim();
  };
  assert.match(chosen(), /^100% 1\.00s +all threads/);
  assert.match(
    chosen(down, down, down, down),
    /^40\.0% 400ms +query +\/app\/db\.py/,
  );
  assert.match(chosen(down, down, down, down, "]"), /dumps/);
  assert.match(chosen(down, down, down, down, "]", "["), /query/);
  assert.match(chosen(down, down, "\x1b[A"), /main thread/);
  const zoomed = screenAfter({ keys: ["4", down, down, "\r"] });
  assert.equal(zoomed.content.levels[0]![0]!.label.name, "<module>");
  assert.equal(zoomed.content.levels[0]![0]!.end, 80);
  const out = screenAfter({ keys: ["4", down, down, "\r", "\x7f"] });
  assert.equal(out.content.levels[0]![0]!.label.name, "all threads");
});

Deno.test.each([
  ["q", "quit"],
  ["Q", "quit"],
  ["\x03", "quit"],
  ["\x1a", "suspend"],
  ["\x0c", "redraw"],
  ["z", "reset"],
  ["s", "nameFile"],
])("the key %j asks for %s", (key, kind) => {
  assert.deepEqual(screenAfter({ keys: [key] }).requests, [{ kind }]);
});

Deno.test("a name is typed, and Ctrl-C ends the view even then", () => {
  const ui = { prompt: { kind: "save", text: "a.mojo" } } as const;
  const keys = ["\x7f\x7f\x7f\x7f\x7f", "q.svg", "\r"];
  assert.deepEqual(screenAfter({ ui, keys }).requests, [
    { kind: "save", path: "aq.svg" },
  ]);
  assert.deepEqual(screenAfter({ ui, keys: ["\x15", "\r"] }).requests, []);
  assert.deepEqual(screenAfter({ ui, keys: ["\x1b"] }).requests, []);
  assert.equal(screenAfter({ ui, keys: ["\x1b"] }).ui.prompt, null);
  assert.deepEqual(screenAfter({ ui, keys: ["\x03"] }).requests, [
    { kind: "quit" },
  ]);
});

Deno.test("of several metrics another one is shown", () => {
  const profile = `# mode: full

P42;T0:42;a.py:works:1 600000,0,1048576
P42;T0:42;a.py:sleeps:2 400000,1,-2097152
`;
  const of = (...keys: string[]) => body(keys, { profile });
  assert.deepEqual(of(), [
    "600ms 600ms 60.0 60.0 works a.py:1",
    "400ms 400ms 40.0 40.0 sleeps ◂ a.py:2",
  ]);
  assert.deepEqual(of("m"), ["600ms 600ms 100 100 works a.py:1"]);
  assert.deepEqual(of("m", "m"), ["1.00MB 1.00MB 100 100 works a.py:1"]);
  assert.deepEqual(of("m", "m", "m"), [
    "2.00MB 2.00MB 100 100 sleeps ◂ a.py:2",
  ]);
  assert.equal(of("m", "m", "m", "m").length, 2);
  const { grid } = screenAfter({ profile, keys: ["m"] });
  assert.match(grid.toString(), /shows CPU time/);
});

Deno.test("names from a target do nothing to the screen", () => {
  const evil =
    "\x1b[31m\u202eevil\u0007\u200b漢字e\u0301\u0301\u0301\u0301\u0301";
  const profile = `P1;T0:1;/\x1b[2J漢.py:${evil}:1 100\n`;
  for (const key of ["1", "2", "3", "4"]) {
    const { grid } = screenAfter({ profile, keys: [key] });
    const text = grid.texts.join("");
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u202e\u200b]/);
    assert.match(text, /\\x1b\[31m/);
  }
});

Deno.test("Screens say why there is nothing to see", () => {
  const at = (session: ScreenOptions["session"]) =>
    screenAfter({ profile: "", session: session! }).grid.toString();
  assert.match(at({ phase: "waiting" }), /Waiting for a Python/);
  assert.match(at({ phase: "waiting", isLive: false }), /Reading…/);
  assert.match(at({ phase: "sampling" }), /Nothing was on a CPU yet/);
  assert.match(at({ phase: "ended" }), /There are no samples/);
  assert.match(at({ isLive: false, readShare: 0.437 }), / reading 43%\n/);
  assert.match(at({ isLive: false, phase: "ended" }), / duration 0:00\n/);
  assert.match(at({ trouble: "It broke" }), /It broke$/);
});

Deno.test("Screens without colours tell the same", () => {
  for (const key of ["1", "2", "3", "4", "5"]) {
    const plain = screenAfter({ keys: [key], depth: 0 }).grid.toString();
    assert.equal(plain, screenAfter({ keys: [key] }).grid.toString());
  }
});
