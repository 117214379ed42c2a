import assert from "node:assert/strict";
import { AustinError } from "../../src/errors.ts";
import {
  addSegment,
  readHost,
  readStub,
} from "../../scripts/pack/elf_segment.ts";

const HEADER = 64, PROGRAM_HEADER = 56, TABLE = 5 * PROGRAM_HEADER;

interface Shape {
  readonly machine: number;
  /** Type of the relocation for `environ`. */
  readonly relocation: number;
  readonly symbol: string;
  /** Bytes between the program headers and the interpreter's name. */
  readonly gap: number;
}

const usual: Shape = { machine: 62, relocation: 6, symbol: "environ", gap: 64 };

/**
 * A small executable: table of itself, two loaded segments, dynamic section,
 * note. Addresses are offsets plus 0x10000; the second segment has 0x5000 more
 * in memory than in the file.
 */
function executable(shape: Partial<Shape> = {}): Uint8Array {
  const { machine, relocation, symbol, gap } = { ...usual, ...shape };
  const base = 0x10000;
  const note = HEADER + TABLE + gap;
  const dynamic = 0x400, relocations = 0x500, symbols = 0x600, strings = 0x700;
  const bytes = new Uint8Array(0x1234);
  const view = new DataView(bytes.buffer);
  const word = (at: number, value: number) =>
    view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  view.setUint16(18, machine, true);
  word(24, 0x10777);
  word(32, HEADER);
  view.setUint16(56, 5, true);
  const program = [
    { type: 6, offset: HEADER, size: TABLE },
    { type: 1, offset: 0, size: 0x1000, memory: 0x1000 },
    { type: 1, offset: 0x1000, size: 0x234, memory: 0x5000 },
    { type: 2, offset: dynamic, size: 80 },
    { type: 4, offset: note, size: 32 },
  ];
  program.forEach(({ type, offset, size, memory }, i) => {
    const at = HEADER + i * PROGRAM_HEADER;
    view.setUint32(at, type, true);
    word(at + 8, offset);
    word(at + 16, base + offset);
    word(at + 32, size);
    word(at + 40, memory ?? size);
    word(at + 48, 0x1000);
  });
  [[5, strings], [6, symbols], [7, relocations]].forEach(([tag, at], i) => {
    word(dynamic + i * 16, tag!);
    word(dynamic + i * 16 + 8, base + at!);
  });
  word(dynamic + 48, 8);
  word(dynamic + 56, 48);
  // Another relocation comes first.
  view.setUint32(relocations + 8, 8, true);
  word(relocations + 24, 0x11008);
  view.setUint32(relocations + 32, relocation, true);
  view.setUint32(relocations + 36, 1, true);
  view.setUint32(symbols + 24, 1, true);
  bytes.set(new TextEncoder().encode(symbol), strings + 1);
  return bytes;
}

function programHeader(elf: Uint8Array, at: number) {
  const view = new DataView(elf.buffer);
  return {
    type: view.getUint32(at, true),
    flags: view.getUint32(at + 4, true),
    rest: Array.from(
      { length: 6 },
      (_, i) => Number(view.getBigUint64(at + 8 + i * 8, true)),
    ),
  };
}

Deno.test("readHost() puts the segment after everything in the file and in memory", () => {
  assert.deepEqual(readHost(executable()), {
    arch: "x86_64",
    entry: 0x10777,
    environSlot: 0x11008,
    address: 0x16000,
    offset: 0x2000,
    alignment: 0x1000,
    headerOffset: HEADER + TABLE,
    headerCount: 6,
  });
});

Deno.test("readHost() knows the relocation of each machine", () => {
  const host = readHost(executable({ machine: 183, relocation: 0x401 }));
  assert.equal(host.arch, "aarch64");
  assert.equal(host.environSlot, 0x11008);
});

Deno.test("readHost() gives up the note header where there is no gap", () => {
  const host = readHost(executable({ gap: 0 }));
  assert.equal(host.headerOffset, HEADER + 4 * PROGRAM_HEADER);
  assert.equal(host.headerCount, 5);
});

Deno.test("readHost() does not take a gap that is in use", () => {
  const elf = executable();
  elf[HEADER + TABLE + 55] = 1;
  assert.equal(readHost(elf).headerCount, 5);
});

Deno.test("readHost() refuses a gapless executable whose last header is loaded", () => {
  const elf = executable({ gap: 0 });
  // The note becomes a segment.
  elf[HEADER + 4 * PROGRAM_HEADER] = 1;
  assert.throws(() => readHost(elf), /no room for one more program header/);
});

Deno.test.each([
  ["an empty file", new Uint8Array(), /not a 64-bit little-endian ELF/],
  ["a script", new TextEncoder().encode("#!/bin/sh\n"), /not a 64-bit/],
  [
    "another machine",
    executable({ machine: 8 }),
    /machine of deno is not known/,
  ],
  ["no `environ`", executable({ symbol: "environs" }), /not import `environ`/],
  ["another relocation", executable({ relocation: 1 }), /not import `environ`/],
])("readHost() refuses %s", (_name, bytes, message) => {
  assert.throws(() => readHost(bytes), (error) => {
    assert.ok(error instanceof AustinError);
    assert.match(error.message, message);
    return true;
  });
});

Deno.test("addSegment() writes one more header and the entry point", () => {
  const elf = executable();
  addSegment(elf, readHost(elf), 0x321, 0x16070);
  const view = new DataView(elf.buffer);
  assert.equal(view.getUint16(56, true), 6);
  assert.equal(Number(view.getBigUint64(24, true)), 0x16070);
  assert.deepEqual(programHeader(elf, HEADER + TABLE), {
    type: 1,
    flags: 5,
    rest: [0x2000, 0x16000, 0x16000, 0x321, 0x321, 0x1000],
  });
  // The table's own size grows with it.
  assert.deepEqual(programHeader(elf, HEADER).rest.slice(3, 5), [336, 336]);
});

/** Turns the executable's headers into those of a stub, but for `changes`. */
function stub(changes: { address?: number; memory?: number; loads?: number }) {
  const elf = executable();
  const view = new DataView(elf.buffer);
  const loads = changes.loads ?? 1;
  for (let i = 0; i < 5; i++) {
    const at = HEADER + i * PROGRAM_HEADER;
    view.setUint32(at, i < loads ? 1 : 0x6474e551, true);
    view.setBigUint64(at + 8, 0x500n, true);
    view.setBigUint64(at + 16, BigInt(changes.address ?? 0), true);
    view.setBigUint64(at + 32, 0x80n, true);
    view.setBigUint64(at + 40, BigInt(changes.memory ?? 0x80), true);
  }
  return elf;
}

Deno.test("readStub() finds the image of a stub", () => {
  const elf = stub({});
  assert.deepEqual(readStub(elf), elf.subarray(0x500, 0x580));
});

Deno.test.each([
  ["at another address", { address: 0x1000 }],
  ["with variables", { memory: 0x90 }],
  ["of two segments", { loads: 2 }],
  ["of none", { loads: 0 }],
])("readStub() refuses a stub %s", (_name, changes) => {
  assert.throws(() => readStub(stub(changes)), /not one segment at 0/);
});
