import assert from "node:assert/strict";
import fc from "fast-check";
import { ReadError } from "../../src/memory/remote_memory.ts";
import { parseModules, readModules } from "../../src/process/module_table.ts";

function record(address: number, size: number, path: string): Uint8Array {
  const text = new TextEncoder().encode(path);
  const bytes = new Uint8Array(24 + Math.ceil(text.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(address), true);
  view.setBigUint64(8, BigInt(size), true);
  view.setBigUint64(16, BigInt(text.length), true);
  bytes.set(text, 24);
  return bytes;
}

const TABLE = new Uint8Array([
  ...record(0x1_4000_0000, 0x8000, "C:\\Users\\Zoë\\python.exe"),
  ...record(0x7ff8_1234_0000, 0x60_0000, "C:\\python312.dll"),
]);

Deno.test("parseModules() gives each image in its place", () => {
  const modules = parseModules(TABLE);
  assert.deepEqual(
    modules.map(({ path, mappings: [mapping] }) => [
      path,
      mapping!.start,
      mapping!.end,
    ]),
    [
      ["C:\\Users\\Zoë\\python.exe", 0x1_4000_0000, 0x1_4000_8000],
      ["C:\\python312.dll", 0x7ff8_1234_0000, 0x7ff8_1294_0000],
    ],
  );
});

Deno.test("parseModules() takes any bytes", () => {
  for (let size = 0; size < TABLE.length; size++) {
    assert.ok(parseModules(TABLE.slice(0, size)).length <= 2);
  }
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    parseModules(bytes);
  }));
});

Deno.test.each(
  [
    [ReadError.gone, "gone"],
    [ReadError.denied, "denied"],
    [ReadError.failed, "failed"],
  ] as const,
)("readModules() of %d is %s", (code, refusal) => {
  const tables = {
    listModules: () => code,
    residentMemory: () => code,
    listProcesses: () => code,
  };
  assert.equal(readModules(tables, 1), refusal);
});
