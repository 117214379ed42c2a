import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureFolder } from "../../../scripts/pythons/cache.ts";

/** A recipe for a folder with one file in it, that counts how often it is used. */
function recipe(fill: (folder: string) => Promise<void> = writeWhole) {
  const counted = {
    fills: 0,
    isWhole: (folder: string) =>
      Deno.stat(join(folder, "whole")).then(() => true, () => false),
    fill: async (folder: string) => {
      counted.fills++;
      await fill(folder);
    },
  };
  return counted;
}

async function writeWhole(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "half"), "");
  await Deno.writeTextFile(join(folder, "whole"), "");
}

async function breakHalfway(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "half"), "");
  throw new Error("interrupted");
}

/** Runs a test with the path of a folder that is not there yet. */
function testFolder(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const parent = await Deno.makeTempDir();
    try {
      await fn(join(parent, "cache", "folder"));
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  });
}

testFolder("ensureFolder() fills a folder once", async (folder) => {
  const counted = recipe();
  await ensureFolder(folder, counted);
  await ensureFolder(folder, counted);
  assert.equal(counted.fills, 1);
});

testFolder(
  "ensureFolder() fills a folder once for two at a time",
  async (folder) => {
    const counted = recipe();
    await Promise.all([
      ensureFolder(folder, counted),
      ensureFolder(folder, counted),
    ]);
    assert.equal(counted.fills, 1);
  },
);

testFolder(
  "ensureFolder() leaves nothing behind when it cannot fill a folder",
  async (folder) => {
    await assert.rejects(
      ensureFolder(folder, recipe(breakHalfway)),
      /interrupted/,
    );
    const left = await Array.fromAsync(
      Deno.readDir(join(folder, "..")),
      ({ name }) => name,
    );
    assert.deepEqual(left, ["lock"]);
  },
);

testFolder(
  "ensureFolder() starts afresh after a run that was killed",
  async (folder) => {
    await Deno.mkdir(`${folder}.partial`, { recursive: true });
    await Deno.writeTextFile(join(`${folder}.partial`, "stale"), "");
    await ensureFolder(folder, recipe());
    await assert.rejects(
      Deno.stat(join(folder, "stale")),
      Deno.errors.NotFound,
    );
  },
);

testFolder("ensureFolder() replaces a damaged folder", async (folder) => {
  const counted = recipe();
  await ensureFolder(folder, counted);
  await Deno.remove(join(folder, "whole"));
  await ensureFolder(folder, counted);
  assert.equal(counted.fills, 2);
});

testFolder(
  "ensureFolder() keeps a damaged folder when it cannot be replaced",
  async (folder) => {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(join(folder, "half"), "kept");
    await assert.rejects(
      ensureFolder(folder, recipe(breakHalfway)),
      /interrupted/,
    );
    assert.equal(await Deno.readTextFile(join(folder, "half")), "kept");
  },
);
