/** Tests that run once for each CPython; those that cannot be had here are ignored and say so. */

import {
  findPythons,
  Python,
  type Version,
  VERSIONS,
} from "../../scripts/pythons.ts";
import { testNeeding } from "./needs.ts";

const found = await findPythons();

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
