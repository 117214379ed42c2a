/**
 * Reads numbers one after the other, as DWARF has them.
 *
 * Past the end everything reads as 0 and `failed` is set, so that a parser
 * looks once, at the end, whether what it made is worth anything.
 * DWARF 5, 7.6 "Variable Length Data"; LSB 5.0 Core, 10.5 "DWARF Extensions".
 */

/** Values of a pointer's encoding byte. */
export const PointerEncoding = {
  /** Low four bits: how it is stored. */
  formatMask: 0x0f,
  absolute: 0x00,
  uleb: 0x01,
  u16: 0x02,
  u32: 0x03,
  u64: 0x04,
  sleb: 0x09,
  i16: 0x0a,
  i32: 0x0b,
  i64: 0x0c,
  /** Next three bits: what it is relative to. */
  baseMask: 0x70,
  fromHere: 0x10,
  omitted: 0xff,
} as const;

/** A place in bytes whose first has an address. */
export class ByteCursor {
  readonly #view: DataView;
  readonly #address: number;
  /** Offset of the next byte. */
  at: number;
  failed = false;

  /** @param address of the first byte, for pointers that are relative to where they stand. */
  constructor(bytes: Uint8Array, address = 0, at = 0) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#address = address;
    this.at = at;
  }

  /** Whether there is nothing left to read. */
  get isAtEnd(): boolean {
    return this.failed || this.at >= this.#view.byteLength;
  }

  u8(): number {
    return this.#has(1) ? this.#view.getUint8(this.at++) : 0;
  }

  i8(): number {
    return this.u8() << 24 >> 24;
  }

  u16(): number {
    return this.#has(2) ? this.#view.getUint16(this.#skip(2), true) : 0;
  }

  i16(): number {
    return this.u16() << 16 >> 16;
  }

  u32(): number {
    return this.#has(4) ? this.#view.getUint32(this.#skip(4), true) : 0;
  }

  i32(): number {
    return this.u32() | 0;
  }

  /** Exact below 2^53. */
  u64(): number {
    const low = this.u32();
    return this.u32() * 4294967296 + low;
  }

  /** Exact within ±2^53. */
  i64(): number {
    const low = this.u32();
    return this.i32() * 4294967296 + low;
  }

  uleb(): number {
    let value = 0;
    let unit = 1;
    for (let byte = 0x80; (byte & 0x80) !== 0; unit *= 128) {
      byte = this.u8();
      value += (byte & 0x7f) * unit;
    }
    return value;
  }

  sleb(): number {
    let value = 0;
    let unit = 1;
    let byte = 0x80;
    for (; (byte & 0x80) !== 0; unit *= 128) {
      byte = this.u8();
      value += (byte & 0x7f) * unit;
    }
    return (byte & 0x40) === 0 ? value : value - unit;
  }

  /** Bytes up to the next NUL, as Latin-1. */
  string(): string {
    let text = "";
    for (let byte = this.u8(); byte !== 0; byte = this.u8()) {
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** The next bytes; valid as long as those that the cursor reads. */
  bytes(size: number): Uint8Array {
    if (!this.#has(size)) return new Uint8Array();
    const { buffer, byteOffset } = this.#view;
    return new Uint8Array(buffer, byteOffset + this.#skip(size), size);
  }

  /** A pointer. Indirect ones, and ones relative to something else than themselves, make the cursor fail. */
  pointer(encoding: number): number {
    const { formatMask, baseMask, fromHere, omitted } = PointerEncoding;
    if (encoding === omitted) return 0;
    const base = this.#address + this.at;
    const value = this.value(encoding & formatMask);
    switch (encoding & ~formatMask) {
      case 0:
        return value;
      case fromHere & baseMask:
        return value === 0 ? 0 : base + value;
      default:
        this.failed = true;
        return 0;
    }
  }

  /** A number that is stored as a pointer of that format is. */
  value(format: number): number {
    switch (format) {
      case PointerEncoding.absolute:
      case PointerEncoding.u64:
        return this.u64();
      case PointerEncoding.uleb:
        return this.uleb();
      case PointerEncoding.u16:
        return this.u16();
      case PointerEncoding.u32:
        return this.u32();
      case PointerEncoding.sleb:
        return this.sleb();
      case PointerEncoding.i16:
        return this.i16();
      case PointerEncoding.i32:
        return this.i32();
      case PointerEncoding.i64:
        return this.i64();
      default:
        this.failed = true;
        return 0;
    }
  }

  #skip(size: number): number {
    const { at } = this;
    this.at += size;
    return at;
  }

  #has(size: number): boolean {
    if (
      !this.failed && size >= 0 && this.at >= 0 &&
      this.at + size <= this.#view.byteLength
    ) return true;
    this.failed = true;
    return false;
  }
}
