import assert from "node:assert/strict";
import { type Frame, FrameTable } from "../../src/events/frame_table.ts";

function frame(scope: string): Frame {
  const place = { line: 1, endLine: 0, column: 0, endColumn: 0 };
  return { file: "a.py", scope, ...place };
}

Deno.test("FrameTable gives ids from 0", () => {
  const table = new FrameTable();
  const [f, g] = [frame("f"), frame("g")];
  assert.deepEqual([table.add(f), table.add(g)], [0, 1]);
  assert.equal(table.size, 2);
  assert.equal(table.get(0), f);
  assert.equal(table.get(1), g);
});

Deno.test("FrameTable.get() throws for an id that it did not give", () => {
  const table = new FrameTable();
  table.add(frame("f"));
  for (const id of [1, -1, 0.5]) {
    assert.throws(() => table.get(id), {
      message: `No frame has the id ${id}`,
    });
  }
});

Deno.test("FrameTable.clear() begins a new epoch with the id 0", () => {
  const table = new FrameTable();
  table.add(frame("f"));
  table.clear();
  assert.equal(table.epoch, 1);
  assert.equal(table.size, 0);
  assert.throws(() => table.get(0));
  assert.equal(table.add(frame("g")), 0);
});
