/** Makes PE images as they lie in memory: 64 bits, one section, exports. */

/** What an image has. */
export interface PeOptions {
  /** Offsets in the image by name. */
  readonly exports: Readonly<Record<string, number>>;
  /** Bytes of the whole image. */
  readonly size?: number;
  /** Name of the section at 0x1000, which has the rest of the image. */
  readonly section?: string;
  /** Bytes of the section that the file has. */
  readonly fileSize?: number;
}

const NT = 0x80;
const OPTIONAL = NT + 24;
const OPTIONAL_SIZE = 240;
const SECTION_TABLE = OPTIONAL + OPTIONAL_SIZE;
const SECTION = 0x1000;
const WRITABLE = 0xc000_0040;

/** Where the table of exports is. */
export const PE_EXPORTS = 0x400;

export function buildPe(options: PeOptions): Uint8Array<ArrayBuffer> {
  const { exports, size = 0x3000, section = ".data", fileSize = 0x1000 } =
    options;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const u16 = (at: number, value: number) => view.setUint16(at, value, true);
  const u32 = (at: number, value: number) => view.setUint32(at, value, true);
  const text = (at: number, value: string) =>
    bytes.set(new TextEncoder().encode(value), at);
  text(0, "MZ");
  u32(0x3c, NT);
  text(NT, "PE");
  u16(NT + 4, 0x8664);
  u16(NT + 6, 1);
  u16(NT + 20, OPTIONAL_SIZE);
  u16(OPTIONAL, 0x20b);
  u32(OPTIONAL + 56, size);
  u32(OPTIONAL + 108, 16);
  text(SECTION_TABLE, section);
  u32(SECTION_TABLE + 8, size - SECTION);
  u32(SECTION_TABLE + 12, SECTION);
  u32(SECTION_TABLE + 16, fileSize);
  u32(SECTION_TABLE + 20, SECTION);
  u32(SECTION_TABLE + 36, WRITABLE);
  const names = Object.keys(exports).sort();
  const addresses = PE_EXPORTS + 40;
  const pointers = addresses + names.length * 4;
  const ordinals = pointers + names.length * 4;
  let at = ordinals + names.length * 2;
  names.forEach((name, i) => {
    u32(addresses + i * 4, exports[name]!);
    u32(pointers + i * 4, at);
    u16(ordinals + i * 2, i);
    text(at, name);
    at += name.length + 1;
  });
  u32(PE_EXPORTS + 20, names.length);
  u32(PE_EXPORTS + 24, names.length);
  u32(PE_EXPORTS + 28, addresses);
  u32(PE_EXPORTS + 32, pointers);
  u32(PE_EXPORTS + 36, ordinals);
  u32(OPTIONAL + 112, names.length === 0 ? 0 : PE_EXPORTS);
  u32(OPTIONAL + 116, at - PE_EXPORTS);
  return bytes;
}
