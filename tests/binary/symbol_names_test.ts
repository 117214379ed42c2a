import assert from "node:assert/strict";
import { buildId } from "../../src/binary/build_id.ts";
import { bytesSource } from "../../src/binary/byte_source.ts";
import { parseElf, SectionType } from "../../src/binary/elf.ts";
import { SymbolNames } from "../../src/binary/symbol_names.ts";
import { cCompiler, LIBRARY_ARGS, workshop } from "../support/c_compiler.ts";
import { testNeeding } from "../support/needs.ts";
import { run } from "../support/program.ts";

testNeeding(
  [cCompiler],
  "SymbolNames names the functions of libc that readelf lists",
  async () => {
    const path = (await run(["cc", "-print-file-name=libc.so.6"])).stdout
      .trim();
    const source = bytesSource(await Deno.readFile(path));
    const elf = parseElf(source)!;
    const names = SymbolNames.read(source, elf, SectionType.dynamicSymbols)!;
    const { stdout } = await run(["readelf", "-W", "--dyn-syms", path]);
    const byAddress = new Map<number, { size: number; names: string[] }>();
    for (const line of stdout.split("\n")) {
      const [, address, size, type, , , section, name] = line.trim().split(
        /\s+/,
      );
      if (type !== "FUNC" && type !== "IFUNC" || section === "UND") continue;
      const start = parseInt(address!, 16);
      const known = byAddress.get(start) ?? { size: 0, names: [] };
      known.size = Math.max(known.size, Number(size));
      known.names.push(name!.replace(/@.*/, ""));
      byAddress.set(start, known);
    }
    assert.ok(byAddress.size > 1000);
    for (const [start, known] of byAddress) {
      if (known.size < 2) continue;
      const last = names.find(start + known.size - 1);
      assert.equal(last?.offset, known.size - 1);
      assert.ok(known.names.includes(last.name), last.name);
    }
  },
);

testNeeding(
  [cCompiler],
  "SymbolNames has static functions, and buildId() the id that readelf shows",
  async () => {
    await using shop = await workshop();
    const path = await shop.compile(
      "lib.so",
      "static int hidden(int x) { return x * 3; }\nint (*asked)(int) = hidden;\n",
      [...LIBRARY_ARGS, "-O0", "-Wl,--build-id=sha1"],
    );
    const source = bytesSource(await Deno.readFile(path));
    const elf = parseElf(source)!;
    const names = SymbolNames.read(source, elf, SectionType.symbolTable)!;
    const symbols = await shop.run(["readelf", "-sW", path]);
    const line = symbols.split("\n").find((line) => line.endsWith(" hidden"))!;
    const start = parseInt(line.trim().split(/\s+/)[1]!, 16);
    assert.deepEqual(names.find(start + 2), { name: "hidden", offset: 2 });
    assert.equal(names.find(start - 100_000), null);
    assert.equal(names.find(start + 100_000), null);
    const notes = await shop.run(["readelf", "-n", path]);
    assert.equal(buildId(source, elf), /Build ID: (\w+)/.exec(notes)![1]);
    await shop.run(["strip", path]);
    const stripped = bytesSource(await Deno.readFile(path));
    const kind = SectionType.symbolTable;
    assert.equal(SymbolNames.read(stripped, parseElf(stripped)!, kind), null);
  },
);
