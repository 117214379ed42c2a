/**
 * Plays the part of the VS Code extension: it asks for the version, starts
 * austin with pipes on all sides, collects what comes, and reads it as MOJO
 * when austin has ended with 0.
 */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { testNeeding } from "../support/needs.ts";
import { type PlainProfile, readPlain } from "../support/profile.ts";
import { program, run } from "../support/program.ts";
import { startTarget } from "../support/target.ts";

const [python] = await pythons(["3.12"]);
const needs = [{ what: "CPython 3.12", met: python !== undefined }];

/** Lives for half a second, in one function. */
const SCRIPT = `import time
def work(end):
    while time.monotonic() < end:
        sum(range(1000))
work(time.monotonic() + 0.5)
`;

/** What the extension has when austin ends. */
interface Collected {
  readonly code: number;
  readonly stderr: string;
  readonly profile: PlainProfile;
}

function startAsEditor(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(program, {
    args: ["-i", "1000", "--pipe", ...args],
    env: { AUSTIN_FORMAT: "mojo" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** @param onData is told once, when there is something. */
async function collect(
  child: Deno.ChildProcess,
  onData: () => void = () => {},
): Promise<Collected> {
  const pieces: Uint8Array[] = [];
  const said = new Response(child.stderr).text();
  for await (const piece of child.stdout) {
    pieces.push(piece);
    if (pieces.length === 1) onData();
  }
  const [{ code }, stderr] = [await child.status, await said];
  await child.stdin.close();
  const bytes = new Uint8Array(
    await new Blob(pieces as BlobPart[]).arrayBuffer(),
  );
  assert.deepEqual([...bytes.subarray(0, 3)], [0x4d, 0x4f, 0x4a]);
  return { code, stderr, profile: readPlain(bytes) };
}

Deno.test("an editor finds version 4 or newer", async () => {
  const { stdout } = await run([program, "--version"]);
  const [, major] = /(\d+)\.(\d+)\.(\d+)/.exec(stdout.trim()) ?? [];
  assert.ok(Number(major) >= 4, stdout);
});

for (const [mode, words] of [["wall", []], ["cpu", ["-s"]]] as const) {
  testNeeding(needs, `an editor gets MOJO of a script: ${mode}`, async () => {
    const command = [...python!.command, "-S", "-c", SCRIPT];
    const found = await collect(startAsEditor([...words, ...command]));
    assert.deepEqual([found.code, found.stderr], [0, ""]);
    const { metadata, samples, error } = found.profile;
    assert.equal(error, null);
    const said = new Map(metadata);
    assert.deepEqual([said.get("mode"), said.get("interval")], [mode, "1000"]);
    const working = samples.flatMap(({ frames }) =>
      frames.filter(({ scope }) => scope === "work")
    );
    // Its heat maps are by line and column.
    assert.ok(working.length > 0);
    assert.ok(working.every(({ line }) => line === 3 || line === 4));
    assert.ok(
      working.some(({ column, endColumn }) => 0 < column && column < endColumn),
    );
    assert.ok(Number(said.get("duration")) > 0);
  });
}

testNeeding(
  needs,
  "an editor that detaches has all that was sampled",
  async () => {
    await using target = await startTarget(python!, "split.py", ["30"]);
    const child = startAsEditor(["-p", String(target.pid)]);
    const { code, stderr, profile } = await collect(child, () => child.kill());
    assert.deepEqual([code, stderr], [241, ""]);
    assert.equal(profile.error, null);
    assert.ok(profile.metadata.some(([key]) => key === "duration"));
  },
);
