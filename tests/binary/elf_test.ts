import assert from "node:assert/strict";
import fc from "fast-check";
import { bytesSource } from "../../src/binary/byte_source.ts";
import {
  ElfMachine,
  ElfType,
  parseElf,
  readSections,
  SegmentFlag,
  SegmentType,
} from "../../src/binary/elf.ts";
import { findFileSymbols } from "../../src/binary/elf_symbols.ts";
import {
  cCompiler,
  LIBRARY_ARGS,
  LIBRARY_SOURCE,
  needsOf,
  workshop,
} from "../support/c_compiler.ts";
import { buildElf } from "../support/elf_builder.ts";
import { testNeeding } from "../support/needs.ts";
import { run } from "../support/program.ts";

const SYMBOLS = { answer: 0x1000, ask: 0x1008 };

Deno.test("parseElf() reads the header and segments of a 64-bit image", () => {
  const elf = parseElf(bytesSource(buildElf({ symbols: SYMBOLS, size: 8192 })));
  assert.equal(elf?.format.bits, 64);
  assert.equal(elf.type, ElfType.shared);
  assert.equal(elf.machine, ElfMachine.x86_64);
  assert.deepEqual(elf.segments.map(({ type }) => type), [
    SegmentType.load,
    SegmentType.dynamic,
  ]);
  assert.deepEqual(elf.segments[0], {
    type: SegmentType.load,
    flags: SegmentFlag.read | SegmentFlag.write,
    offset: 0,
    address: 0,
    fileSize: 8192,
    memorySize: 8192,
  });
});

Deno.test.each(
  [
    ["nothing", new Uint8Array()],
    ["a script", new TextEncoder().encode('#!/bin/sh\nexec python3 "$@"\n')],
    ["only the magic", new Uint8Array([0x7f, 0x45, 0x4c, 0x46])],
    ["a big-endian image", patched(5, 2)],
    ["a class that there is not", patched(4, 3)],
  ] as const,
)("parseElf() gives null for %s", (_, bytes) => {
  assert.equal(parseElf(bytesSource(bytes)), null);
});

Deno.test("parseElf() has no segments when the table is not in the file", () => {
  const bytes = buildElf({ symbols: SYMBOLS, size: 8192 });
  new DataView(bytes.buffer).setBigUint64(32, 2n ** 63n, true);
  assert.deepEqual(parseElf(bytesSource(bytes))?.segments, []);
});

Deno.test("readSections() gives none for an image without section headers", () => {
  const source = bytesSource(buildElf({ symbols: SYMBOLS, size: 8192 }));
  assert.deepEqual(readSections(source, parseElf(source)!), []);
});

function patched(offset: number, value: number): Uint8Array {
  const bytes = buildElf({ symbols: SYMBOLS, size: 8192 });
  bytes[offset] = value;
  return bytes;
}

/** Options that change how a library is laid out. */
const LAYOUTS: readonly (readonly [string, ...string[]])[] = [
  ["a 64-bit library"],
  ["a 32-bit library", "-m32"],
  ["a library with 2 MiB segments", "-Wl,-z,max-page-size=0x200000"],
  ["a library without separate code", "-Wl,-z,noseparate-code"],
];

for (const [name, ...args] of LAYOUTS) {
  testNeeding(
    needsOf(args),
    `parseElf() and readSections() agree with readelf on ${name}`,
    async () => {
      await using shop = await workshop();
      const path = await shop.compile("library.so", LIBRARY_SOURCE, [
        ...LIBRARY_ARGS,
        ...args,
      ]);
      await agreeWithReadelf(path);
    },
  );
}

testNeeding(
  [cCompiler],
  "parseElf() and readSections() agree with readelf on the libraries of this process",
  async () => {
    for (const path of await mappedLibraries()) await agreeWithReadelf(path);
  },
);

testNeeding(
  [cCompiler],
  "parseElf() agrees with readelf on an executable at a fixed address",
  async () => {
    await using shop = await workshop();
    const path = await shop.compile("program", "int main(void) { return 0; }", [
      "-no-pie",
    ]);
    assert.equal((await elfOf(path)).elf.type, ElfType.executable);
    await agreeWithReadelf(path);
  },
);

async function mappedLibraries(): Promise<string[]> {
  const maps = await Deno.readTextFile("/proc/self/maps");
  const paths = maps.match(/\/\S+\.so[.\d]*$/gm) ?? [];
  return [...new Set(paths)];
}

async function elfOf(path: string) {
  const source = bytesSource(await Deno.readFile(path));
  const elf = parseElf(source);
  assert(elf);
  return { source, elf };
}

async function agreeWithReadelf(path: string): Promise<void> {
  const { source, elf } = await elfOf(path);
  const { stdout: segmentLines } = await run(["readelf", "-lW", path]);
  assert.deepEqual(
    elf.segments.filter(({ type }) => type === SegmentType.load)
      .map((s) => [s.offset, s.address, s.fileSize, s.memorySize]),
    segmentLines.split("\n").filter((line) => /^ +LOAD /.test(line))
      .map((line) => hexNumbers(line, [1, 2, 4, 5])),
  );
  const { stdout: sectionLines } = await run(["readelf", "-SW", path]);
  assert.deepEqual(
    readSections(source, elf).slice(1)
      .map((s) => [s.name, s.address, s.offset, s.size]),
    sectionLines.split("\n").map((line) => line.replace(/^ *\[ *\d+\] /, "."))
      .filter((line) => /^\.\S+ +[A-Z_]+ +[0-9a-f]+ /.test(line))
      .map((line) => [
        line.slice(1).split(/ +/)[0],
        ...hexNumbers(line, [2, 3, 4]),
      ]),
  );
}

function hexNumbers(line: string, columns: readonly number[]): number[] {
  const words = line.trim().split(/ +/);
  return columns.map((column) => Number.parseInt(words[column]!, 16));
}

Deno.test("parseElf() and readSections() and findFileSymbols() end on any bytes", () => {
  const start = fc.constantFrom(1, 2).map((bits) => [
    ...[0x7f, 0x45, 0x4c, 0x46, bits, 1, 1],
    ...new Array(9).fill(0),
  ]);
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 512 }), (ident, rest) => {
      readEverything(new Uint8Array([...ident, ...rest]));
    }),
    { numRuns: 2000 },
  );
});

testNeeding(
  needsOf(["-m32"]),
  "parseElf() and readSections() and findFileSymbols() end on damaged libraries",
  async () => {
    await using shop = await workshop();
    for (const args of [[], ["-m32"]]) {
      const path = await shop.compile("library.so", LIBRARY_SOURCE, [
        ...LIBRARY_ARGS,
        ...args,
      ]);
      const intact = await Deno.readFile(path);
      const damage = fc.array(
        fc.tuple(fc.nat(intact.length - 1), fc.nat(255)),
        { minLength: 1, maxLength: 20 },
      );
      const length = fc.nat(intact.length);
      fc.assert(
        fc.property(damage, fc.option(length), (damage, length) => {
          const bytes = intact.slice(0, length ?? intact.length);
          for (const [at, value] of damage) bytes[at] = value;
          readEverything(bytes);
        }),
        { numRuns: 500 },
      );
    }
  },
);

/** Headers are where damage tells most: half of it goes there. */
Deno.test("parseElf() ends on damaged headers", () => {
  const intact = buildElf({ symbols: SYMBOLS, size: 8192 });
  const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1 });
  fc.assert(
    fc.property(damage, (damage) => {
      const bytes = intact.slice();
      for (const [at, value] of damage) bytes[at] = value;
      readEverything(bytes);
    }),
    { numRuns: 2000 },
  );
});

function readEverything(bytes: Uint8Array): void {
  const source = bytesSource(bytes);
  const elf = parseElf(source);
  if (elf === null) return;
  readSections(source, elf);
  findFileSymbols(source, elf, ["answer", "ask"]);
}
