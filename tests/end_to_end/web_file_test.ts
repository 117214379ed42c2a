/** `austin --web --from FILE`: a finished run is served whole, in part, and beside another one. */

import assert from "node:assert/strict";
import type { FlameDocument } from "../../src/formats/flame_graph/document.ts";
import { viewTree, WHOLE } from "../../src/formats/flame_graph/view_tree.ts";
import { startAustin } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import {
  lineFrame,
  type PlainSample,
  plainSample,
  writeProfile,
} from "../support/profile.ts";
import { documentFrom, pageAddress } from "../support/web.ts";

const [F, G] = [lineFrame("a.py", "f", 1), lineFrame("b.py", "g", 2)];

const SAMPLES = [
  plainSample({ tid: 5, frames: [F!], timeUs: 30 }),
  plainSample({ tid: 6, frames: [F!, G!], timeUs: 12 }),
];

const BASE = [plainSample({ pid: 7, tid: 7, frames: [F!], timeUs: 84 })];

function write(path: string, samples: readonly PlainSample[], cut = 0): void {
  const bytes = writeProfile(samples, { format: "mojo", metrics: "time" });
  Deno.writeFileSync(path, bytes.subarray(0, bytes.length - cut));
}

/** What is served, and how it ends after a Ctrl-C. */
async function served(
  args: readonly string[],
): Promise<{ document: FlameDocument; code: number; stderr: string }> {
  await using run = startAustin(["--web", ...args]);
  const document = await documentFrom(await pageAddress(run));
  run.kill("SIGINT");
  const { code, stderr } = await run.ended;
  return { document, code, stderr };
}

Deno.test("--web --from serves a file", async () => {
  await inFolder(async (folder) => {
    write(`${folder}/a.mojo`, SAMPLES);
    const { document, code } = await served(["--from", `${folder}/a.mojo`]);
    assert.equal(code, 0);
    assert.equal(document.title, "a.mojo");
    assert.deepEqual(document.names, ["a.py", "f", "b.py", "g"]);
    assert.equal(viewTree(document, WHOLE).value, 42);
  });
});

Deno.test("--web --from --select serves a part of it", async () => {
  await inFolder(async (folder) => {
    write(`${folder}/a.mojo`, SAMPLES);
    const args = ["--from", `${folder}/a.mojo`, "--select", "thread=6"];
    const { document } = await served(args);
    assert.equal(viewTree(document, WHOLE).value, 12);
  });
});

Deno.test("--web --from --diff serves both", async () => {
  await inFolder(async (folder) => {
    write(`${folder}/a.mojo`, SAMPLES);
    write(`${folder}/base.mojo`, BASE);
    const files = [
      "--from",
      `${folder}/a.mojo`,
      "--diff",
      `${folder}/base.mojo`,
    ];
    const { document } = await served(files);
    const [f] = viewTree(document, WHOLE).children;
    assert.deepEqual([f!.name, f!.value, f!.base], ["f", 42, 84]);
  });
});

Deno.test("--web --from of a damaged file serves what is readable, and says so", async () => {
  await inFolder(async (folder) => {
    write(`${folder}/a.mojo`, SAMPLES, 2);
    const file = `${folder}/a.mojo`;
    const { document, code, stderr } = await served(["--from", file]);
    assert.equal(viewTree(document, WHOLE).value, 30);
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /austin: Cannot read the profile: it ends in the middle/,
    );
  });
});

Deno.test("--web --from of what is no profile serves nothing", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.mojo`, "no profile at all");
    await using run = startAustin(["--web", "--from", `${folder}/a.mojo`]);
    const { code, stderr } = await run.ended;
    assert.notEqual(code, 0);
    assert.match(stderr, /^austin: Cannot read the profile: /);
  });
});

Deno.test("--web on IPv6 is reached by its address", async () => {
  await inFolder(async (folder) => {
    write(`${folder}/a.mojo`, SAMPLES);
    const args = ["--from", `${folder}/a.mojo`, "--host", "::1"];
    const { document, stderr } = await served(args);
    assert.equal(document.samples, 2);
    assert.match(stderr, /http:\/\/\[::1\]:\d+\/\n/);
  });
});
