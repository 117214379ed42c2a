import assert from "node:assert/strict";
import { ThreadNameBook } from "../../src/formats/thread_names.ts";

Deno.test("ThreadNameBook names threads that have no name yet", () => {
  const book = new ThreadNameBook();
  book.add("1:2 a worker");
  book.add("1:3 other");
  book.add("no thread");
  const threads = [
    { pid: 1, iid: 0, tid: 2, threadName: "" },
    { pid: 1, iid: 0, tid: 3, threadName: "known" },
    { pid: 1, iid: 0, tid: 4, threadName: "" },
  ];
  book.complete(threads);
  assert.deepEqual(threads.map(({ threadName }) => threadName), [
    "a worker",
    "known",
    "",
  ]);
});
