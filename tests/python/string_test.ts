import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_NAME_LENGTH } from "../../src/limits.ts";
import { StructReader } from "../../src/memory/struct_reader.ts";
import type { Layout } from "../../src/python/layouts/layout.ts";
import { readString } from "../../src/python/string.ts";
import { layoutOf, LAYOUTS } from "../support/layouts.ts";
import { PythonMemory, type StringForm } from "../support/python_memory.ts";

const PAGE_SIZE = 4096;

function read(python: PythonMemory, address: number): string | null {
  return readString(new StructReader(python.memory), python.layout, address);
}

function roundTrip(layout: Layout, text: string, form: StringForm = {}) {
  const python = new PythonMemory(layout);
  return read(python, python.string(text, form));
}

const TEXTS = {
  empty: "",
  ASCII: "plain_name",
  "Latin-1": "été-ÿ-\u0080",
  "UCS-2": "Жар日本\uffff",
  "UCS-4": "夏𠀀𠀁\u{10ffff}",
  "lone surrogates": "bad\udce9\ud800",
  "a surrogate beside a high character": "\udfff𠀀",
  "odd characters": "<string>;\n\0 'x':12",
} as const;

for (const [name, layout] of LAYOUTS) {
  Deno.test(`readString() reads every kind of string: ${name}`, () => {
    for (const text of Object.values(TEXTS)) {
      assert.equal(roundTrip(layout, text), text);
    }
  });

  Deno.test(`readString() reads strings that are not compact: ${name}`, () => {
    for (const text of Object.values(TEXTS)) {
      assert.equal(roundTrip(layout, text, { compact: false }), text);
    }
  });

  Deno.test(`readString() cuts what is too long: ${name}`, () => {
    for (const character of ["a", "é", "日", "𠀀"]) {
      const longest = character.repeat(MAX_NAME_LENGTH);
      assert.equal(roundTrip(layout, longest), longest);
      assert.equal(roundTrip(layout, longest + character), longest + "…");
    }
  });

  Deno.test(`readString() refuses what cannot be a string: ${name}`, () => {
    const python = new PythonMemory(layout);
    assert.equal(read(python, 0), null);
    assert.equal(read(python, 2 ** 64), null);
    assert.equal(read(python, python.allocate(200)), null);
    for (const length of [-1, -(2 ** 40), 2 ** 62]) {
      assert.equal(read(python, python.string("abc", { length })), null);
    }
  });

  Deno.test(`readString() takes any header: ${name}`, () => {
    const header = fc.tuple(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.nat(0xffffffff),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    );
    const python = new PythonMemory(layout);
    const address = python.string("a name of some length");
    const { length, state, anyPointer } = layout.string;
    fc.assert(fc.property(header, ([size, bits, pointer]) => {
      python.memory.u64(address + length, Number(size));
      python.memory.u32(address + state, bits);
      python.memory.u64(address + anyPointer, Number(pointer));
      const text = read(python, address);
      assert.ok(text === null || text.length <= 2 * MAX_NAME_LENGTH + 1);
    }));
  });
}

Deno.test("readString() reads a string at the very end of a page", () => {
  for (const [, layout] of LAYOUTS) {
    for (const text of ["a", "é"]) {
      const python = new PythonMemory(layout);
      const source = python.string(text);
      const { asciiBytes, compactBytes } = layout.string;
      const size = (text === "a" ? asciiBytes : compactBytes) + 2;
      const bytes = new Uint8Array(PAGE_SIZE);
      const page = python.mapped(PAGE_SIZE);
      const start = PAGE_SIZE - size;
      const regions = new Uint32Array([source, source / 2 ** 32, size, 0]);
      python.memory.readRegions(regions, 1, bytes.subarray(start));
      python.memory.write(page, bytes);
      assert.equal(read(python, page + start), text);
    }
  }
});

Deno.test("readString() gives null for a string that claims more than is mapped", () => {
  const python = new PythonMemory(layoutOf("3.12"));
  const page = python.mapped(PAGE_SIZE);
  const { length, state, stateBits } = python.layout.string;
  const address = page + PAGE_SIZE - 128;
  python.memory.u64(address + length, 2000);
  python.memory.u32(
    address + state,
    1 << stateBits.kindShift | stateBits.compact | stateBits.ascii,
  );
  assert.equal(read(python, address), null);
});

Deno.test("readString() replaces what is no character", () => {
  const python = new PythonMemory(layoutOf("3.12"));
  const address = python.string("a𠀀b");
  const { compactBytes } = python.layout.string;
  python.memory.u32(address + compactBytes + 4, 0x110000);
  assert.equal(read(python, address), "a\ufffdb");
});

Deno.test("readString() reads no legacy string that is not ready", () => {
  const python = new PythonMemory(layoutOf("3.8"));
  assert.equal(read(python, python.string("abc", { kind: 0 })), null);
});
