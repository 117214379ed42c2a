import assert from "node:assert/strict";
import { visibleText } from "../../src/formats/visible_text.ts";

const cases: readonly (readonly [string, string])[] = [
  ["Класс.метод 函数 🐍 👩‍💻", "Класс.метод 函数 🐍 👩‍💻"],
  ["\x1b[31m\n\t", "\\x1b[31m\\x0a\\x09"],
  ["\u0085", "\\x85"],
  ["a\u202eb\u2066c", "a\\u202eb\\u2066c"],
  ["\u200b\ufeff\u2028", "\\u200b\\ufeff\\u2028"],
  ["\ud800", "\ufffd"],
];

for (const [text, seen] of cases) {
  Deno.test(`visibleText() shows ${JSON.stringify(text)} as ${seen}`, () => {
    assert.equal(visibleText(text), seen);
  });
}
