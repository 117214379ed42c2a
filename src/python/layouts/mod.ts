/**
 * The layouts that are tables of ours, by version.
 *
 * From 3.13 on the target describes itself; see `../debug_offsets.ts`.
 */

import type { Abi } from "../../binary/abi.ts";
import { I386_LAYOUTS } from "./i386.ts";
import type { Layout } from "./layout.ts";
import { v3_10 } from "./v3_10.ts";
import { v3_11 } from "./v3_11.ts";
import { v3_12 } from "./v3_12.ts";
import { v3_8 } from "./v3_8.ts";
import { v3_9 } from "./v3_9.ts";
import { onWindows } from "./windows.ts";

export { ABSENT, type Layout } from "./layout.ts";

/** Layouts of the versions before `_Py_DebugOffsets`, by minor of CPython 3. */
const LAYOUTS: ReadonlyMap<number, Layout> = new Map([
  [8, v3_8],
  [9, v3_9],
  [10, v3_10],
  [11, v3_11],
  [12, v3_12],
]);

/**
 * @param abi what it was built for.
 * @returns the table for a CPython of that version, or null where there is none.
 */
export function layoutFor(
  version: { readonly major: number; readonly minor: number },
  abi: Abi = "lp64",
): Layout | null {
  const { major, minor } = version;
  if (major !== 3) return null;
  if (abi === "i386") return I386_LAYOUTS.get(minor) ?? null;
  const layout = LAYOUTS.get(minor) ?? null;
  return layout !== null && abi === "llp64" ? onWindows(layout, minor) : layout;
}
