import assert from "node:assert/strict";
import fc from "fast-check";
import { type Key, KeyReader } from "../../../src/views/tui/keys.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function named(keys: readonly Key[]): string[] {
  return keys.map((key) => key.name === "character" ? key.character : key.name);
}

Deno.test.each([
  ["q", ["q"]],
  ["\x1b[A\x1b[B\x1b[C\x1b[D", ["up", "down", "right", "left"]],
  ["\x1bOA\x1bOP", ["up", "help"]],
  ["\x1b[1;2C\x1b[1;2A", ["shiftRight", "shiftUp"]],
  ["\x1b[1;5C", ["right"]],
  ["\x1b[5~\x1b[6~\x1b[H\x1b[4~", ["pageUp", "pageDown", "home", "end"]],
  ["\x1b[Z\t\r\x7f", ["backTab", "tab", "enter", "backspace"]],
  ["\x03\x1a\x0c\x15", ["interrupt", "suspend", "redraw", "erase"]],
  ["é漢🚀", ["é", "漢", "🚀"]],
  ["\x1b[200~x\x1b[?1;2c", ["x"]],
  ["\x1bq", ["escape", "q"]],
  ["\x00\x01", []],
])("KeyReader reads %j", (text, expected) => {
  assert.deepEqual(named(new KeyReader().read(bytes(text))), expected);
});

Deno.test("KeyReader puts keys together from pieces of any size", () => {
  const reader = new KeyReader();
  const keys = [...bytes("\x1b[A漢\x1b[1;2Cq")].flatMap((byte) =>
    reader.read(new Uint8Array([byte]))
  );
  assert.deepEqual(named(keys), ["up", "漢", "shiftRight", "q"]);
});

Deno.test("KeyReader takes a lone Escape for the key after a while", () => {
  const reader = new KeyReader();
  assert.deepEqual(reader.read(bytes("\x1b")), []);
  assert.equal(reader.isWaiting, true);
  assert.deepEqual(named(reader.flush()), ["escape"]);
  assert.deepEqual(named(reader.read(bytes("q"))), ["q"]);
  assert.deepEqual(reader.flush(), []);
});

Deno.test("KeyReader never throws, hangs or keeps much", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
      const reader = new KeyReader();
      for (const piece of pieces) reader.read(piece);
      reader.flush();
      assert.equal(reader.isWaiting, false);
    }),
    { numRuns: 2_000 },
  );
});
