/** Tests that run once for each CPython; those that cannot be had here are ignored and say so. */

import {
  findPythons,
  Python,
  type Version,
  VERSIONS,
} from "../../scripts/pythons.ts";
import { I386_SOURCES } from "../../scripts/pythons/i386.ts";
import { testNeeding } from "./needs.ts";

/** Set to `i386` where all tests are to run on 32-bit CPythons; `i386_test.ts` does that. */
export const PYTHONS_VARIABLE = "AUSTIN_TEST_PYTHONS";

const areNarrow = Deno.env.get(PYTHONS_VARIABLE) === "i386";

const found = await findPythons(
  VERSIONS,
  areNarrow ? { table: I386_SOURCES } : {},
);

/**
 * Defines a test for each CPython.
 *
 * @param name the test's name; the version is added to it.
 * @param versions the minor versions that it is for; default all.
 */
export function testEachPython(
  name: string,
  fn: (python: Python, t: Deno.TestContext) => Promise<void>,
  versions: readonly Version[] = VERSIONS,
): void {
  for (
    const python of found.filter(({ version }) => versions.includes(version))
  ) {
    const need = {
      what: `CPython ${python.version}`,
      met: python instanceof Python,
    };
    testNeeding([need], `${name} on CPython ${python.version}`, async (t) => {
      if (python instanceof Python) await fn(python, t);
    });
  }
}
