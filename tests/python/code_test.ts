import assert from "node:assert/strict";
import { MAX_LINE_TABLE_SIZE } from "../../src/limits.ts";
import { CodeReader } from "../../src/python/code.ts";
import { ABSENT } from "../../src/python/layouts/layout.ts";
import { layoutOf, LAYOUTS } from "../support/layouts.ts";
import { PythonMemory } from "../support/python_memory.ts";

function readerOf(python: PythonMemory): CodeReader {
  return new CodeReader(python.memory, python.layout);
}

for (const [name, layout] of LAYOUTS) {
  Deno.test(`CodeReader.read() reads names and lines: ${name}`, () => {
    const python = new PythonMemory(layout);
    const address = python.code({
      file: "é/日.py",
      scope: "Class.method",
      firstLine: 7,
      lines: [7, 8],
    });
    const code = readerOf(python).read(address);
    assert.equal(code?.file, "é/日.py");
    assert.equal(code.scope, "Class.method");
    assert.equal(code.firstLine, 7);
  });

  Deno.test(`CodeReader.locate() finds the line of each instruction: ${name}`, () => {
    const python = new PythonMemory(layout);
    const lines = [7, 8, 8, 300, 9];
    const address = python.code({ firstLine: 7, lines });
    const reader = readerOf(python);
    const code = reader.read(address)!;
    const found = lines.map((_, unit) =>
      reader.locate(code, python.instruction(address, unit))?.line
    );
    assert.deepEqual(found, lines);
  });

  Deno.test(`CodeReader.locate() gives the first line to a frame that has not begun: ${name}`, () => {
    const python = new PythonMemory(layout);
    const address = python.code({ firstLine: 7, lines: [9, 10] });
    const reader = readerOf(python);
    const code = reader.read(address)!;
    const instruction = python.instruction(address, -1);
    assert.equal(reader.locate(code, instruction)?.line, 7);
  });

  Deno.test(`CodeReader.read() believes only objects of the type "code": ${name}`, () => {
    const python = new PythonMemory(layout);
    const address = python.code();
    const reader = readerOf(python);
    assert.notEqual(reader.read(address), null);
    for (const type of [0, python.type("function"), python.type("codec")]) {
      const other = python.code();
      python.memory.u64(other + layout.object.type, type);
      assert.equal(reader.read(other), null);
      assert.equal(readerOf(python).read(other), null);
    }
  });

  Deno.test(`CodeReader.read() gives null for broken fields: ${name}`, () => {
    const python = new PythonMemory(layout);
    const reader = readerOf(python);
    const { filename, qualifiedName, lineTable } = layout.code;
    for (const offset of [filename, qualifiedName, lineTable]) {
      for (const pointer of [0, 1, 2 ** 47, -1]) {
        const address = python.code();
        python.memory.u64(address + offset, pointer);
        assert.equal(reader.read(address), null);
      }
    }
    assert.equal(reader.read(0), null);
  });

  Deno.test(`CodeReader.read() bounds the size of the line table: ${name}`, () => {
    const python = new PythonMemory(layout);
    const address = python.code();
    const table = python.memory.pointer(address + layout.code.lineTable);
    for (const size of [-1, MAX_LINE_TABLE_SIZE + 1, MAX_LINE_TABLE_SIZE]) {
      python.memory.u64(table + layout.bytes.size, size);
      assert.equal(readerOf(python).read(address), null);
    }
  });

  Deno.test(`CodeReader.changed() notices another code object at an address: ${name}`, () => {
    const python = new PythonMemory(layout);
    const reader = readerOf(python);
    const address = python.code({ scope: "one" });
    const code = reader.read(address)!;
    const rest = [1, 2].map(() => reader.read(python.code({}))!);
    assert.deepEqual(reader.changed([...rest, code]), []);
    python.code({ scope: "other", address });
    assert.deepEqual(reader.changed([...rest, code]), [code]);
    assert.deepEqual(reader.changed(rest), []);
  });

  Deno.test(`CodeReader.changed() notices another name or version in the same place: ${name}`, () => {
    const python = new PythonMemory(layout);
    const reader = readerOf(python);
    const scope = python.string("one");
    const address = python.code({ scope });
    const code = reader.read(address)!;
    const { version } = layout.code;
    const { asciiBytes } = layout.string;
    if (version === ABSENT) python.memory.u8(scope + asciiBytes + 2, 0x66);
    else python.memory.u32(address + version, 7);
    assert.deepEqual(reader.changed([code]), [code]);
  });
}

for (const [name, layout] of LAYOUTS) {
  if (layout.instructionIs !== "address") continue;
  Deno.test(`CodeReader.locate() gives null for instructions outside of the code: ${name}`, () => {
    const python = new PythonMemory(layout);
    const address = python.code({ lines: [1, 2, 3] });
    const reader = readerOf(python);
    const code = reader.read(address)!;
    const outside = [
      0,
      address,
      python.instruction(address, -4),
      python.instruction(address, 1000),
      2 ** 64,
    ];
    for (const instruction of outside) {
      assert.equal(reader.locate(code, instruction), null);
    }
  });
}

for (const [name, layout] of LAYOUTS) {
  const { threadLocalBytecode } = layout.code;
  if (threadLocalBytecode === ABSENT) continue;
  Deno.test(`CodeReader.locate() knows the copies of the bytecode that threads have: ${name}`, () => {
    const python = new PythonMemory(layout);
    const address = python.code({ lines: [5, 6] });
    const copies = python.allocate(32);
    const copy = python.allocate(64);
    python.memory.u64(address + threadLocalBytecode, copies);
    python.memory.u64(copies, 2);
    python.memory.u64(copies + 8, address + layout.code.instructions);
    python.memory.u64(copies + 16, copy);
    const reader = readerOf(python);
    const code = reader.read(address)!;
    assert.equal(reader.locate(code, copy + 2)?.line, 6);
    assert.equal(reader.locate(code, copy + 2000), null);
  });

  Deno.test(`CodeReader.locate() bounds the number of copies: ${name}`, () => {
    const python = new PythonMemory(layout);
    const address = python.code();
    const reader = readerOf(python);
    const code = reader.read(address)!;
    const copies = python.allocate(32);
    python.memory.u64(address + threadLocalBytecode, copies);
    for (const count of [0, -1, 2 ** 40]) {
      python.memory.u64(copies, count);
      assert.equal(reader.locate(code, 0x1000), null);
    }
  });
}

Deno.test("only the free-threaded builds from 3.14 on have copies of the bytecode", () => {
  const names = LAYOUTS
    .filter(([, { code }]) => code.threadLocalBytecode !== ABSENT)
    .map(([name]) => name);
  assert.deepEqual(names, ["3.14t", "3.15t"]);
});

Deno.test("CodeReader.locate() takes indices of any 32 bits", () => {
  for (const name of ["3.8", "3.10"]) {
    const python = new PythonMemory(layoutOf(name));
    const reader = readerOf(python);
    const code = reader.read(python.code())!;
    for (const instruction of [0x7fffffff, 0x80000000, 0xffffffff]) {
      assert.notEqual(reader.locate(code, instruction), null);
    }
  }
});
