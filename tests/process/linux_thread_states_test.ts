import assert from "node:assert/strict";
import { LinuxThreadStates } from "../../src/process/linux_thread_states.ts";
import { FakeFiles } from "../support/fake_files.ts";

const STAT = "/proc/42/task/43/stat";
const SCHEDSTAT = "/proc/42/task/43/schedstat";

/** Thread 43 of process 42, which the process itself knows as 3. */
class OneThread {
  readonly files = new FakeFiles();
  lists = 0;
  readonly states = new LinuxThreadStates(this.files, 42, () => {
    this.lists++;
    return new Map([[3, 43]]);
  });

  set(state: string, timeSlices: number | null, name = "python"): void {
    this.files.contents.set(STAT, `43 (${name}) ${state} 1 42 42 0 -1 4194304`);
    if (timeSlices === null) this.files.contents.delete(SCHEDSTAT);
    else this.files.contents.set(SCHEDSTAT, `123456 789 ${timeSlices}\n`);
  }

  isIdle(): boolean {
    this.states.begin();
    return this.states.isIdle(3);
  }

  readsOfPass(): string[] {
    this.files.reads.length = 0;
    this.isIdle();
    return [...this.files.reads];
  }
}

Deno.test.each([["R", false], ["S", true], ["D", true], ["t", true], [
  "Z",
  true,
]])("LinuxThreadStates.isIdle() for state %s is %s", (state, isIdle) => {
  const thread = new OneThread();
  thread.set(state, 1);
  assert.equal(thread.isIdle(), isIdle);
});

Deno.test.each([[") R ("], ["a) S"], [")"], ["((("], [" "]])(
  "LinuxThreadStates.isIdle() is not misled by the name %j",
  (name) => {
    const thread = new OneThread();
    thread.set("R", 1, name);
    assert.equal(thread.isIdle(), false);
    thread.set("S", 1, name);
    assert.equal(thread.isIdle(), true);
  },
);

Deno.test("LinuxThreadStates.isIdle() reads no state of a sleeper that has not run since", () => {
  const thread = new OneThread();
  thread.set("S", 5);
  assert.deepEqual(thread.readsOfPass(), [SCHEDSTAT, STAT]);
  assert.deepEqual(thread.readsOfPass(), [SCHEDSTAT]);
  thread.set("R", 6);
  assert.deepEqual(thread.readsOfPass(), [SCHEDSTAT, STAT]);
  assert.equal(thread.isIdle(), false);
});

Deno.test("LinuxThreadStates.isIdle() infers nothing of a busy thread", () => {
  const thread = new OneThread();
  thread.set("R", 5);
  assert.equal(thread.isIdle(), false);
  thread.set("S", 5);
  assert.equal(thread.isIdle(), true);
});

Deno.test.each([[null], [0]])(
  "LinuxThreadStates.isIdle() does with the state where time slices are %s",
  (timeSlices) => {
    const thread = new OneThread();
    thread.set("S", timeSlices);
    assert.equal(thread.isIdle(), true);
    thread.set("R", timeSlices);
    assert.equal(thread.isIdle(), false);
  },
);

Deno.test("LinuxThreadStates.isIdle() is true of a thread that ends or is not there", () => {
  const thread = new OneThread();
  assert.equal(thread.isIdle(), true);
  thread.set("R", 1);
  assert.equal(thread.isIdle(), false);
  thread.files.contents.clear();
  assert.equal(thread.isIdle(), true);
  assert.equal(thread.files.open.size, 0);
  assert.equal(thread.states.isIdle(999), true);
});

Deno.test("LinuxThreadStates closes what it opened", () => {
  const thread = new OneThread();
  thread.set("R", 1);
  thread.isIdle();
  assert.equal(thread.files.open.size, 2);
  thread.states.close();
  assert.equal(thread.files.open.size, 0);
});

Deno.test("LinuxThreadStates forgets threads that are not asked for", () => {
  const thread = new OneThread();
  thread.set("R", 1);
  thread.isIdle();
  for (let pass = 0; pass < 3000; pass++) thread.states.begin();
  assert.equal(thread.files.open.size, 0);
});
