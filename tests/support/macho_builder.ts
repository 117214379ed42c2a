/** Small Mach-O images, for tests of their reader. */

/** What is put into one. */
export interface MachoParts {
  readonly cpu?: number;
  /** Of the image's text; its header is there. */
  readonly address?: number;
  /** Values of symbols in a section, by their names in C. */
  readonly symbols?: Readonly<Record<string, number>>;
  readonly uuid?: string;
}

const TEXT_SIZE = 0x1000;
const DATA_SIZE = 0x1000;
const ZEROED_SIZE = 0x800;

/**
 * @returns an image of three segments: `__TEXT` with the header, `__DATA` with
 *   the sections `PyRuntime` and `__bss`, and `__LINKEDIT` with the symbols.
 */
export function buildMacho(
  { cpu = 0x0100_000c, address = 0x1_0000_0000, symbols = {}, uuid }:
    MachoParts,
): Uint8Array {
  const names = Object.keys(symbols).map((name) => `_${name}\0`);
  const strings = new TextEncoder().encode(`\0${names.join("")}`);
  const tableAt = TEXT_SIZE + DATA_SIZE;
  const stringsAt = tableAt + names.length * 16;
  const dataAddress = address + TEXT_SIZE;
  const linkAddress = dataAddress + DATA_SIZE + ZEROED_SIZE;
  const commands = [
    segment("__TEXT", [address, TEXT_SIZE, 0, TEXT_SIZE], 5),
    segment(
      "__DATA",
      [dataAddress, DATA_SIZE + ZEROED_SIZE, TEXT_SIZE, DATA_SIZE],
      3,
      [
        section("PyRuntime", dataAddress + 0x100, 0x200, 0),
        section("__bss", dataAddress + DATA_SIZE, ZEROED_SIZE, 1),
      ],
    ),
    segment(
      "__LINKEDIT",
      [linkAddress, 0x1000, tableAt, stringsAt + strings.length - tableAt],
      1,
    ),
    words([2, 24, tableAt, names.length, stringsAt, strings.length]),
    ...uuid === undefined ? [] : [
      words([0x1b, 24]),
      Uint8Array.fromHex(uuid),
    ],
  ];
  const size = commands.reduce((sum, bytes) => sum + bytes.length, 0);
  const image = new Uint8Array(stringsAt + strings.length);
  const count = uuid === undefined ? commands.length : commands.length - 1;
  const header = words([0xfeedfacf, cpu, 0, 6, count, size, 0, 0]);
  let at = 0;
  for (const part of [header, ...commands]) {
    image.set(part, at);
    at += part.length;
  }
  image.set(strings, stringsAt);
  const view = new DataView(image.buffer);
  let nameAt = 1;
  Object.values(symbols).forEach((value, i) => {
    view.setUint32(tableAt + i * 16, nameAt, true);
    view.setUint8(tableAt + i * 16 + 4, 0x0f); // external, in a section
    view.setBigUint64(tableAt + i * 16 + 8, BigInt(value), true);
    nameAt += names[i]!.length;
  });
  return image;
}

/** @returns a universal file of these images. */
export function buildUniversal(images: readonly Uint8Array[]): Uint8Array {
  const file = new Uint8Array(0x4000 * (images.length + 1));
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xcafebabe);
  view.setUint32(4, images.length);
  images.forEach((image, i) => {
    const start = 0x4000 * (i + 1);
    const cpu = new DataView(image.buffer).getUint32(4, true);
    [cpu, 0, start, image.length, 14]
      .forEach((word, n) => view.setUint32(8 + i * 20 + n * 4, word));
    file.set(image, start);
  });
  return file;
}

function segment(
  name: string,
  places: readonly number[],
  protection: number,
  sections: readonly Uint8Array[] = [],
): Uint8Array {
  const bytes = new Uint8Array(72 + sections.length * 80);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x19, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(new TextEncoder().encode(name), 8);
  places.forEach((place, i) =>
    view.setBigUint64(24 + i * 8, BigInt(place), true)
  );
  view.setUint32(60, protection, true);
  view.setUint32(64, sections.length, true);
  sections.forEach((section, i) => bytes.set(section, 72 + i * 80));
  return bytes;
}

function section(
  name: string,
  address: number,
  size: number,
  type: number,
): Uint8Array {
  const bytes = new Uint8Array(80);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(name));
  bytes.set(new TextEncoder().encode("__DATA"), 16);
  view.setBigUint64(32, BigInt(address), true);
  view.setBigUint64(40, BigInt(size), true);
  view.setUint32(64, type, true);
  return bytes;
}

function words(values: readonly number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(values).buffer);
}
