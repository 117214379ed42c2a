import assert from "node:assert/strict";
import {
  changeOf,
  colorOf,
  originOf,
} from "../../../src/formats/flame_graph/color.ts";
import { viewTree, WHOLE } from "../../../src/formats/flame_graph/view_tree.ts";
import { documentOf } from "../../support/flame_profile.ts";

const origins: readonly (readonly [string, string])[] = [
  ["/srv/app.py", "own"],
  ["C:\\app\\main.py", "own"],
  ["<frozen importlib._bootstrap>", "library"],
  ["/usr/lib/python3.12/json/decoder.py", "library"],
  ["C:\\Python\\Lib\\python3\\x.py", "library"],
  ["/usr/lib/python3/dist-packages/numpy/x.py", "packages"],
  ["/venv/lib/python3.12/site-packages/flask/app.py", "packages"],
  ["native", "native"],
  ["kernel", "native"],
  [
    "/usr/lib/python3.12/lib-dynload/_json.cpython-312-x86_64-linux-gnu.so",
    "native",
  ],
  ["/lib/x86_64-linux-gnu/libc.so.6", "native"],
];

for (const [file, name] of origins) {
  Deno.test(`originOf(${file}) is ${name}`, () => {
    assert.equal(originOf(file).name, name);
  });
}

Deno.test("colorOf() is the same for the same file and function", () => {
  const root = viewTree(documentOf([]), WHOLE);
  const palette = { theme: "light", compared: null } as const;
  const frame = (file: string, name: string) =>
    colorOf({ ...root, kind: "frame", file, name }, palette);
  assert.equal(frame("a.py", "f"), frame("a.py", "f"));
  assert.notEqual(frame("a.py", "f"), frame("b.py", "f"));
});

Deno.test("changeOf() compares shares, also with nothing", () => {
  const change = (
    value: number,
    base: number,
    whole = { value: 4, base: 10 },
  ) => changeOf({ value, base }, whole);
  assert.equal(change(2, 5), 0);
  assert.equal(change(4, 0), 1);
  assert.equal(change(0, 10), -1);
  assert.equal(change(0, 0, { value: 0, base: 0 }), 0);
});
