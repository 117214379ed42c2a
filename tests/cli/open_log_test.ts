import assert from "node:assert/strict";
import { openLog } from "../../src/cli/open_log.ts";
import { Severity } from "../../src/log.ts";

/** A log of the system's that keeps its lines. */
function systemLog() {
  const lines: [Severity, string][] = [];
  const open = () => {
    opened++;
    return {
      log: (severity: Severity, line: string) =>
        void lines.push([severity, line]),
    };
  };
  let opened = 0;
  return { lines, open, opened: () => opened };
}

Deno.test("openLog() gives lines to the system's log, opened with the first", () => {
  const { lines, open, opened } = systemLog();
  const log = openLog({}, true, open);
  assert.equal(opened(), 0);
  log.info("a");
  log.warning("b");
  log.error("c\nd");
  log.debug(() => "e");
  assert.deepEqual(lines, [[6, "a"], [4, "b"], [3, "c"], [3, "d"]]);
});

Deno.test("openLog() logs what a bug report needs with AUSTIN_LOG=debug", () => {
  const { lines, open } = systemLog();
  const log = openLog({ AUSTIN_LOG: "debug" }, true, open);
  assert.equal(log.isVerbose, true);
  log.debug(() => "e");
  assert.deepEqual(lines, [[7, "e"]]);
});

Deno.test("openLog() leaves the system's log alone with AUSTIN_NO_LOGGING", () => {
  const { open, opened } = systemLog();
  openLog({ AUSTIN_NO_LOGGING: "1" }, true, open).error("a");
  assert.equal(opened(), 0);
  openLog({ AUSTIN_NO_LOGGING: "" }, true, open).error("a");
  assert.equal(opened(), 1);
});

Deno.test("openLog() gives no control characters away", () => {
  const { lines, open } = systemLog();
  openLog({}, true, open).info("\x1b[31mred");
  assert.deepEqual(lines, [[6, "\ufffd[31mred"]]);
});

Deno.test("openLog() does not fail where there is no log", () => {
  openLog({}, true, () => {
    throw new Error("there is none");
  }).error("a");
});
