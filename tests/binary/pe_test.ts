import assert from "node:assert/strict";
import fc from "fast-check";
import { bytesSource } from "../../src/binary/byte_source.ts";
import {
  parsePe,
  peExports,
  peFile,
  peImports,
  PeMachine,
} from "../../src/binary/pe.ts";
import { buildPe, PE_EXPORTS } from "../support/pe_builder.ts";

const EXPORTS = { Py_GetVersion: 0x1010, _PyRuntime: 0x1100, a: 0x1020 };

Deno.test("parsePe() reads the headers and the sections", () => {
  const pe = parsePe(
    bytesSource(buildPe({ exports: {}, section: "PyRuntim" })),
  );
  assert.equal(pe?.machine, PeMachine.x86_64);
  assert.equal(pe.bits, 64);
  assert.equal(pe.size, 0x3000);
  assert.deepEqual(pe.sections, [{
    name: "PyRuntim",
    offset: 0x1000,
    size: 0x2000,
    fileOffset: 0x1000,
    fileSize: 0x1000,
    flags: 0xc000_0040,
  }]);
});

Deno.test("peExports() finds what the image exports, and nothing else", () => {
  const image = bytesSource(buildPe({ exports: EXPORTS }));
  const exports = peExports(image, parsePe(image)!)!;
  for (const [name, offset] of Object.entries(EXPORTS)) {
    assert.equal(exports.find(name), offset);
  }
  for (const name of ["", "A", "_PyRuntim", "_PyRuntime_", "zzz"]) {
    assert.equal(exports.find(name), null);
  }
  assert.deepEqual(
    Array.from({ length: exports.count }, (_, i) => exports.name(i)),
    Object.keys(EXPORTS).sort(),
  );
});

Deno.test("peExports() leaves out what is another library's", () => {
  // As python3.dll has it: the address is that of a text in the table.
  const image = bytesSource(buildPe({ exports: { f: PE_EXPORTS + 44 } }));
  assert.equal(peExports(image, parsePe(image)!)!.find("f"), null);
});

Deno.test("peExports() is null where there are none", () => {
  const image = bytesSource(buildPe({ exports: {} }));
  assert.equal(peExports(image, parsePe(image)!), null);
});

Deno.test("peFile() reads a file by the places of the loaded image", () => {
  const bytes = buildPe({ exports: EXPORTS, fileSize: 0x1000 });
  // A file has its sections closer together.
  const file = new Uint8Array(0x1600);
  file.set(bytes.subarray(0, 0x600));
  file.set(bytes.subarray(0x1000, 0x2000), 0x600);
  new DataView(file.buffer).setUint32(0x80 + 24 + 240 + 20, 0x600, true);
  file[0x700] = 42;
  const image = peFile(bytesSource(file));
  assert.deepEqual([...image.read(0x1100, 1)!], [42]);
  assert.equal(image.read(0x2000, 1), null);
  assert.equal(peExports(image, parsePe(image)!)!.find("a"), 0x1020);
});

Deno.test("parsePe() and what follows take any bytes", () => {
  const base = buildPe({ exports: EXPORTS });
  const change = fc.tuple(fc.nat({ max: 0x600 }), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const bytes = base.slice();
      for (const [at, value] of changes) bytes[at] = value;
      readAll(bytes);
    }),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), readAll));
  for (let size = 0; size < 0x500; size++) readAll(base.slice(0, size));
});

function readAll(bytes: Uint8Array): void {
  const image = bytesSource(bytes);
  const pe = parsePe(image);
  if (pe === null) return;
  peExports(image, pe)?.find("_PyRuntime");
  peImports(image, pe);
  peFile(image).read(0x1000, 16);
}
