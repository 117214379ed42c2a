/** What a place that CPythons come from has to offer, so that `scripts/pythons.ts` can list them in a table. */

import type { Python, Version } from "./python.ts";

/** One place that a CPython may come from. */
export interface Source {
  /** What the table of interpreters calls it. */
  readonly name: string;

  /**
   * Finds or fetches an interpreter.
   *
   * @param version the minor version wanted.
   * @param cache the folder that fetched interpreters are kept in; made when needed.
   * @throws {Error} with the reason when this source has none.
   */
  find(version: Version, cache: string): Promise<Python>;
}
