import assert from "node:assert/strict";
import { replaceFile } from "../../scripts/replace_file.ts";
import { inFolder, namesIn } from "../support/folder.ts";

const since = new Date(1_000_000_000_000);

Deno.test("replaceFile() makes the folder and the file, dated to the start", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a/b/file`;
    await replaceFile(path, since, (to) => Deno.writeTextFile(to, "new"));
    assert.equal(await Deno.readTextFile(path), "new");
    assert.deepEqual((await Deno.stat(path)).mtime, since);
    assert.deepEqual(namesIn(`${folder}/a/b`), ["file"]);
  }));

Deno.test("replaceFile() leaves the old file to those who have it open", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "old");
    using file = await Deno.open(path);
    await replaceFile(path, since, (to) => Deno.writeTextFile(to, "new"));
    const bytes = new Uint8Array(8);
    const size = await file.read(bytes);
    assert.equal(new TextDecoder().decode(bytes.subarray(0, size!)), "old");
    assert.equal(await Deno.readTextFile(path), "new");
  }));

Deno.test("replaceFile() keeps the old file, and nothing else, when making fails", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "old");
    await assert.rejects(
      replaceFile(path, since, async (to) => {
        await Deno.writeTextFile(to, "half");
        throw new Error("no space");
      }),
      /no space/,
    );
    assert.equal(await Deno.readTextFile(path), "old");
    assert.deepEqual(namesIn(folder), ["file"]);
  }));

Deno.test("replaceFile() removes what a killed process has left, and not what a live one makes", () =>
  inFolder(async (folder) => {
    const child = new Deno.Command("true").spawn();
    await child.status;
    // PID 1 lives, whoever asks.
    for (const name of [`file.${child.pid}.new`, "file.1.new", "file.old"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    const path = `${folder}/file`;
    await replaceFile(path, since, (to) => Deno.writeTextFile(to, "new"));
    assert.deepEqual(namesIn(folder), ["file", "file.1.new", "file.old"]);
  }));
