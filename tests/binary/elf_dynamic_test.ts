import assert from "node:assert/strict";
import fc from "fast-check";
import { type ByteSource, bytesSource } from "../../src/binary/byte_source.ts";
import { type ElfImage, parseElf, SegmentType } from "../../src/binary/elf.ts";
import { dynamicSymbols } from "../../src/binary/elf_dynamic.ts";
import { findFileSymbols } from "../../src/binary/elf_symbols.ts";
import { memorySource } from "../../src/memory/memory_source.ts";
import { MAX_HASH_CHAIN } from "../../src/limits.ts";
import {
  LIBRARY_ARGS,
  LIBRARY_SOURCE,
  needsOf,
  workshop,
} from "../support/c_compiler.ts";
import { buildElf } from "../support/elf_builder.ts";
import { FakeMemory } from "../support/fake_memory.ts";
import { testNeeding } from "../support/needs.ts";

const BIAS = 0x7f12_3456_0000;
const SYMBOLS = { answer: 0x1000, ask: 0x1008 };

/** Memory with one image in it, as `ld.so` puts it there. */
function loaded(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  const memory = new FakeMemory();
  memory.map(BIAS, bytes);
  return memorySource(memory);
}

function find(bytes: Uint8Array<ArrayBuffer>, name: string): number | null {
  const elf = parseElf(bytesSource(bytes));
  assert(elf);
  return dynamicSymbols(loaded(bytes), elf, BIAS)?.find(name) ?? null;
}

Deno.test("dynamicSymbols() finds what a loaded image exports", () => {
  const bytes = buildElf({ symbols: SYMBOLS, size: 8192 });
  assert.equal(find(bytes, "answer"), BIAS + 0x1000);
  assert.equal(find(bytes, "ask"), BIAS + 0x1008);
  assert.equal(find(bytes, "answers"), null);
  assert.equal(find(bytes, "as"), null);
});

Deno.test("dynamicSymbols() takes pointers that were relocated in place", () => {
  const bytes = buildElf({ symbols: SYMBOLS, size: 8192, bias: BIAS });
  assert.equal(find(bytes, "ask"), BIAS + 0x1008);
});

Deno.test("dynamicSymbols() gives null for an image without a dynamic section", () => {
  const bytes = buildElf({ symbols: SYMBOLS, size: 8192 });
  const elf = parseElf(bytesSource(bytes))!;
  const segments = elf.segments.filter(({ type }) => type === SegmentType.load);
  assert.equal(dynamicSymbols(loaded(bytes), { ...elf, segments }, BIAS), null);
});

Deno.test("dynamicSymbols() gives up on a hash chain that goes round", () => {
  const bytes = buildElf({ symbols: SYMBOLS, size: 8192 });
  new DataView(bytes.buffer).setUint32(0x200 + 12 + 8, 1, true);
  const memory = new FakeMemory();
  memory.map(BIAS, bytes);
  const elf = parseElf(bytesSource(bytes))!;
  const symbols = dynamicSymbols(memorySource(memory), elf, BIAS);
  assert.equal(symbols?.find("nothing"), null);
  assert(memory.reads < 4 * MAX_HASH_CHAIN);
});

Deno.test("dynamicSymbols() ends on damaged images", () => {
  const intact = buildElf({ symbols: SYMBOLS, size: 4096 });
  const damage = fc.array(fc.tuple(fc.nat(0x8ff), fc.nat(255)), {
    minLength: 1,
    maxLength: 10,
  });
  fc.assert(
    fc.property(damage, (damage) => {
      const bytes = intact.slice();
      for (const [at, value] of damage) bytes[at] = value;
      const elf = parseElf(bytesSource(bytes));
      if (elf !== null) dynamicSymbols(loaded(bytes), elf, BIAS)?.find("ask");
    }),
    { numRuns: 2000 },
  );
});

/** Places where `find` may look must not matter: the names are found in all of them. */
const STYLES = [
  ["-Wl,--hash-style=gnu"],
  ["-Wl,--hash-style=sysv"],
  ["-Wl,--hash-style=gnu", "-m32"],
  ["-Wl,--hash-style=sysv", "-m32"],
  ["-Wl,-z,max-page-size=0x200000", "-Wl,-z,separate-code"],
];

for (const style of STYLES) {
  testNeeding(
    needsOf(style),
    `dynamicSymbols() finds the same as findFileSymbols() with ${style}`,
    async () => {
      await using shop = await workshop();
      const path = await shop.compile("library.so", LIBRARY_SOURCE, [
        ...LIBRARY_ARGS,
        ...style,
      ]);
      const file = bytesSource(await Deno.readFile(path));
      const elf = parseElf(file)!;
      // A 32-bit image lies in the first 4 GiB.
      const bias = elf.format.bits === 32 ? 0x5678_0000 : BIAS;
      const symbols = dynamicSymbols(mapImage(file, elf, bias), elf, bias);
      const names = ["answer", "ask", "asker", "special"];
      const expected = findFileSymbols(file, elf, names);
      assert.equal(expected.size, names.length);
      for (const name of names) {
        assert.equal(symbols?.find(name), bias + expected.get(name)!);
      }
      for (const name of ["hidden", "elsewhere", "mine", "nowhere"]) {
        assert.equal(symbols?.find(name), null);
      }
    },
  );
}

/** Maps a file's segments as a loader does. */
function mapImage(file: ByteSource, elf: ElfImage, bias: number): ByteSource {
  const memory = new FakeMemory();
  for (const segment of elf.segments) {
    if (segment.type !== SegmentType.load) continue;
    const bytes = new Uint8Array(segment.memorySize);
    bytes.set(file.read(segment.offset, segment.fileSize)!);
    memory.map(bias + segment.address, bytes);
  }
  return memorySource(memory);
}
