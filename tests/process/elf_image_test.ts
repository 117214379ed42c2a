import assert from "node:assert/strict";
import { openShim } from "../../ffi/shim.ts";
import { bytesSource } from "../../src/binary/byte_source.ts";
import { type ElfImage, parseElf } from "../../src/binary/elf.ts";
import { memorySource } from "../../src/memory/memory_source.ts";
import { linuxProcess } from "../../src/process/linux_process.ts";
import { elfImage, loadBias } from "../../src/process/elf_image.ts";
import { modulesOf, parseMaps } from "../../src/process/maps.ts";
import {
  cCompiler,
  LIBRARY_ARGS,
  LIBRARY_SOURCE,
  workshop,
} from "../support/c_compiler.ts";
import { buildElf } from "../support/elf_builder.ts";
import { FakeMemory } from "../support/fake_memory.ts";
import { testNeeding } from "../support/needs.ts";

const load = 1;

const shim = openShim();

/** An image of which only the places of its segments matter here. */
function image(...segments: [offset: number, address: number][]): ElfImage {
  const elf = parseElf(bytesSource(buildElf({ symbols: {}, size: 4096 })))!;
  return {
    ...elf,
    segments: segments.map(([offset, address]) => ({
      type: load,
      flags: 4,
      offset,
      address,
      fileSize: 0x100,
      memorySize: 0x100,
    })),
  };
}

function biasOf(elf: ElfImage, maps: string): number | null {
  return loadBias(elf, parseMaps(maps));
}

Deno.test("loadBias() is 0 for an executable at a fixed address", () => {
  const elf = image([0, 0x400000], [0x1000, 0x401000]);
  const maps = `\
00400000-00401000 r--p 00000000 fe:00 7 /bin/x
00401000-00402000 r-xp 00001000 fe:00 7 /bin/x
`;
  assert.equal(biasOf(elf, maps), 0);
});

Deno.test("loadBias() starts at the start of the file, not at the code, with 2 MiB segments", () => {
  const elf = image([0, 0], [0x200000, 0x200000], [0x5fff00, 0x7fff00]);
  const maps = `\
7f0000000000-7f0000001000 r--p 00000000 fe:00 7 /lib/x.so
7f0000200000-7f0000201000 r-xp 00200000 fe:00 7 /lib/x.so
7f00007ff000-7f0000801000 rw-p 005ff000 fe:00 7 /lib/x.so
`;
  assert.equal(biasOf(elf, maps), 0x7f0000000000);
});

Deno.test("loadBias() takes segments that begin within a page, two in the same", () => {
  // As lld does it: pages at both sides of a border are mapped twice.
  const elf = image([0, 0x200000], [0x700, 0x201700], [0x900, 0x202900]);
  const maps = `\
7f0000000000-7f0000001000 r--p 00000000 fe:00 7 /lib/x.so
7f0000001000-7f0000002000 r-xp 00000000 fe:00 7 /lib/x.so
7f0000002000-7f0000003000 rw-p 00000000 fe:00 7 /lib/x.so
`;
  assert.equal(biasOf(elf, maps), 0x7f0000000000 - 0x200000);
});

Deno.test("loadBias() takes a first segment that was split by its protection", () => {
  const elf = image([0, 0], [0x3000, 0x3000]);
  const maps = `\
7f0000000000-7f0000001000 r--p 00000000 fe:00 7 /lib/x.so
7f0000001000-7f0000003000 r-xp 00001000 fe:00 7 /lib/x.so
7f0000003000-7f0000004000 rw-p 00003000 fe:00 7 /lib/x.so
`;
  assert.equal(biasOf(elf, maps), 0x7f0000000000);
});

Deno.test("loadBias() passes over a mapping of the whole file as data", () => {
  const elf = image([0, 0], [0x1000, 0x2000]);
  const maps = `\
7e0000000000-7e0000009000 r--s 00000000 fe:00 7 /lib/x.so
7f0000000000-7f0000001000 r--p 00000000 fe:00 7 /lib/x.so
7f0000002000-7f0000003000 r-xp 00001000 fe:00 7 /lib/x.so
`;
  assert.equal(biasOf(elf, maps), 0x7f0000000000);
});

Deno.test("loadBias() is null when the start of the file is not mapped", () => {
  const maps = "7f0000001000-7f0000002000 r-xp 00001000 fe:00 7 /lib/x.so\n";
  assert.equal(biasOf(image([0, 0], [0x1000, 0x1000]), maps), null);
  assert.equal(biasOf(image(), maps), null);
});

Deno.test("writableRanges() and zeroedRanges() are addresses in the process", () => {
  const bytes = buildElf({ symbols: {}, size: 0x3000, fileSize: 0x1000 });
  const memory = new FakeMemory();
  memory.map(0x10000, bytes);
  const maps = "00010000-00013000 rw-p 00000000 fe:00 7 /lib/x.so\n";
  const [module] = modulesOf(parseMaps(maps));
  const loaded = elfImage(memorySource(memory), module!)!;
  assert.deepEqual(loaded.writableRanges(), [{
    address: 0x10000,
    size: 0x3000,
  }]);
  assert.deepEqual(loaded.zeroedRanges(), [{ address: 0x11000, size: 0x2000 }]);
});

testNeeding(
  [cCompiler],
  "elfImage() finds libraries of any layout where the loader put them",
  async () => {
    await using shop = await workshop();
    const memory = memorySource(shim.memoryOf(Deno.pid));
    for (
      const [name, ...args] of [
        ["plain.so"],
        ["large.so", "-Wl,-z,max-page-size=0x200000", "-Wl,-z,separate-code"],
        ["mixed.so", "-Wl,-z,noseparate-code"],
        ["based.so", "-Wl,-Ttext-segment=0x600000"],
      ] as const
    ) {
      const path = await shop.compile(name, LIBRARY_SOURCE, [
        ...LIBRARY_ARGS,
        ...args,
      ]);
      const library = Deno.dlopen(path, { answer: { type: "i32" } });
      const modules = linuxProcess(Deno.pid).modules();
      assert(typeof modules !== "string");
      const module = modules.find((module) => module.path === path);
      const address = elfImage(memory, module!)!.exports()?.find("answer");
      const value = memory.read(address!, 4);
      assert.deepEqual([...value!], [42, 0, 0, 0]);
      assert.equal(library.symbols.answer, 42);
      library.close();
    }
  },
);
