import assert from "node:assert/strict";
import fc from "fast-check";
import { DictionaryReader } from "../../src/python/dictionary.ts";
import { ABSENT } from "../../src/python/layouts/layout.ts";
import { objectLayoutFor } from "../../src/python/layouts/object_layouts.ts";
import type { ObjectLayout } from "../../src/python/layouts/objects.ts";
import { FakeMemory } from "../support/fake_memory.ts";
import { layoutOf, LAYOUTS } from "../support/layouts.ts";
import { PythonMemory } from "../support/python_memory.ts";

/** Kinds of keys. */
const GENERAL = 0;
const UNICODE = 1;

/** Type flags. */
const MANAGED = 1 << 4;
const INLINE = 1 << 2;

function objectsOf(name: string): ObjectLayout {
  return objectLayoutFor(parseInt(name.slice(2)), name.endsWith("t"))!;
}

/** Builds dictionaries and objects. */
class Objects {
  readonly python: PythonMemory;
  readonly objects: ObjectLayout;
  readonly reader: DictionaryReader;

  constructor(name: string) {
    this.python = new PythonMemory(layoutOf(name));
    this.objects = objectsOf(name);
    const { memory, layout } = this.python;
    this.reader = new DictionaryReader(memory, layout, this.objects);
  }

  /** @param values 0 keeps the values elsewhere. */
  keys(entries: readonly (readonly [number, number])[], kind: number): number {
    const { keys } = this.objects;
    const { memory } = this.python;
    const hasHash = keys.kind === ABSENT || kind === GENERAL;
    const entrySize = hasHash ? 24 : 16;
    const indexSize = 8;
    const address = this.python.allocate(
      keys.indices + indexSize + entries.length * entrySize,
    );
    if (keys.sizeIs === "count") memory.u64(address + keys.size, indexSize);
    else memory.u8(address + keys.size, Math.log2(indexSize));
    if (keys.kind !== ABSENT) memory.u8(address + keys.kind, kind);
    memory.u64(address + keys.entryCount, entries.length);
    entries.forEach(([key, value], i) => {
      const end = address + keys.indices + indexSize + (i + 1) * entrySize;
      memory.u64(end - 16, key);
      memory.u64(end - 8, value);
    });
    return address;
  }

  dictionary(keys: number, values = 0): number {
    const { dictionary } = this.objects;
    const address = this.python.allocate(dictionary.values + 8);
    this.python.memory.u64(address + dictionary.keys, keys);
    this.python.memory.u64(address + dictionary.values, values);
    return address;
  }

  values(values: readonly number[]): number {
    const address = this.python.allocate(64);
    this.writeValues(address, values);
    return address;
  }

  writeValues(address: number, values: readonly number[]): void {
    const { memory } = this.python;
    const { firstValue } = this.objects;
    if (firstValue > 0) memory.u8(address + 3, 1);
    values.forEach((value, i) =>
      memory.u64(address + firstValue + i * 8, value)
    );
  }

  /** @returns an object and its type. */
  object(flags: number, cachedKeys = 0): { object: number; type: number } {
    const { python, objects } = this;
    const { memory, layout } = python;
    const type = python.allocate(1024);
    const object = python.allocate(256) + 64;
    memory.u64(object + layout.object.type, type);
    memory.u64(type + objects.type.flags, flags);
    memory.u64(type + objects.type.basicSize, 32);
    memory.u64(type + objects.type.dictionaryOffset, 16);
    if (objects.type.cachedKeys !== ABSENT) {
      memory.u64(type + objects.type.cachedKeys, cachedKeys);
    }
    return { object, type };
  }

  integer(value: number): number {
    const { integer } = this.objects;
    const { memory } = this.python;
    const digits = value === 0 ? [] : [value % 2 ** 30];
    if (value >= 2 ** 30) digits.push(Math.floor(value / 2 ** 30));
    const address = this.python.allocate(integer.digits + 8);
    memory.u64(address + integer.size, digits.length << integer.sizeShift);
    digits.forEach((digit, i) =>
      memory.u32(address + integer.digits + 4 * i, digit)
    );
    return address;
  }
}

for (const [name] of LAYOUTS) {
  Deno.test(`DictionaryReader.item() finds what a dictionary of ${name} has under a name`, () => {
    const built = new Objects(name);
    const key = (text: string) => built.python.string(text);
    for (const kind of [GENERAL, UNICODE]) {
      const entries = [[key("a"), 16], [0, 0], [key("ü"), 32]] as const;
      const dictionary = built.dictionary(built.keys(entries, kind));
      assert.equal(built.reader.item(dictionary, "ü"), 32);
      assert.equal(built.reader.item(dictionary, "b"), 0);
      assert.equal(built.reader.entries(dictionary).length, 2);
    }
  });

  Deno.test(`DictionaryReader.item() finds what a dictionary of ${name} keeps apart from its keys`, () => {
    const built = new Objects(name);
    const keys = built.keys([
      [built.python.string("a"), 0],
      [built.python.string("b"), 0],
    ], 2);
    const dictionary = built.dictionary(keys, built.values([0, 48]));
    assert.equal(built.reader.item(dictionary, "a"), 0);
    assert.equal(built.reader.item(dictionary, "b"), 48);
  });

  Deno.test(`DictionaryReader.variable() finds what a module of ${name} calls so`, () => {
    const built = new Objects(name);
    const keys = built.keys([[built.python.string("x"), 96]], UNICODE);
    const module = built.python.allocate(128);
    built.python.memory.u64(
      module + built.objects.moduleDictionary,
      built.dictionary(keys),
    );
    assert.equal(built.reader.variable(module, "x"), 96);
    assert.equal(built.reader.variable(0, "x"), 0);
  });

  Deno.test(`DictionaryReader.attribute() finds an attribute in an object's dictionary of ${name}`, () => {
    const built = new Objects(name);
    const keys = built.keys([[built.python.string("x"), 64]], UNICODE);
    const dictionary = built.dictionary(keys);
    const { managedDictionary } = built.objects;
    const isManaged = managedDictionary !== ABSENT;
    const { object } = built.object(isManaged ? MANAGED | INLINE : 0);
    const at = object + (isManaged ? managedDictionary : 16);
    built.python.memory.u64(at, dictionary);
    assert.equal(built.reader.attribute(object, "x"), 64);
    assert.equal(built.reader.attribute(object, "y"), 0);
  });

  Deno.test(`DictionaryReader.integer() reads numbers of ${name}`, () => {
    const built = new Objects(name);
    for (const value of [0, 1, 2 ** 30, 0x7f12_3456_7890, 2 ** 53 - 1]) {
      assert.equal(built.reader.integer(built.integer(value)), value);
    }
    assert.equal(built.reader.integer(built.integer(2 ** 54)), null);
    assert.equal(built.reader.integer(8), null);
  });
}

for (const name of ["3.11", "3.12", "3.13", "3.14", "3.14t", "3.15t"]) {
  Deno.test(`DictionaryReader.attribute() finds an attribute in an object's values of ${name}`, () => {
    const built = new Objects(name);
    const { memory } = built.python;
    const keys = built.keys([
      [built.python.string("x"), 0],
      [built.python.string("y"), 0],
    ], 2);
    const { object } = built.object(MANAGED | INLINE, keys);
    const { attributesAre, managedDictionary } = built.objects;
    if (attributesAre === "inline") built.writeValues(object + 32, [64, 80]);
    else {
      const values = built.values([64, 80]);
      if (attributesAre === "valuesPointer") memory.u64(object - 32, values);
      else memory.u64(object + managedDictionary, values - 1);
    }
    assert.equal(built.reader.attribute(object, "y"), 80);
    assert.equal(built.reader.attribute(object, "z"), 0);
  });
}

Deno.test("DictionaryReader.attribute() takes no values that are not valid any more", () => {
  const built = new Objects("3.13");
  const keys = built.keys([[built.python.string("x"), 0]], 2);
  const { object } = built.object(MANAGED | INLINE, keys);
  built.writeValues(object + 32, [64]);
  built.python.memory.u8(object + 32 + 3, 0);
  assert.equal(built.reader.attribute(object, "x"), 0);
});

Deno.test("objectLayoutFor() knows no version that is to come", () => {
  assert.equal(objectLayoutFor(99, false), null);
});

Deno.test("DictionaryReader never fails or hangs on what makes no sense", () => {
  const START = 0x7000_0000;
  const SIZE = 4096;
  const word = fc.oneof(
    fc.integer({ min: 0, max: 64 }),
    fc.integer({ min: START - 64, max: START + SIZE }),
    fc.maxSafeNat(),
  );
  fc.assert(fc.property(
    fc.constantFrom(...LAYOUTS.map(([name]) => name)),
    fc.array(word, { minLength: SIZE / 8, maxLength: SIZE / 8 }),
    (name, words) => {
      const memory = new FakeMemory();
      memory.map(START, SIZE);
      words.forEach((value, i) => memory.u64(START + i * 8, value));
      const reader = new DictionaryReader(
        memory,
        layoutOf(name),
        objectsOf(name),
      );
      const address = START + (words[0]! % SIZE);
      reader.item(address, "x");
      reader.attribute(address, "x");
      reader.variable(address, "x");
      reader.integer(address);
      reader.text(address);
    },
  ));
});
