import assert from "node:assert/strict";
import { LinuxResidentMemory } from "../../src/process/linux_memory.ts";
import { FakeFiles } from "../support/fake_files.ts";

Deno.test("LinuxResidentMemory.read() takes the second number of statm, in pages", () => {
  const files = new FakeFiles();
  files.contents.set("/proc/42/statm", "9999 1234 567 1 0 89 0\n");
  const resident = new LinuxResidentMemory(files, 42, 4096);
  assert.equal(resident.read(), 1234 * 4096);
  files.contents.set("/proc/42/statm", "9999 18446744 567 1 0 89 0\n");
  assert.equal(resident.read(), 18446744 * 4096);
  resident.close();
  assert.equal(files.open.size, 0);
});

Deno.test.each([[""], ["12"], ["12 "], ["12 x"], ["12 0 0 0 0 0 0"]])(
  "LinuxResidentMemory.read() keeps the last value when statm is %j",
  (statm) => {
    const files = new FakeFiles();
    files.contents.set("/proc/42/statm", "1 7 1 1 0 1 0\n");
    const resident = new LinuxResidentMemory(files, 42, 16384);
    assert.equal(resident.read(), 7 * 16384);
    files.contents.set("/proc/42/statm", statm);
    assert.equal(resident.read(), 7 * 16384);
  },
);

Deno.test("LinuxResidentMemory.read() is 0 for a process that is not there", () => {
  const resident = new LinuxResidentMemory(new FakeFiles(), 42, 4096);
  assert.equal(resident.read(), 0);
  resident.close();
});
