/**
 * How the C compilers of a platform lay structs out, as far as it matters for
 * what CPython keeps in memory.
 */

/** Bytes of a pointer, and of `size_t`. */
export type PointerSize = 4 | 8;

/** One platform's rules. Only these have been seen to hold CPythons that we can read. */
export type Abi =
  /** Linux and macOS on 64 bits. */
  | "lp64"
  /** Windows on 64 bits: a `long` has 4 bytes. */
  | "llp64"
  /** Linux on 32-bit x86: 64-bit integers are aligned to 4 bytes, unlike on ARM. System V ABI, Intel386 supplement */
  | "i386";

/** Bytes of a pointer. */
export const POINTER_SIZES: Readonly<Record<Abi, PointerSize>> = {
  lp64: 8,
  llp64: 8,
  i386: 4,
};

/** Bytes of a C `long`. */
export const LONG_SIZES: Readonly<Record<Abi, 4 | 8>> = {
  lp64: 8,
  llp64: 4,
  i386: 4,
};

/** @returns a pointer at an offset. */
export function pointerIn(
  view: DataView,
  offset: number,
  size: PointerSize,
): number {
  const low = view.getUint32(offset, true);
  return size === 4 ? low : view.getUint32(offset + 4, true) * 4294967296 + low;
}
