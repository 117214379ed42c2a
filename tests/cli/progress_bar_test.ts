import assert from "node:assert/strict";
import { ProgressBar } from "../../src/cli/progress_bar.ts";

/** Reads a file of some size in ten pieces, one every 100 ms. @returns what was drawn. */
function drawn(size: number | null, isTerminal = true): string[] {
  const texts: string[] = [];
  let nowMs = 0;
  {
    using bar = new ProgressBar(size, {
      isTerminal: () => isTerminal,
      now: () => nowMs,
      write: (text) => void texts.push(text),
    });
    for (let i = 0; i < 10; i++) {
      nowMs += 100;
      bar.advance(1_000_000);
    }
  }
  return texts;
}

Deno.test("ProgressBar shows how far it is, and is gone at the end", () => {
  const texts = drawn(10_000_000);
  assert.match(texts[0]!, /^\r█{9}░{21} 30 % {2}3\.0 MB of 10\.0 MB$/);
  assert.match(texts.at(-2)!, /^\r█{30} 100 %/);
  assert.match(texts.at(-1)!, /^\r +\r$/);
});

Deno.test("ProgressBar shows what was read where the size is not known", () => {
  assert.equal(drawn(null)[0], "\r3.0 MB read");
});

Deno.test("ProgressBar is silent without a terminal", () => {
  assert.deepEqual(drawn(10_000_000, false), []);
});
