/** Makes virtual environments: a link to an interpreter beside a `pyvenv.cfg`, which is all that `python -m venv` makes too. */

import { basename, dirname, join } from "node:path";
import { Python } from "../../scripts/pythons.ts";

/** An interpreter started by its link in a virtual environment, removed when disposed of. */
export interface VirtualEnvironment extends AsyncDisposable {
  /** The interpreter; its command ends with the path of the link. */
  readonly python: Python;
  /** The environment's folder on this machine. */
  readonly folder: string;
}

/** Makes a virtual environment where `python` can see it. */
export async function makeVenv(python: Python): Promise<VirtualEnvironment> {
  const executable = python.command.at(-1) ?? "";
  const folder = await Deno.makeTempDir({
    dir: python.outside("/tmp"),
    prefix: "austin-venv-",
  });
  const inside = folder.slice(python.root.length);
  await Deno.mkdir(join(folder, "bin"));
  await Deno.writeTextFile(
    join(folder, "pyvenv.cfg"),
    `home = ${dirname(executable)}\n`,
  );
  const link = join("bin", basename(executable));
  await Deno.symlink(executable, join(folder, link));
  return {
    python: new Python({
      ...python,
      command: [...python.command.slice(0, -1), join(inside, link)],
    }),
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
