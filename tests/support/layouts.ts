/** Every layout, by version: our own tables and those that CPythons tell of themselves. Suites of walkers run on each. */

import { readDebugOffsets } from "../../src/python/debug_offsets.ts";
import { type Layout, layoutFor } from "../../src/python/layouts/mod.ts";
import { DEBUG_OFFSETS, debugOffsetsBytes } from "./debug_offsets.ts";
import { FakeMemory } from "./fake_memory.ts";

/** Name and layout of each version. */
export const LAYOUTS: readonly (readonly [name: string, layout: Layout])[] = [
  ...[8, 9, 10, 11, 12].map((minor) => [`3.${minor}`, tableOf(minor)] as const),
  ...DEBUG_OFFSETS.map(({ name, minor, words }) =>
    [name, describedLayout(minor, words)] as const
  ),
];

/** @returns the layout of a version by name, such as `3.12` or `3.14t`. */
export function layoutOf(name: string): Layout {
  return new Map(LAYOUTS).get(name)!;
}

/** @returns the layout that a table of debug offsets describes. @throws UnknownVersionError */
export function describedLayout(
  minor: number,
  words: readonly number[],
): Layout {
  const memory = new FakeMemory();
  const address = memory.map(0x5555_0000_0000, debugOffsetsBytes(words));
  return readDebugOffsets(memory, address, minor);
}

function tableOf(minor: number): Layout {
  const layout = layoutFor({ major: 3, minor });
  if (layout === null) throw new Error(`There is no layout for 3.${minor}`);
  return layout;
}
