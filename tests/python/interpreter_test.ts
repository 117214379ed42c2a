import assert from "node:assert/strict";
import { MAX_INTERPRETERS } from "../../src/limits.ts";
import {
  InterpreterList,
  interpreterWindow,
} from "../../src/python/interpreter.ts";
import { LAYOUTS } from "../support/layouts.ts";
import { PythonMemory } from "../support/python_memory.ts";

function listOf(python: PythonMemory): InterpreterList {
  const { memory, layout, runtimeAddress } = python;
  return new InterpreterList(memory, layout, runtimeAddress);
}

for (const [name, layout] of LAYOUTS) {
  Deno.test(`InterpreterList.read() finds interpreters, the newest first: ${name}`, () => {
    const python = new PythonMemory(layout);
    const list = listOf(python);
    assert.deepEqual(list.read(), []);
    const main = python.interpreter();
    assert.deepEqual(list.read(), [main]);
    const sub = python.interpreter();
    assert.deepEqual(list.read(), [sub, main]);
  });

  Deno.test(`InterpreterList.read() ends in a ring of interpreters: ${name}`, () => {
    const python = new PythonMemory(layout);
    const [first, second] = [python.interpreter(), python.interpreter()];
    python.memory.u64(first + layout.interpreter.next, second);
    assert.equal(listOf(python).read().join(), [second, first].join());
    python.memory.u64(first + layout.interpreter.next, first);
    assert.equal(listOf(python).read().join(), [second, first].join());
  });

  Deno.test(`InterpreterList.read() bounds the number of interpreters: ${name}`, () => {
    const python = new PythonMemory(layout);
    for (let i = 0; i < MAX_INTERPRETERS + 10; i++) python.interpreter();
    assert.equal(listOf(python).read().length, MAX_INTERPRETERS);
  });

  Deno.test(`interpreterWindow() holds the id and the first thread: ${name}`, () => {
    const { start, size } = interpreterWindow(layout);
    const { id, threadsHead } = layout.interpreter;
    for (const offset of [id, threadsHead]) {
      assert.ok(offset >= start && offset + 8 <= start + size);
    }
  });
}
