import assert from "node:assert/strict";
import { modeRemarks } from "../../src/cli/mode_remarks.ts";
import { austinTable } from "../../src/cli/options.ts";
import { parse } from "../../src/cli/parse.ts";

Deno.test.each([
  ["-f", []],
  ["-m", []],
  ["-s", []],
  ["-fm", ["-m/--memory is redundant beside -f/--full"]],
  ["-fs", ["-s/--sleepless is redundant beside -f/--full"]],
  ["-fc", ["-c/--cpu is redundant beside -f/--full"]],
  ["-ms", ["-s/--sleepless has no effect beside -m/--memory"]],
  ["-mc", ["-c/--cpu has no effect beside -m/--memory"]],
  ["-fms", [
    "-m/--memory is redundant beside -f/--full",
    "-s/--sleepless is redundant beside -f/--full",
  ]],
])("modeRemarks() on %s", (line, remarks) => {
  const { values } = parse(austinTable, [line, "python"], "austin");
  assert.deepEqual(modeRemarks(values), remarks);
});
