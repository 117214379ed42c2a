import assert from "node:assert/strict";
import { kernelThreadNames } from "../../src/process/linux_thread_names.ts";
import { inFolder } from "../support/folder.ts";

/** Makes `/proc/42` with threads. @param names by thread id. */
async function makeProcess(
  root: string,
  names: Record<number, string>,
): Promise<void> {
  for (const [tid, name] of Object.entries(names)) {
    const folder = `${root}/42/task/${tid}`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/comm`, `${name}\n`);
    await Deno.writeTextFile(
      `${folder}/status`,
      `NSpid:\t${tid}\t${+tid - 40}\n`,
    );
  }
  await Deno.writeTextFile(`${root}/42/comm`, "python3\n");
  await Deno.writeTextFile(`${root}/42/status`, "NSpid:\t42\t2\n");
}

Deno.test("kernelThreadNames() gives names that differ from the process's, by the ids that it knows", () =>
  inFolder(async (root) => {
    await makeProcess(root, {
      42: "python3",
      43: "jemalloc bg",
      44: "python3",
    });
    assert.deepEqual(
      kernelThreadNames(42, root),
      new Map([[3, "jemalloc bg"]]),
    );
  }));

Deno.test("kernelThreadNames() gives none of a process that has ended", () =>
  inFolder((root) => {
    assert.deepEqual(kernelThreadNames(42, root), new Map());
    return Promise.resolve();
  }));
