import assert from "node:assert/strict";
import { memorySource } from "../../src/memory/memory_source.ts";
import { loadedImage } from "../../src/process/loaded_image.ts";
import { imageModule } from "../../src/process/module_table.ts";
import { FakeMemory } from "../support/fake_memory.ts";
import { buildPe } from "../support/pe_builder.ts";

const ADDRESS = 0x7ff8_0000_0000;

function image(section: string) {
  const memory = new FakeMemory();
  const bytes = buildPe({ exports: { _PyRuntime: 0x1100 }, section });
  memory.map(ADDRESS, bytes);
  const module = imageModule("C:\\python312.dll", ADDRESS, bytes.length);
  return loadedImage(memorySource(memory), module)!;
}

Deno.test("peImage() gives addresses in the process", () => {
  const loaded = image(".data");
  assert.equal(loaded.bits, 64);
  assert.equal(loaded.abi, "llp64");
  assert.equal(loaded.exports()?.find("_PyRuntime"), ADDRESS + 0x1100);
  assert.deepEqual(loaded.writableRanges(), [
    { address: ADDRESS + 0x1000, size: 0x2000 },
  ]);
  assert.deepEqual(loaded.zeroedRanges(), [
    { address: ADDRESS + 0x2000, size: 0x1000 },
  ]);
});

Deno.test("peImage() finds a section by as much of its name as there is", () => {
  const found = image("PyRuntim").lookInFile(null, [], "PyRuntime");
  assert.equal(found?.section, ADDRESS + 0x1000);
  const none = image(".data").lookInFile(null, [], "PyRuntime");
  assert.equal(none?.section, null);
});
