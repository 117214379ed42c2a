import assert from "node:assert/strict";
import { FrameTable } from "../../src/events/frame_table.ts";
import { MojoDefinitions } from "../../src/output/mojo_definitions.ts";
import { lineFrame } from "../support/profile.ts";

Deno.test("MojoDefinitions is full when many processes have come and gone", () => {
  const definitions = new MojoDefinitions(new FrameTable());
  for (let pid = 0; pid < 10_000; pid++) definitions.of(pid);
  assert.equal(definitions.isFull, false);
  for (let pid = 0; pid < 1_000_000; pid++) definitions.of(pid);
  assert.equal(definitions.isFull, true);
  definitions.clear();
  assert.equal(definitions.isFull, false);
});

Deno.test("MojoDefinitions is full when processes have many frames each", () => {
  const frames = new FrameTable();
  for (let i = 0; i < 262_144; i++) frames.add(lineFrame("a.py", "f", i));
  const definitions = new MojoDefinitions(frames);
  let processes = 0;
  while (!definitions.isFull && processes < 10_000) {
    definitions.size = 0;
    definitions.define(definitions.of(processes++), frames.size - 1);
  }
  assert.ok(processes > 500 && processes < 5_000, `${processes} processes`);
});

Deno.test("MojoDefinitions defines a string once for each process", () => {
  const frames = new FrameTable();
  frames.add(lineFrame("a.py", "a.py", 1));
  frames.add(lineFrame("a.py", "a.py", 2));
  const definitions = new MojoDefinitions(frames);
  definitions.define(definitions.of(1), 0);
  definitions.define(definitions.of(1), 1);
  const definition = [11, 2, 0x61, 0x2e, 0x70, 0x79, 0, 3, 0, 2, 2, 1, 0, 0, 0];
  assert.deepEqual([...definitions.bytes.subarray(0, definitions.size)], [
    ...definition,
    ...[3, 1, 2, 2, 2, 0, 0, 0],
  ]);
  definitions.size = 0;
  definitions.define(definitions.of(2), 0);
  assert.deepEqual(
    [...definitions.bytes.subarray(0, definitions.size)],
    definition,
  );
});
