import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluate } from "../../src/binary/dwarf_expression.ts";

const machine = {
  register: (number: number) => number === 7 ? 0x7ffc_0000_1008 : null,
  word: (address: number) => address === 0x7ffc_0000_1010 ? 0x1234 : null,
};

function result(...bytes: number[]): number | null {
  return evaluate(Uint8Array.from(bytes), null, machine);
}

Deno.test("evaluate() reads memory at a register", () => {
  // DW_OP_breg7 8; DW_OP_deref
  assert.equal(result(0x77, 8, 0x06), 0x1234);
  assert.equal(result(0x77, 9, 0x06), null);
  assert.equal(result(0x70, 0), null);
});

Deno.test.each([[0, 0x7ffc_0000_1010], [15, 0x7ffc_0000_1018]])(
  "evaluate() tells where in a PLT entry the program is, at %i",
  (low, expected) => {
    // DW_OP_breg7 8; breg16 0; lit15; and; lit11; ge; lit3; shl; plus
    const plt = [0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22];
    const value = evaluate(Uint8Array.from(plt), null, {
      ...machine,
      register: (number) =>
        number === 16 ? 0x7f00_1234_5670 + low : machine.register(number),
    });
    assert.equal(value, expected);
  },
);

Deno.test("evaluate() branches, and ends a loop that does not end", () => {
  // lit0; bra +1; lit5; lit7
  assert.equal(result(0x30, 0x28, 1, 0, 0x35, 0x37), 7);
  // skip -3
  assert.equal(result(0x31, 0x2f, 0xfd, 0xff), null);
});

Deno.test("evaluate() survives any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    const value = evaluate(bytes, 1, machine);
    return value === null || !Number.isNaN(value);
  }));
});
