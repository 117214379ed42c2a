import assert from "node:assert/strict";
import { tarOf } from "../../../src/views/web/tar.ts";
import { inFolder } from "../../support/folder.ts";
import { testNeeding, tool } from "../../support/needs.ts";
import { run } from "../../support/program.ts";

testNeeding([tool("tar")], "tarOf() is what tar unpacks", async () => {
  await inFolder(async (folder) => {
    const files = [
      ["austin/index.html", "x".repeat(512)],
      ["austin/é.html", "é"],
      ["austin/empty", ""],
      ["austin/long.js", "y".repeat(70_000)],
    ] as const;
    const encoder = new TextEncoder();
    const archive = tarOf(
      files.map(([name, text]) => [name, encoder.encode(text)]),
    );
    await Deno.writeFile(`${folder}/a.tar`, archive);
    const { code, stderr } = await run([
      "tar",
      "-C",
      folder,
      "-xf",
      `${folder}/a.tar`,
    ]);
    assert.deepEqual([code, stderr], [0, ""]);
    for (const [name, text] of files) {
      assert.equal(await Deno.readTextFile(`${folder}/${name}`), text);
    }
  });
});

Deno.test("tarOf() refuses names that do not fit", () => {
  assert.throws(() => tarOf([["é".repeat(51), new Uint8Array()]]), /too long/);
});
