import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeControls, escapeName } from "../../src/output/escape.ts";

Deno.test.each([
  ["plain.py", "plain.py"],
  ["a;b", "a\\x3bb"],
  ["a\nb\r\t\0", "a\\x0ab\\x0d\\x09\\x00"],
  ["\x1b[31m\x7f\x9b", "\\x1b[31m\\x7f\\x9b"],
  ["C:\\a b\\<x>:é日𠀀", "C:\\a b\\<x>:é日𠀀"],
  ["", ""],
])("escapeName(%j) is %j", (name, escaped) => {
  assert.equal(escapeName(name), escaped);
});

Deno.test("escapeName() leaves nothing that breaks a line, a frame or a terminal", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(escapeName(name), /[\x00-\x1f\x7f-\x9f;]/);
  }));
});

Deno.test("escapeControls() leaves semicolons", () => {
  assert.equal(escapeControls("a;b\n"), "a;b\\x0a");
});
