import assert from "node:assert/strict";
import { type LogTarget, logTo, Severity } from "../src/log.ts";

/** Keeps lines. */
class KeptLines implements LogTarget {
  readonly lines: string[] = [];

  log(severity: Severity, line: string): void {
    this.lines.push(`${severity} ${line}`);
  }
}

Deno.test("logTo() gives every line to every target", () => {
  const targets = [new KeptLines(), new KeptLines()];
  const log = logTo(targets, true);
  log.info("a\nb");
  log.warning("c");
  log.error("d");
  log.debug(() => "e");
  for (const { lines } of targets) {
    assert.deepEqual(lines, ["6 a", "6 b", "4 c", "3 d", "7 e"]);
  }
});

Deno.test("logTo() makes no message that is not wanted", () => {
  const target = new KeptLines();
  const log = logTo([target], false);
  log.debug(() => {
    throw new Error("It was made");
  });
  assert.deepEqual(target.lines, []);
  assert.equal(log.isVerbose, false);
});

Deno.test("logTo() goes on where a target fails", () => {
  const failing = {
    log: () => {
      throw new Error("It is full");
    },
  };
  const kept = new KeptLines();
  logTo([failing, kept], false).error("a");
  assert.deepEqual(kept.lines, ["3 a"]);
});
