/**
 * A minimal 64-bit ELF image whose file and memory layout are the same: one
 * loaded segment from offset 0, and dynamic symbols behind a hash table of one
 * bucket. What else is in it is up to the test.
 *
 * | offset | what                                        |
 * | ------ | ------------------------------------------- |
 * | 0      | `Elf64_Ehdr`, then two `Elf64_Phdr`         |
 * | 0x100  | `.dynamic`                                  |
 * | 0x200  | `.hash`                                     |
 * | 0x400  | `.dynsym`                                   |
 * | 0x800  | `.dynstr`                                   |
 * | 0x1000 | the test's                                  |
 */

/** What an image is made of. */
export interface ElfParts {
  /** Addresses of exported symbols, relative to the image. */
  readonly symbols: Readonly<Record<string, number>>;
  /** Bytes of the image, at least 4096. */
  readonly size: number;
  /** Bytes of it that the file has; the rest starts as zero. Default all. */
  readonly fileSize?: number;
  /** What the dynamic section's pointers are relative to, as after glibc relocated them; default 0. */
  readonly bias?: number;
}

const DYNAMIC = 0x100;
const HASH = 0x200;
const SYMBOL_TABLE = 0x400;
const STRINGS = 0x800;

/** Where a test may put its own bytes. */
export const ELF_CONTENTS = 0x1000;

/** Builds an image. */
export function buildElf(
  { symbols, size, fileSize = size, bias = 0 }: ElfParts,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const u64 = (offset: number, value: number) =>
    view.setBigUint64(offset, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 3, true); // e_type: ET_DYN
  view.setUint16(18, 62, true); // e_machine: EM_X86_64
  u64(32, 64); // e_phoff
  view.setUint16(54, 56, true); // e_phentsize
  view.setUint16(56, 2, true); // e_phnum
  const segment = (
    at: number,
    type: number,
    start: number,
    parts: number[],
  ) => {
    view.setUint32(at, type, true);
    view.setUint32(at + 4, 6, true); // read, write
    u64(at + 8, start);
    u64(at + 16, start);
    u64(at + 32, parts[0]!);
    u64(at + 40, parts[1]!);
  };
  segment(64, 1, 0, [fileSize, size]);
  segment(120, 2, DYNAMIC, [5 * 16, 5 * 16]);
  const tags = [[4, HASH], [5, STRINGS], [6, SYMBOL_TABLE], [0, 0]];
  tags.forEach(([tag, value], i) => {
    u64(DYNAMIC + i * 16, tag!);
    u64(DYNAMIC + i * 16 + 8, tag === 0 ? 0 : value! + bias);
  });
  writeSymbols(view, symbols);
  return bytes;
}

/** One bucket, whose chain runs through all symbols; the first symbol is the empty one. */
function writeSymbols(
  view: DataView,
  symbols: Readonly<Record<string, number>>,
): void {
  const names = Object.keys(symbols);
  view.setUint32(HASH, 1, true);
  view.setUint32(HASH + 4, names.length + 1, true);
  view.setUint32(HASH + 8, names.length === 0 ? 0 : 1, true);
  let nameOffset = 1;
  names.forEach((name, i) => {
    const index = i + 1;
    const next = index === names.length ? 0 : index + 1;
    view.setUint32(HASH + 12 + index * 4, next, true);
    const symbol = SYMBOL_TABLE + index * 24;
    view.setUint32(symbol, nameOffset, true);
    view.setUint8(symbol + 4, 0x11); // global object
    view.setUint16(symbol + 6, 1, true); // defined
    view.setBigUint64(symbol + 8, BigInt(symbols[name]!), true);
    const encoded = new TextEncoder().encode(name);
    new Uint8Array(view.buffer).set(encoded, STRINGS + nameOffset);
    nameOffset += encoded.length + 1;
  });
}
