import assert from "node:assert/strict";
import fc from "fast-check";
import { buildNative, nativeFolder } from "../../scripts/build_native.ts";
import { root } from "../../scripts/tree.ts";
import { bytesSource } from "../../src/binary/byte_source.ts";
import {
  findMachoSymbols,
  MachoCpu,
  machoSlices,
  parseMacho,
} from "../../src/binary/macho.ts";
import {
  darwinLibrary,
  darwinPythonNeeds,
  darwinPythons,
} from "../support/darwin_python.ts";
import { buildMacho, buildUniversal } from "../support/macho_builder.ts";
import { slowTier, testNeeding, tool } from "../support/needs.ts";
import { run } from "../support/program.ts";

const UUID = "00112233445566778899aabbccddeeff";
const SYMBOLS = { _PyRuntime: 0x1_0000_1100, Py_Version: 0x1_0000_1080 };
const IMAGE = buildMacho({ symbols: SYMBOLS, uuid: UUID });

Deno.test("parseMacho() reads segments, sections and the UUID", () => {
  const macho = parseMacho(bytesSource(IMAGE))!;
  assert.equal(macho.cpu, MachoCpu.aarch64);
  assert.equal(macho.uuid, UUID);
  assert.deepEqual(
    macho.segments.map(({ name, protection }) => [name, protection]),
    [["__TEXT", 5], ["__DATA", 3], ["__LINKEDIT", 1]],
  );
  assert.deepEqual(macho.sections[0], {
    segment: "__DATA",
    name: "PyRuntime",
    address: 0x1_0000_1100,
    size: 0x200,
    isZeroed: false,
  });
  assert.ok(macho.sections[1]!.isZeroed);
});

Deno.test("findMachoSymbols() finds whole names only", () => {
  const source = bytesSource(IMAGE);
  const names = ["_PyRuntime", "PyRuntime", "Py_Vers", "Py_Version"];
  const found = findMachoSymbols(source, parseMacho(source)!, names);
  assert.deepEqual(Object.fromEntries(found), SYMBOLS);
});

Deno.test("findMachoSymbols() leaves out what the image only needs", () => {
  const bytes = IMAGE.slice();
  bytes[0x2000 + 4] = 0x01; // external, undefined
  const source = bytesSource(bytes);
  const found = findMachoSymbols(source, parseMacho(source)!, ["_PyRuntime"]);
  assert.equal(found.size, 0);
});

Deno.test("machoSlices() finds the images of a universal file", () => {
  const intel = buildMacho({ cpu: MachoCpu.x86_64, uuid: UUID });
  const slices = machoSlices(bytesSource(buildUniversal([intel, IMAGE])));
  assert.deepEqual(slices.map(({ cpu }) => cpu), [
    MachoCpu.x86_64,
    MachoCpu.aarch64,
  ]);
  const [first, second] = slices.map(({ image }) => parseMacho(image)!);
  assert.equal(first!.symbols!.count, 0);
  assert.equal(second!.symbols!.count, 2);
});

Deno.test("machoSlices() takes a compiled Java class for what it is not", () => {
  const java = new Uint8Array(4096);
  java.set([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 65]);
  assert.deepEqual(machoSlices(bytesSource(java)), []);
});

Deno.test("a damaged Mach-O file is read without failing", () => {
  const intact = buildUniversal([IMAGE]);
  const damage = fc.array(
    fc.tuple(
      fc.oneof(fc.nat(0x30), fc.integer({ min: 0x4000, max: 0x6100 })),
      fc.nat(255),
    ),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(damage, fc.option(fc.nat(intact.length)), (damage, length) => {
      const bytes = intact.slice(0, length ?? intact.length);
      for (const [at, value] of damage) bytes[at] = value;
      for (const { image } of machoSlices(bytesSource(bytes))) {
        const macho = parseMacho(image);
        if (macho !== null) findMachoSymbols(image, macho, ["_PyRuntime"]);
      }
    }),
    { numRuns: 2000 },
  );
});

/** Symbols that an image defines and shows, by `llvm-nm`: addresses by names. */
async function nmSymbols(path: string): Promise<Map<string, number>> {
  const nm = ["llvm-nm", "--defined-only", "--extern-only", path];
  const { code, stdout, stderr } = await run(nm);
  assert.equal(code, 0, stderr);
  const lines = stdout.matchAll(/^([0-9a-f]{16}) [TDSB] _(\w+)$/gm);
  return new Map(
    Array.from(lines, ([, hex, name]) => [name!, parseInt(hex!, 16)]),
  );
}

async function objdump(path: string, ...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(
    ["llvm-objdump", "--macho", ...options, path],
  );
  assert.equal(code, 0, stderr);
  return stdout;
}

for (const python of darwinPythons) {
  testNeeding(
    [slowTier, tool("llvm-nm"), tool("llvm-objdump"), ...darwinPythonNeeds],
    `parseMacho() reads Python ${python.version}'s library for ${python.classifier} as LLVM does`,
    async () => {
      const path = await darwinLibrary(python);
      const source = bytesSource(await Deno.readFile(path));
      const macho = parseMacho(source)!;
      const expected = await nmSymbols(path);
      const names = Array.from(expected.keys());
      assert.ok(names.length > 1000);
      const found = findMachoSymbols(source, macho, names);
      assert.deepEqual(found, expected);
      const headers = await objdump(path, "--private-headers");
      const uuid = /^ *uuid ([0-9A-F-]+)$/m.exec(headers)?.[1];
      assert.equal(macho.uuid, uuid?.replaceAll("-", "").toLowerCase());
      const runtime = macho.sections.find(({ name }) => name === "PyRuntime");
      assert.equal(runtime?.address, expected.get("_PyRuntime"));
      const sizes = headers.matchAll(/sectname (\S+)\n.*\n +addr 0x(\S+)/g);
      assert.deepEqual(
        macho.sections.map(({ name, address }) => [name, address]),
        Array.from(sizes, ([, name, hex]) => [name, parseInt(hex!, 16)]),
      );
    },
  );
}

/** Functions that the header declares for macOS. */
async function declared(): Promise<string[]> {
  const header = await Deno.readTextFile(`${root}/native/austin_shim.h`);
  const others =
    /#if defined\(__linux__\)[^]*?#else|#if defined\(_WIN32\)\n\n[^]*?#elif/g;
  const text = header.replace(others, "");
  return Array.from(
    text.matchAll(/^AUSTIN_API \w+ (austin_\w+)\(/gm),
    ([, name]) => name!,
  ).sort();
}

for (const triple of ["x86_64-apple-darwin", "aarch64-apple-darwin"]) {
  testNeeding(
    [slowTier, tool("llvm-nm"), tool("llvm-objdump")],
    `the shim for ${triple} has what the header says, and needs the system only`,
    async () => {
      await buildNative(triple);
      const path = `${nativeFolder(triple)}/libaustin.dylib`;
      const source = bytesSource(await Deno.readFile(path));
      const macho = parseMacho(source)!;
      const { arch } = /^(?<arch>\w+)-/.exec(triple)!.groups!;
      assert.equal(macho.cpu, MachoCpu[arch as keyof typeof MachoCpu]);
      // Apple silicon loads nothing without.
      assert.equal(macho.isSigned, arch === "aarch64");
      assert.deepEqual(macho.libraries, ["/usr/lib/libSystem.B.dylib"]);
      assert.match(await objdump(path, "--dylibs-used"), /libSystem\.B\.dylib/);
      const names = await declared();
      const found = findMachoSymbols(source, macho, names);
      assert.deepEqual(Array.from(found.keys()).sort(), names);
      const shown = Array.from((await nmSymbols(path)).keys())
        .filter((name) => name.startsWith("austin_"));
      assert.deepEqual(shown.sort(), names);
      const headers = await objdump(path, "--private-headers");
      assert.match(headers, /minos 11\.0/);
    },
  );
}
