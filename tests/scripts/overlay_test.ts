import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Launched } from "../../scripts/pack/launched.ts";
import { buildOverlay } from "../../scripts/pack/overlay.ts";

const overlay: Launched = {
  arguments: ["run", "-A"],
  settings: ["A=1", "B=2"],
  hiddenVariables: ["DENO_"],
  hiddenPrefix: "X_",
  answers: { "-V": "austin 5\n" },
  runtime: { name: "deno.exe", bytes: new Uint8Array([1, 2, 3]) },
  program: [
    { name: "loader.js", bytes: new Uint8Array([4]) },
    { name: "austin.dll", bytes: new Uint8Array([5, 6]) },
    { name: "austin.js", bytes: new Uint8Array(20).fill(7) },
  ],
};

const bytes = buildOverlay(overlay);
const view = new DataView(bytes.buffer);

/** What the launcher's `struct part` at an offset is about. */
function part(at: number): Uint8Array {
  const offset = Number(view.getBigUint64(at, true));
  const size = Number(view.getBigUint64(at + 8, true));
  assert.equal(offset % 8, 0);
  return bytes.slice(offset, offset + size);
}

function text(utf16: Uint8Array): string {
  return new TextDecoder("utf-16le").decode(utf16);
}

Deno.test("buildOverlay() puts texts and lists where the launcher looks for them", () => {
  assert.equal(new TextDecoder().decode(bytes.slice(0, 8)), "ASTPACK1");
  assert.deepEqual([8, 24, 40, 56, 72].map((at) => text(part(at))), [
    "run -A\0",
    "A=1\0B=2\0\0",
    "DENO_\0\0",
    "X_\0",
    "-V\0austin 5\n\0\0",
  ]);
});

Deno.test("buildOverlay() describes each file by its hash, and names folders by contents", () => {
  const files = [overlay.runtime, ...overlay.program];
  const folders = files.map((file, i) => {
    const at = 88 + i * 144;
    assert.deepEqual(part(at), file.bytes);
    const hash = createHash("sha256").update(file.bytes).digest("hex");
    assert.equal(bytes.slice(at + 16, at + 48).toHex(), hash);
    const [folder, name] = [at + 48, at + 96].map((at) =>
      text(bytes.slice(at, at + 48)).replace(/\0.*/s, "")
    );
    assert.equal(name, file.name);
    assert.match(folder!, /^[0-9a-f]{16}$/);
    return folder;
  });
  assert.notEqual(folders[0], folders[1]);
  assert.deepEqual(folders.slice(1), Array(3).fill(folders[1]));
});
