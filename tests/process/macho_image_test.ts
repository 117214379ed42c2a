import assert from "node:assert/strict";
import { bytesSource, viewOf } from "../../src/binary/byte_source.ts";
import { parseMacho } from "../../src/binary/macho.ts";
import { memorySource } from "../../src/memory/memory_source.ts";
import { loadedImage } from "../../src/process/loaded_image.ts";
import { imageModule } from "../../src/process/module_table.ts";
import type { Process } from "../../src/process/process.ts";
import { readDebugOffsets } from "../../src/python/debug_offsets.ts";
import { searchRuntime } from "../../src/python/find_runtime.ts";
import {
  darwinLibrary,
  darwinPythonNeeds,
  darwinPythons,
} from "../support/darwin_python.ts";
import { FakeMemory } from "../support/fake_memory.ts";
import { buildMacho, buildUniversal } from "../support/macho_builder.ts";
import { slowTier, testNeeding } from "../support/needs.ts";

const SLIDE = 0x4_0000;
const UUID = "00112233445566778899aabbccddeeff";
const SYMBOLS = { _PyRuntime: 0x1_0000_1110 };

/** Loads a file as the system does: each segment at its place, zeros behind. */
function load(
  file: Uint8Array,
  slide: number,
): { memory: FakeMemory; start: number } {
  const memory = new FakeMemory();
  const { segments } = parseMacho(bytesSource(file))!;
  for (const { address, memorySize, offset, fileSize } of segments) {
    if (memorySize === 0) continue;
    const bytes = new Uint8Array(memorySize);
    bytes.set(file.subarray(offset, offset + fileSize));
    memory.map(slide + address, bytes);
  }
  const text = segments.find((segment) => segment.fileSize > 0)!;
  return { memory, start: slide + text.address };
}

function loadAsImage(file: Uint8Array) {
  const { memory, start } = load(file, SLIDE);
  const module = imageModule("/opt/Python", start, 0x1000);
  return loadedImage(memorySource(memory), module)!;
}

Deno.test("a loaded Mach-O image shows its symbols where they are in the process", () => {
  const image = loadAsImage(buildMacho({ symbols: SYMBOLS }));
  const address = SLIDE + SYMBOLS._PyRuntime;
  assert.equal(image.exports()!.find("_PyRuntime"), address);
  assert.equal(image.exports()!.find("Py_Version"), null);
  assert.deepEqual(image.writableRanges(), [
    { address: SLIDE + 0x1_0000_1000, size: 0x1800 },
  ]);
  assert.deepEqual(image.zeroedRanges(), [
    { address: SLIDE + 0x1_0000_2000, size: 0x800 },
  ]);
});

Deno.test("the file of a stripped Mach-O image is asked, when it is the same by its UUID", () => {
  const image = loadAsImage(buildMacho({ uuid: UUID }));
  const look = (file: Uint8Array) =>
    image.lookInFile(bytesSource(file), ["_PyRuntime"], "PyRuntime")!;
  const same = buildMacho({ symbols: SYMBOLS, uuid: UUID });
  const other = buildMacho({ symbols: SYMBOLS, uuid: UUID.replace("0", "f") });
  const address = SLIDE + SYMBOLS._PyRuntime;
  assert.equal(look(same).symbols.get("_PyRuntime"), address);
  assert.equal(
    look(buildUniversal([other, same])).symbols.get("_PyRuntime"),
    address,
  );
  assert.equal(look(other).symbols.size, 0);
  // The section is in the header, which is loaded.
  assert.equal(look(other).section, SLIDE + 0x1_0000_1100);
});

for (const python of darwinPythons) {
  testNeeding(
    [slowTier, ...darwinPythonNeeds],
    `searchRuntime() finds Python ${python.version} in ${python.classifier}'s library as it is loaded`,
    async () => {
      const path = await darwinLibrary(python);
      const { memory, start } = load(await Deno.readFile(path), SLIDE);
      const process: Process = {
        pid: 1,
        modules: () => [imageModule(path, start, 0x1000)],
        openModule: () => null,
        permissionHint: () => "",
      };
      const search = searchRuntime(process, memory, "thorough");
      // No interpreter was ever started in it, and that is all that is missing.
      assert.deepEqual(search, { kind: "notReady", path });
      const source = memorySource(memory);
      const symbols = loadedImage(source, imageModule(path, start, 0x1000))!
        .exports()!;
      const hex = viewOf(source, symbols.find("Py_Version")!, 4)!
        .getUint32(0, true);
      const minor = Number(python.version.slice(2));
      assert.equal(hex >>> 16, 0x0300 + minor);
      if (minor < 13) return;
      const layout = readDebugOffsets(
        memory,
        symbols.find("_PyRuntime")!,
        minor,
      );
      assert.equal(layout.string.asciiBytes, 40);
    },
  );
}
