/** Commands that become a Python by exec: the process that austin started is the one to sample. */

import assert from "node:assert/strict";
import type { Python } from "../../scripts/pythons.ts";
import { austin, targetCommand } from "../support/austin.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import { TARGETS } from "../support/target.ts";
import { makeVenv } from "../support/venv.ts";

/** The oldest, one with a library of its own, one in a root of its own. */
const VERSIONS = ["3.8", "3.12", "3.15"] as const;

/** What pyenv puts on the PATH: a script that looks for the real thing. */
const SHIM = `#!/usr/bin/env bash
set -e
program="\${0##*/}"
for path in $(echo "$PATH" | tr ':' ' '); do :; done
exec env AUSTIN_TEST_SHIM="$program" "$@"
`;

/** @returns the words that run a short target. */
function shortTarget(python: Python): Promise<string[]> {
  return targetCommand(python, "split.py", ["0.3"]);
}

/** Launches a command and checks that the target was sampled. */
async function samplesSplit(words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await austin(["-i5ms", ...words]);
  assert.equal(code, 0, stderr);
  const { samples } = parseCollapsed(stdout);
  const scopes = samples.map(({ stack }) => stack.frames.at(-1)?.scope ?? "");
  assert.ok(scopes.filter((scope) => scope === "half").length > 5);
}

testEachPython("austin sh -c 'exec python'", async (python) => {
  const command = await shortTarget(python);
  await samplesSplit(["sh", "-c", 'exec "$@"', "sh", ...command]);
}, VERSIONS);

testEachPython(
  "austin of a script that takes its time to exec",
  async (python) => {
    const command = await shortTarget(python);
    await samplesSplit(["sh", "-c", 'sleep 0.3; exec "$@"', "sh", ...command]);
  },
  VERSIONS,
);

testEachPython(
  "austin of a shim like pyenv's",
  (python) =>
    inFolder(async (folder) => {
      const shim = `${folder}/python3`;
      await Deno.writeTextFile(shim, SHIM);
      await Deno.chmod(shim, 0o755);
      await samplesSplit([shim, ...await shortTarget(python)]);
    }),
  VERSIONS,
);

testEachPython("austin of several wrappers in turn", async (python) => {
  const wrapper = ["sh", `${TARGETS}/execs.sh`, "exec"];
  const command = await shortTarget(python);
  await samplesSplit([...wrapper, ...wrapper, "env", ...command]);
}, VERSIONS);

testEachPython("austin of a virtual environment", async (python) => {
  await using environment = await makeVenv(python);
  await samplesSplit(await shortTarget(environment.python));
}, VERSIONS);

testEachPython(
  "austin of a link on the PATH",
  (python) =>
    inFolder(async (folder) => {
      const [file = "", ...args] = await shortTarget(python);
      await Deno.symlink(await which(file), `${folder}/snake`);
      const path = `${folder}:${Deno.env.get("PATH")}`;
      const { code } = await austin(["-i5ms", "snake", ...args], {
        env: { PATH: path },
      });
      assert.equal(code, 0);
    }),
  ["3.8", "3.12"],
);

/** @returns the path of a program on the PATH. */
async function which(file: string): Promise<string> {
  if (file.startsWith("/")) return file;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${file}`;
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
  return file;
}
