import assert from "node:assert/strict";
import { parseTarget, targets } from "../../scripts/targets.ts";

Deno.test("parseTarget() takes this machine's target, or the one named", () => {
  const own = "aarch64-apple-darwin";
  assert.equal(parseTarget([], own), own);
  for (const target of targets) {
    assert.equal(parseTarget(["--target", target], own), target);
    assert.equal(parseTarget([`--target=${target}`], own), target);
  }
});

Deno.test.each([
  [["--target"]],
  [["--target", "sparc"]],
  [["--target="]],
  [["--target", "aarch64-apple-darwin", "more"]],
  [["aarch64-apple-darwin"]],
  [["--output", "aarch64-apple-darwin"]],
])("parseTarget() refuses %j", (args) => {
  assert.throws(
    () => parseTarget(args, "aarch64-apple-darwin"),
    /Arguments not understood/,
  );
});
