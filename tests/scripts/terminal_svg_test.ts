import assert from "node:assert/strict";
import { terminalSvg } from "../../scripts/screenshots/terminal_svg.ts";

/** What is drawn of a line: its colours and texts. */
function drawn(line: string): string[] {
  return terminalSvg([line], 10).split("\n").slice(2, -2).map((element) =>
    element.replaceAll(/ (x|y|width|height|textLength|xml:space)="[^"]*"/g, "")
  );
}

for (
  const [what, line, elements] of [
    ["plain text", "a<b", ['<text fill="#d8dce4">a&lt;b</text>']],
    ["one of 16 colours", "\x1b[31mx", ['<text fill="#e06c75">x</text>']],
    ["a bright colour", "\x1b[97mx", ['<text fill="#ffffff">x</text>']],
    ["one of 256", "\x1b[38;5;196mx", ['<text fill="rgb(255,0,0)">x</text>']],
    ["a grey", "\x1b[38;5;232mx", ['<text fill="rgb(8,8,8)">x</text>']],
    ["any colour", "\x1b[38;2;1;2;3mx", ['<text fill="rgb(1,2,3)">x</text>']],
    ["bold until it ends", "\x1b[1mx\x1b[my", [
      '<text fill="#d8dce4" font-weight="bold">x</text>',
      '<text fill="#d8dce4">y</text>',
    ]],
    ["reversed", "\x1b[7mx", [
      '<rect fill="#d8dce4"/>',
      '<text fill="#1b1e26">x</text>',
    ]],
    ["a background without text", "\x1b[48;5;2m  ", ['<rect fill="#8fc379"/>']],
  ] as const
) {
  Deno.test(`terminalSvg() draws ${what}`, () => {
    assert.deepEqual(drawn(line), elements);
  });
}

Deno.test("terminalSvg() puts what follows a colour beside it, not over it", () => {
  const svg = terminalSvg(["ab\x1b[1mc"], 3);
  const places = [...svg.matchAll(/<text x="([\d.]+)"/g)].map(([, x]) =>
    Number(x)
  );
  assert.equal(places.length, 2);
  assert.ok(places[1]! > places[0]! + 16);
});
