import assert from "node:assert/strict";
import fc from "fast-check";
import type { ByteSource } from "../../src/binary/byte_source.ts";
import { bytesSource } from "../../src/binary/byte_source.ts";
import { type FrameRules, unwindTable } from "../../src/binary/eh_frame.ts";
import { mavenBuild } from "../../scripts/pythons/maven.ts";
import { root } from "../../scripts/tree.ts";
import { parseElf, SegmentType } from "../../src/binary/elf.ts";
import { type RegisterRule, RuleKind } from "../../src/binary/unwind_row.ts";
import { run } from "../support/program.ts";
import { cCompiler } from "../support/c_compiler.ts";
import { slowTier, testNeeding, tool } from "../support/needs.ts";

/** What a machine's registers are called, by their DWARF numbers; where the return address is. */
interface Names {
  readonly registers: readonly string[];
  readonly returnColumn: number;
}

const X86_64: Names = {
  registers: "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15"
    .split(" "),
  returnColumn: 16,
};

/** Behind x30 come sp, some without a use, and from 64 on those of vectors. */
const AARCH64: Names = {
  registers: Array.from(
    { length: 96 },
    (_, number) =>
      number < 31 ? `x${number}` : number < 64 ? "sp" : `v${number - 64}`,
  ),
  returnColumn: 30,
};

/** Of the rows of a large library, one of so many is looked at. */
const STRIDE = 7;

for (const name of ["libc.so.6", "libstdc++.so.6", "libm.so.6"]) {
  testNeeding(
    [cCompiler, { what: "x86_64", met: Deno.build.arch === "x86_64" }],
    `unwindTable() has the rows of ${name} that readelf shows`,
    async () => {
      const path = (await run(["cc", `-print-file-name=${name}`])).stdout
        .trim();
      await compareRows(path, X86_64);
    },
  );
}

for (const name of ["libpython3.12.so.1.0", "bin/python3.12", "libffi.so.7"]) {
  testNeeding(
    [slowTier, cCompiler, tool("mvn"), tool("unzip")],
    `unwindTable() has the rows of aarch64's ${name} that readelf shows`,
    async () => {
      const cache = `${root}/.cache/pythons`;
      const folder = await mavenBuild("3.12", "linux-arm64", cache);
      await compareRows(`${folder}/${name}`, AARCH64, 1, 5);
    },
  );
}

async function compareRows(
  path: string,
  names: Names,
  stride = STRIDE,
  least = 500,
): Promise<void> {
  const rows = await rowsOf(path, names, stride);
  const table = openTable(await Deno.readFile(path));
  for (const { address, columns, text } of rows) {
    assert.deepEqual(shown(table.find(address), columns, names), text);
  }
  assert.ok(rows.length > least, `${rows.length} rows`);
}

testNeeding(
  [cCompiler, { what: "x86_64", met: Deno.build.arch === "x86_64" }],
  "unwindTable() tells a signal's frame, and nothing where there is no function",
  async () => {
    const path = (await run(["cc", "-print-file-name=libc.so.6"])).stdout
      .trim();
    const table = openTable(await Deno.readFile(path));
    const signal = (await rowsOf(path, X86_64, 1)).find(({ text }) =>
      text.startsWith("exp exp exp")
    );
    assert.equal(table.find(signal!.address)?.isSignalFrame, true);
    assert.equal(table.find(signal!.address)?.returnRegister, 16);
    assert.equal(table.find(0), null);
    assert.equal(table.find(0x7fff_ffff_ffff), null);
  },
);

/** An image as a process would have it that loaded it at address 0. */
function openTable(file: Uint8Array) {
  const elf = parseElf(bytesSource(file))!;
  const loads = elf.segments.filter(({ type }) => type === SegmentType.load);
  const memory: ByteSource = {
    read: (address, size) => {
      const segment = loads.find((load) =>
        address >= load.address &&
        address + size <= load.address + load.fileSize
      );
      if (segment === undefined) return null;
      const start = address - segment.address + segment.offset;
      return file.subarray(start, start + size);
    },
  };
  const header = elf.segments.find(({ type }) =>
    type === SegmentType.unwindIndex
  )!;
  return unwindTable(memory, header.address, header.memorySize)!;
}

interface Row {
  readonly address: number;
  readonly columns: readonly number[];
  /** Without the address. */
  readonly text: string;
}

async function rowsOf(
  path: string,
  { registers, returnColumn }: Names,
  stride: number,
): Promise<Row[]> {
  const { stdout } = await run(["readelf", "--debug-dump=frames-interp", path]);
  const rows: Row[] = [];
  let columns: number[] = [];
  let isFunction = false;
  for (const line of stdout.split("\n")) {
    const [first = "", ...rest] = line.trim().split(/\s+/);
    if (line.includes(" CIE ")) isFunction = false;
    else if (line.includes(" FDE ")) isFunction = true;
    else if (first === "LOC") {
      columns = rest.slice(1).map((name) =>
        name === "ra" ? returnColumn : registers.indexOf(name)
      );
    } else if (isFunction && /^[0-9a-f]{16}$/.test(first)) {
      rows.push({
        address: Number.parseInt(first, 16),
        columns,
        text: rest.join(" "),
      });
    }
  }
  return rows.filter((_, index) => index % stride === 0);
}

function shown(
  rules: FrameRules | null,
  columns: readonly number[],
  names: Names,
): string {
  if (rules === null) return "nothing";
  const { cfaRegister, cfaOffset, cfaExpression } = rules;
  const cfa = cfaExpression !== null
    ? "exp"
    : `${names.registers[cfaRegister]}${signed(cfaOffset)}`;
  const texts = columns.map((column) =>
    ruleText(rules.rules.find(({ register }) => register === column), names)
  );
  return [cfa, ...texts].join(" ");
}

/** readelf shows registers that keep their value as if they were lost. */
function ruleText(
  rule: RegisterRule | undefined,
  { registers }: Names,
): string {
  switch (rule?.kind) {
    case RuleKind.saved:
      return `c${signed(rule.offset)}`;
    case RuleKind.value:
      return `v${signed(rule.offset)}`;
    case RuleKind.savedAt:
      return "exp";
    case RuleKind.expression:
      return "vexp";
    case RuleKind.register:
      return `r${rule.offset} (${registers[rule.offset]})`;
    default:
      return "u";
  }
}

function signed(offset: number): string {
  return offset < 0 ? String(offset) : `+${offset}`;
}

Deno.test("unwindTable() survives any bytes", () => {
  const bytes = fc.uint8Array({ minLength: 24, maxLength: 200 });
  fc.assert(fc.property(bytes, fc.nat(200), (bytes, pc) => {
    // A header that points into what follows it.
    bytes.set([1, 0x1b, 0x03, 0x3b, 0, 0, 0, 0, 1, 0, 0, 0]);
    bytes.set([0, 0, 0, 0, 20, 0, 0, 0], 12);
    unwindTable(bytesSource(bytes), 0, 20)?.find(pc);
  }));
});
