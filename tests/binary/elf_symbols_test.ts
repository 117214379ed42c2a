import assert from "node:assert/strict";
import { type ByteSource, bytesSource } from "../../src/binary/byte_source.ts";
import { parseElf } from "../../src/binary/elf.ts";
import { findFileSymbols } from "../../src/binary/elf_symbols.ts";
import {
  cCompiler,
  LIBRARY_ARGS,
  LIBRARY_SOURCE,
  needsOf,
  workshop,
} from "../support/c_compiler.ts";
import { testNeeding } from "../support/needs.ts";
import { run } from "../support/program.ts";

function symbolsOf(
  source: ByteSource,
  names: readonly string[],
): Map<string, number> {
  const elf = parseElf(source);
  assert(elf);
  return findFileSymbols(source, elf, names);
}

for (const args of [[], ["-m32"], ["-Wl,--hash-style=sysv"]]) {
  testNeeding(
    needsOf(args),
    `findFileSymbols() agrees with readelf on a library built with '${args}'`,
    async () => {
      await using shop = await workshop();
      const path = await shop.compile("library.so", LIBRARY_SOURCE, [
        ...LIBRARY_ARGS,
        ...args,
      ]);
      const source = bytesSource(await Deno.readFile(path));
      const expected = await symbolsByReadelf(path);
      const names = ["answer", "ask", "hidden", "zeroes", "special"];
      assert.deepEqual(
        Object.fromEntries(symbolsOf(source, names)),
        Object.fromEntries(names.map((name) => [name, expected.get(name)])),
      );
    },
  );
}

testNeeding(
  [cCompiler],
  "findFileSymbols() leaves out what is undefined, thread-local or not there",
  async () => {
    await using shop = await workshop();
    const path = await shop.compile("library.so", LIBRARY_SOURCE, LIBRARY_ARGS);
    const source = bytesSource(await Deno.readFile(path));
    const names = ["elsewhere", "mine", "nowhere"];
    assert.deepEqual(symbolsOf(source, names), new Map());
  },
);

testNeeding(
  [cCompiler],
  "findFileSymbols() finds only exported symbols in a stripped library",
  async () => {
    await using shop = await workshop();
    const path = await shop.compile("library.so", LIBRARY_SOURCE, [
      ...LIBRARY_ARGS,
      "-s",
    ]);
    const source = bytesSource(await Deno.readFile(path));
    assert.deepEqual(
      [...symbolsOf(source, ["hidden", "ask"]).keys()],
      ["ask"],
    );
  },
);

testNeeding(
  [cCompiler],
  "findFileSymbols() finds a name whose string is the end of another",
  async () => {
    await using shop = await workshop();
    const path = await shop.compile(
      "library.so",
      "int long_answer = 1; int answer = 2;",
      [...LIBRARY_ARGS, "-O2", "-s"],
    );
    const source = bytesSource(await Deno.readFile(path));
    assert.equal(
      symbolsOf(source, ["answer"]).get("answer"),
      (await symbolsByReadelf(path)).get("answer"),
    );
  },
);

testNeeding(
  [cCompiler],
  "findFileSymbols() reads tables piece by piece",
  async () => {
    await using shop = await workshop();
    const many = Array.from({ length: 60_000 }, (_, i) => `v_${i}: .byte 0\n`);
    const path = await shop.compile("library.so", "", [
      ...LIBRARY_ARGS,
      "-x",
      "assembler",
      await writeAssembly(shop.path("many.s"), `.data\n${many.join("")}`),
    ]);
    const bytes = bytesSource(await Deno.readFile(path));
    let largest = 0;
    const source: ByteSource = {
      read: (offset, size) => {
        largest = Math.max(largest, size);
        return bytes.read(offset, size);
      },
    };
    const expected = await symbolsByReadelf(path);
    const names = ["v_0", "v_59999", "v_31234"];
    const found = symbolsOf(source, names);
    for (const name of names) assert.equal(found.get(name), expected.get(name));
    assert(largest < 1024 * 1024);
  },
);

async function writeAssembly(path: string, text: string): Promise<string> {
  await Deno.writeTextFile(path, text);
  return path;
}

async function symbolsByReadelf(path: string): Promise<Map<string, number>> {
  const { stdout } = await run(["readelf", "-sW", path]);
  const symbols = new Map<string, number>();
  for (const line of stdout.split("\n")) {
    const [, value, , type, , , index, name] = line.trim().split(/ +/);
    if (name === undefined || index === "UND" || type === "TLS") continue;
    symbols.set(name, Number.parseInt(value!, 16));
  }
  return symbols;
}
