import assert from "node:assert/strict";
import type { KeptFiles } from "../../src/process/kept_file.ts";
import { ThreadFiles } from "../../src/native/thread_files.ts";

function files(texts: Record<string, string>): KeptFiles {
  const names = Object.keys(texts);
  return {
    openFile: (path) => names.indexOf(path.replace(/.*\//, "")),
    readFile: (file, into) =>
      new TextEncoder().encodeInto(texts[names[file]!]!, into).written,
    closeFile: () => {},
  };
}

function thread(texts: Record<string, string>): ThreadFiles {
  return new ThreadFiles(files(texts), "/proc/1/task/1", true);
}

Deno.test("ThreadFiles.timeSlices() is the third number of schedstat", () => {
  assert.equal(thread({ schedstat: "123 45 678\n" }).timeSlices(), 678);
  assert.equal(thread({ schedstat: "" }).timeSlices(), 0);
  assert.equal(thread({}).timeSlices(), 0);
});

Deno.test.each(
  [
    ["running\n", null],
    ["", null],
    ["7 0x1 0x2 0x3 0x4 0x5 0x6 0x7ffc1000 0x7f0012\n", {
      systemCall: 7,
      stackPointer: 0x7ffc1000,
      programCounter: 0x7f0012,
    }],
    ["-1 0x7ffc1000 0x7f0012\n", {
      systemCall: -1,
      stackPointer: 0x7ffc1000,
      programCounter: 0x7f0012,
    }],
    ["7 0 0\n", null],
    ["nonsense of some kind", null],
  ] as const,
)("ThreadFiles.sleepingPlace() reads %j", (syscall, expected) => {
  assert.deepEqual(thread({ syscall }).sleepingPlace(), expected);
});

Deno.test("ThreadFiles.kernelStack() has names only, the innermost first", () => {
  const stack = "[<0>] do_poll+0x1/0x2\n[<0>] nf_x+0x1/0x2 [nf]\n\njunk\n";
  assert.deepEqual(thread({ stack }).kernelStack(), ["do_poll", "nf_x"]);
  assert.equal(thread({}).kernelStack(), null);
});
