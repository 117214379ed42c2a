/** Runs that write at their end: nothing is lost however they end, and threads have names. */

import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { pythons } from "../../scripts/pythons.ts";
import { austin, startAustin } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import { startTarget } from "../support/target.ts";

const [python] = await pythons(["3.12"]);

/** A run is under way when it is in this many samples; its status is not shown to us, so time has to do. */
const UNDER_WAY_MS = 1_000;

Deno.test("austin --format speedscope names threads", () =>
  inFolder(async (folder) => {
    await using target = await startTarget(python!, "thread_names.py", [30]);
    const output = `${folder}/a.speedscope.json`;
    const { code } = await austin([
      "-x1",
      "-p",
      String(target.pid),
      "-o",
      output,
    ]);
    assert.equal(code, 0);
    const file = JSON.parse(await Deno.readTextFile(output));
    const names: string[] = file.profiles.map(({ name }: { name: string }) =>
      name
    );
    assert.ok(
      names.some((name) => name.endsWith('"MainThread"')),
      names.join("\n"),
    );
    assert.equal(file.name, `process ${target.pid}`);
  }));

Deno.test("austin writes all that it has when it is stopped", () =>
  inFolder(async (folder) => {
    await using target = await startTarget(python!, "split.py", [30]);
    const output = `${folder}/a.pb.gz`;
    await using run = startAustin(["-p", String(target.pid), "-o", output]);
    await new Promise((resolve) => setTimeout(resolve, UNDER_WAY_MS));
    run.kill("SIGINT");
    const { code } = await run.ended;
    assert.equal(code, 254);
    const text = new TextDecoder("latin1").decode(
      gunzipSync(await Deno.readFile(output)),
    );
    assert.match(text, /three_tenths/);
  }));

Deno.test("austin selects and adds up while it samples", async () => {
  await using target = await startTarget(python!, "split.py", [30]);
  const { code, stdout } = await austin([
    "-x1",
    "-p",
    String(target.pid),
    "--aggregate",
    "--select",
    "function=half",
  ]);
  assert.equal(code, 0);
  const stacks = stdout.split("\n").filter((line) => line.startsWith("P"));
  assert.ok(stacks.length > 0);
  for (const stack of stacks) assert.match(stack, /:half:\d+ \d+$/);
  const different = new Set(stacks.map((line) => line.replace(/ \d+$/, "")));
  assert.equal(different.size, stacks.length);
});
